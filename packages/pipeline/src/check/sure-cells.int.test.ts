import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { GuessedLoadColumn } from '../extract/guess-columns.ts';
import { matchesKind } from '../typing/classify-cell.ts';
import { columnKinds, givenColumnKinds } from '../typing/column-kinds.ts';
import { zeroDateKinds } from '../typing/date-kinds.ts';
import { floatKinds } from '../typing/number-kinds.ts';
import { type ByteAutomaton, NO_STATE } from './byte-automaton.ts';
import { cellLanguage } from './cell-language.ts';
import { checkedTable } from './checked-columns.ts';
import { misfits } from './judge-cells.ts';

const WORDS = 400;
const MAX_BYTES = 40;

/** Words of a language by walks at random that stop where a word may end. */
function walk({ next, isFinal }: ByteAutomaton, random: () => number): string[] {
  const words = new Set<string>();
  for (let tries = 0; words.size < WORDS && tries < WORDS * 20; tries += 1) {
    const bytes: number[] = [];
    let state = 0;
    while (bytes.length < MAX_BYTES && !(isFinal[state] === 1 && random() < 0.5)) {
      const living = Array.from({ length: 256 }, (_, byte) => byte).filter(
        (byte) => next[state * 256 + byte] !== NO_STATE && byte !== 34,
      );
      if (living.length === 0) break;
      const byte = living[Math.floor(random() * living.length)] ?? 0;
      bytes.push(byte);
      state = next[state * 256 + byte]!;
    }
    if (isFinal[state] === 1) words.add(Buffer.from(bytes).toString('utf8'));
  }
  return [...words];
}

function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const cases = [...columnKinds, ...givenColumnKinds].map((kind) => {
  const isNumber = kind.point !== undefined;
  const type = isNumber
    ? 'numeric(18,3)'
    : kind.type({ kinds: { 'true-word': 1 }, integerDigits: 1, fractionDigits: 0 });
  return { kind, type: type! };
});

describe('cells that an automaton lets through', () => {
  let test: TestHyper;

  beforeAll(async () => {
    test = await startTestHyper();
  });

  afterAll(async () => {
    await test.close();
  });

  it.each(cases)('are of the kinds seen, and the engine converts every one: $kind.id', async ({ kind, type }) => {
    // A sign that only means what it says beside others of its kind is no cell of its own here.
    const kindsSeen = kind.accepts.filter((id) => !floatKinds.includes(id) && !zeroDateKinds.includes(id));
    const column: GuessedLoadColumn = {
      name: 'value',
      index: 0,
      kind,
      type,
      kindsSeen,
      bad: 0,
      hasNullTokens: false,
      isEmpty: false,
      isTrimmed: true,
      isGiven: false,
      nullsBadValues: false,
    };
    const language = cellLanguage(column) as ByteAutomaton;
    const words = walk(language, lehmer(7));
    expect(words.length).toBeGreaterThan(1);
    expect(words.filter((word) => !kindsSeen.some((id) => matchesKind(word, id)))).toEqual([]);
    expect(words.filter((word) => misfits([word], [column]).length > 0)).toEqual([]);

    const path = join(test.dir, `${kind.id.replaceAll(/[^a-z-]/gi, '_')}.csv`);
    await writeFile(path, `value,row\n${words.map((word, row) => `"${word}",${row}`).join('\n')}\n`);
    const table = checkedTable([column], { delimiter: ',', quote: '"', headerRows: 1 }, 2, path);
    await using connection = await test.hyper.connect();
    const { rows } = await connection.query(`SELECT ${table.columns.map(({ sql }) => sql).join()} FROM ${table.from}`);
    expect(rows.filter(([value]) => value === null)).toEqual([]);
    expect(rows.length).toBe(words.length);
  });
});
