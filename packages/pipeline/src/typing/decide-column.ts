import type { ColumnType } from '@hyperferry/schema';

import { NULL_KIND, OTHER_KIND, TOKEN_KIND } from './classify-cell.ts';
import type { ColumnCounts } from './column-counts.ts';
import { type ColumnKind, columnKinds, digitKinds, textKind } from './column-kinds.ts';
import { zeroDateKinds } from './date-kinds.ts';
import { identifierName, isCodeName } from './identifier-name.ts';
import { ambiguityOf, contradictionOf, type LocaleOptions, preferredKinds } from './locale.ts';

/** How a column will be read, and why. */
export interface ColumnDecision {
  readonly kind: ColumnKind;
  readonly type: ColumnType;
  /** One sentence with counts. */
  readonly reason: string;
  /** Cells that become NULL. */
  readonly nulls: number;
  /** Cells that don't fit the type: their rows will be rejected. */
  readonly bad: number;
  /** Kinds of cells that occur and are taken. */
  readonly kindsSeen: readonly string[];
  /** Words for "no value" occur and become NULL. */
  readonly hasNullTokens: boolean;
  /** Share of the values that speak against the best other type than text; 1 when there is none, or identifiers. */
  readonly misfitShare: number;
  /** Set when the data alone could not decide. */
  readonly warning?: string;
}

export interface DecideOptions extends LocaleOptions, NoteOptions {
  /** Share of values that may not fit before a column is text, 0 to 1. */
  readonly tolerance: number;
  /** Of the column, where it has one: it may say that its numbers are no quantities. */
  readonly name?: string;
}

interface Candidate {
  readonly kind: ColumnKind;
  readonly type: ColumnType;
  readonly good: number;
}

/** Decides the type of a column from what its cells are. */
export function decideColumn(counts: ColumnCounts, options: DecideOptions): ColumnDecision {
  const nulls = counts.kinds[NULL_KIND] ?? 0;
  const tokens = counts.kinds[TOKEN_KIND] ?? 0;
  const values = valueCount(counts);
  if (values === 0) return textDecision(nulls, emptyReason(tokens), 0);
  const veto = identifierReason(counts, values);
  if (veto !== undefined) return textDecision(nulls, veto, 1);
  const best = bestCandidate(counts, options);
  const named = best !== undefined && mayIdentify.has(best.kind.id) ? identifierName(options.name ?? '') : undefined;
  if (named !== undefined) return textDecision(nulls, `identifiers: by its name, the column has ${named}`, 1);
  const bad = best === undefined ? values : values - best.good;
  if (best === undefined || bad > Math.floor(values * options.tolerance)) {
    const share = best === undefined ? (counts.kinds[OTHER_KIND] ?? 0) / values : bad / values;
    return textDecision(nulls, textReason(best, bad, values, counts), share);
  }
  if (best.kind.id === 'boolean' && isCodeName(options.name ?? '') && seenOf(longWords, counts).length === 0)
    return textDecision(
      nulls,
      'text: by its name, the column has codes, and none of its words is more than two letters',
      1,
    );
  const contradiction = contradictionOf(best.kind, counts, options);
  if (contradiction?.isUndecided === true) {
    const what = best.kind.point === undefined ? 'orders' : 'decimal points';
    const reason =
      mixedReason(counts) ?? `text: mixed ${what}, ${amount(contradiction.against, values)} contradict the others`;
    return textDecision(nulls, reason, contradiction.against / values);
  }
  const zeros = zeroDates(best.kind, counts);
  const kindsSeen = seenOf(best.kind.accepts, counts);
  const { settled, warning } = ambiguityOf(best.kind, kindsSeen, options);
  return {
    kind: best.kind,
    type: best.type,
    reason: [typedReason(best, bad, values - zeros, counts), ...notes(zeros, settled, options)].join('; '),
    nulls: nulls + tokens + zeros,
    bad,
    misfitShare: bad / values,
    kindsSeen,
    hasNullTokens: tokens > 0,
    ...warningOf(zeros, warning, contradiction?.warning),
  };
}

function emptyReason(tokens: number): string {
  if (tokens === 0) return 'no cell has a value';
  return `text: nothing but ${withCommas(tokens)} ${tokens === 1 ? 'word' : 'words'} for no value`;
}

/** Cells that are a date to the program which wrote them, and none to anybody else: they become NULL. */
export function zeroDates({ accepts }: ColumnKind, { kinds }: ColumnCounts): number {
  return zeroDateKinds.reduce((sum, id) => sum + (accepts.includes(id) ? (kinds[id] ?? 0) : 0), 0);
}

/** What a reason says besides: zero dates, how what reads two ways was settled, years of two digits. */
export function notes(zeros: number, settled: string | undefined, { hasShortYears }: NoteOptions): string[] {
  return [
    ...(zeros === 0 ? [] : [`${withCommas(zeros)} zero ${zeros === 1 ? 'date' : 'dates'} for no value`]),
    ...(settled === undefined ? [] : [settled]),
    ...(hasShortYears === true ? ['years of two digits: 70 to 99 are 1970 to 1999, others 2000 to 2069'] : []),
  ];
}

export interface NoteOptions {
  /** Some years at the beginning of the file have two digits. */
  readonly hasShortYears?: boolean | undefined;
}

/** Not how many: where a file is loaded in one pass, only the beginning has been counted. */
export function warningOf(zeros: number, ...warnings: readonly (string | undefined)[]): { readonly warning?: string } {
  const all = [
    ...(zeros === 0 ? [] : ['zero dates such as 0000-00-00 are loaded as NULL']),
    ...warnings.filter((warning) => warning !== undefined),
  ];
  return all.length === 0 ? {} : { warning: all.join('; ') };
}

