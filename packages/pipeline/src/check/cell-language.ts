import { createRequire } from 'node:module';

import type * as Refa from 'refa';

import { cellKind } from '../typing/cell-kinds.ts';
import { exactScale, type GuessedColumn } from '../typing/guard-sql.ts';
import { nullTokens } from '../typing/null-tokens.ts';
import type { Point } from '../typing/number-kinds.ts';
import { type ByteAutomaton, toByteAutomaton } from './byte-automaton.ts';

// `import` would look through its million characters for names first, which takes longer than to run them.
const { DFA, JS, NFA } = createRequire(import.meta.url)('refa') as typeof Refa;

/** What the cells of a column look like that surely fit: any text, nothing at all, or what the automaton accepts. */
export type CellLanguage = 'text' | 'nothing' | ByteAutomaton;

/** Most digits before the point that the types of the engine always take. */
const WHOLE_DIGITS: Readonly<Record<string, number>> = { smallint: 4, integer: 9, bigint: 18, double: 40 };

/**
 * The cells that surely fit a column and convert. It may leave some out that fit as well (29 February, `+7`), never the other
 * way round: what it doesn't accept has to be looked at more closely. NULL is not part of it.
 */
export function cellLanguage(column: GuessedColumn): CellLanguage {
  if (column.isEmpty) return 'nothing';
  if (column.type === 'text') return 'text';
  const key = languageKey(column);
  const known = languages.get(key);
  if (known !== undefined) return known;
  const values = NFA.fromIntersection(ofKinds(column), withinDigits(column));
  if (column.hasNullTokens) values.union(toNfa(tokenPattern, true));
  const automaton = DFA.fromFA(values);
  automaton.minimize();
  const language = toByteAutomaton(automaton);
  languages.set(key, language);
  return language;
}

// Columns of one kind and type are the same language, which takes milliseconds to build.
const languages = new Map<string, ByteAutomaton>();

function languageKey(column: GuessedColumn): string {
  const { kind, type, kindsSeen, hasNullTokens, isTrimmed, isGiven, maxDigits } = column;
  const parts = [kind.id, type, kindsSeen.join(' '), hasNullTokens, isTrimmed === true, isGiven === true, maxDigits];
  return parts.join('|');
}

const tokenPattern = nullTokens
  .filter((token) => token !== '')
  .map((token) => token.replaceAll(/[^a-z0-9/]/g, '\\$&'))
  .join('|');

function ofKinds({ kindsSeen, isTrimmed }: GuessedColumn): Refa.NFA {
  const blanks = isTrimmed === true ? '' : '[ \\t]*';
  const [first, ...rest] = kindsSeen.map((id) => {
    const { pattern, surePattern = pattern, ignoreCase = false } = cellKind(id);
    return toNfa(`${blanks}(?:${surePattern})${blanks}`, ignoreCase);
  });
  for (const other of rest) first!.union(other);
  return first!;
}

/** No more digits than the type takes. Everything where digits don't matter. */
function withinDigits(column: GuessedColumn): Refa.NFA {
  const { maxDigits } = column;
  if (maxDigits !== undefined) return toNfa(`[^1-9]*(?:[0-9][^0-9]*){0,${maxDigits}}`, false);
  const point = column.kind.id === 'integer' ? 'dot' : column.kind.point;
  const whole = wholeDigits(column);
  if (point === undefined || whole === undefined) return toNfa('[^]*', false);
  const scale = exactScale(column);
  const sign: Readonly<Record<Point, string>> = { dot: '[.]', comma: ',' };
  const no: Readonly<Record<Point, string>> = { dot: '[^0-9.]', comma: '[^0-9,]' };
  const others = no[point];
  const zeros = column.isGiven === true ? '(?:0[^0-9]*)*' : '';
  const fraction = scale === undefined ? '[^]*' : `[^0-9]*(?:[0-9][^0-9]*){0,${Math.max(0, scale)}}${zeros}`;
  return toNfa(`${others}*(?:[0-9]${others}*){0,${whole}}(?:${sign[point]}${fraction})?`, false);
}

function wholeDigits({ type }: GuessedColumn): number | undefined {
  if (Object.hasOwn(WHOLE_DIGITS, type)) return WHOLE_DIGITS[type];
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  return precision === undefined ? undefined : Number(precision) - Number(scale);
}

function toNfa(source: string, ignoreCase: boolean): Refa.NFA {
  const { expression, maxCharacter } = JS.Parser.fromLiteral({ source, flags: ignoreCase ? 'i' : '' }).parse();
  return NFA.fromRegex(expression, { maxCharacter });
}