/** Those of the kinds of cells that occur. */
export function seenOf(accepts: readonly string[], { kinds }: ColumnCounts): string[] {
  return accepts.filter((id) => (kinds[id] ?? 0) > 0);
}

/** Cells that are neither NULL nor a word for it. */
export function valueCount(counts: ColumnCounts): number {
  const all = Object.values(counts.kinds).reduce((sum, count) => sum + count, 0);
  return all - (counts.kinds[NULL_KIND] ?? 0) - (counts.kinds[TOKEN_KIND] ?? 0);
}

function bestCandidate(counts: ColumnCounts, options: DecideOptions): Candidate | undefined {
  let best: Candidate | undefined;
  for (const kind of preferredKinds(counts, options, columnKinds)) {
    const good = kind.accepts.reduce((sum, id) => sum + (counts.kinds[id] ?? 0), 0);
    const type = good === 0 ? undefined : kind.type(counts);
    if (type !== undefined && (best === undefined || good > best.good)) best = { kind, type, good };
  }
  return best;
}

/** Kinds of numbers that a postal code or a phone number may look like. */
const mayIdentify: ReadonlySet<string> = new Set(['compact-date', 'integer', 'decimal', 'us-decimal', 'eu-decimal']);

const countKinds = ({ kinds }: ColumnCounts, isOne: (id: string) => boolean): number =>
  Object.entries(kinds).reduce((sum, [id, cells]) => (isOne(id) ? sum + cells : sum), 0);

const longWords = ['true-word', 'false-word', 'letter-t', 'letter-f', 'letter-y', 'letter-n', 'letter-o', 'letter-v'];
const zeroKinds = ['leading-zero', 'zero-dot', 'zero-comma'];

/** Digits that are no quantity: a single one makes the whole column text, or its zeros would be lost. */
function identifierReason({ kinds }: ColumnCounts, values: number): string | undefined {
  const isDate = (kinds['compact-date'] ?? 0) > 0 && !digitKinds.some((id) => (kinds[id] ?? 0) > 0);
  const zeros = [...zeroKinds, ...(isDate ? [] : ['zero-compact'])].reduce((sum, id) => sum + (kinds[id] ?? 0), 0);
  if (zeros > 0) return `identifiers: ${amount(zeros, values)} begin with a zero`;
  const long = (kinds['long-digits'] ?? 0) + (kinds['dialled'] ?? 0);
  if (long > 0) return `identifiers: ${amount(long, values)} have more than 18 digits, or a plus and more than 6`;
  return undefined;
}

function typedReason(best: Candidate, bad: number, values: number, counts: ColumnCounts): string {
  const { kind, type } = best;
  const all = values === 1 ? 'its one value is of' : `all ${withCommas(values)} values are`;
  const share = bad === 0 ? all : `all but ${withCommas(bad)} of ${withCommas(values)} values are`;
  const isNumber = kind.point !== undefined;
  const scale = Number(/^numeric\(\d+,(\d+)\)$/.exec(type)?.[1] ?? 0);
  const isWide = type.startsWith('numeric(38,') ? ', more than 18 digits: needs Tableau 2023.1' : '';
  const exact =
    isNumber && type.startsWith('numeric') ? `, exact with ${scale} decimal${scale === 1 ? '' : 's'}${isWide}` : '';
  const inexact = isNumber && type === 'double' ? ', too long or with exponents: not exact' : '';
  const tokens = counts.kinds[TOKEN_KIND] ?? 0;
  const words =
    counts.hasUncountedTokens === true ? 'words' : `${withCommas(tokens)} ${tokens === 1 ? 'word' : 'words'}`;
  const nulls = tokens > 0 ? `; ${words} for no value` : '';
  return `${share} ${kind.label}${exact}${inexact}${nulls}`;
}

function textReason(best: Candidate | undefined, bad: number, values: number, counts: ColumnCounts): string {
  const mixed = mixedReason(counts);
  if (mixed !== undefined) return mixed;
  if ((counts.kinds['true-code'] ?? counts.kinds['false-code'] ?? 0) === values)
    return 'text: nothing but NO, or SI, which may be a country as well as an answer';
  if (best === undefined || best.good * 2 < values)
    return `text: ${withCommas(values)} ${values === 1 ? 'value' : 'values'} of no common kind`;
  return `text: ${amount(bad, values)} are not ${best.kind.label}`;
}

/** Values that prove orders of day, month and year against each other. */
function mixedReason(counts: ColumnCounts): string | undefined {
  const found = [
    ['dmy-', 'day/month'],
    ['mdy-', 'month/day'],
    ['ymd-short-', 'year/month/day'],
  ].flatMap(([prefix, name]) => {
    const count = countKinds(counts, (id) => id.startsWith(prefix!));
    return count === 0 ? [] : [`${withCommas(count)} ${name}`];
  });
  const [first, ...rest] = found;
  if (first === undefined || rest.length === 0) return undefined;
  return `text: mixed orders, ${[first.replace(' ', ' can only be '), ...rest.map((text) => text.replace(' ', ' only '))].join(', ')}`;
}

function textDecision(nulls: number, reason: string, misfitShare: number): ColumnDecision {
  return {
    kind: textKind,
    type: 'text',
    reason,
    nulls,
    bad: 0,
    misfitShare,
    kindsSeen: [OTHER_KIND],
    hasNullTokens: false,
  };
}

const amount = (part: number, all: number): string => `${withCommas(part)} of ${withCommas(all)} values`;
// Not by toLocaleString, which takes a dozen milliseconds the first time.
export function withCommas(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
