import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { external, SqlType } from '@hyperferry/hyper';
import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import type { ColumnType } from '@hyperferry/schema';
import { type Arbitrary, array, boolean, constantFrom, nat, sample, tuple } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { classifyCell } from './classify-cell.ts';
import { columnKind } from './column-kinds.ts';
import { sqlType } from './sql-type.ts';
import { exactScale, fitsSql, guardSql } from './guard-sql.ts';
import { countDigits } from './number-kinds.ts';

const noise = constantFrom(...Array.from(' 0123456789.+-,eE%()/:TZaJn$_\t'));

/** A good value with one or two characters replaced or put in: where lenient casts go wrong. */
function near(...values: readonly string[]): Arbitrary<string> {
  return tuple(constantFrom(...values), array(tuple(nat(30), noise, boolean()), { maxLength: 2 })).map(
    ([value, edits]) => {
      const characters = Array.from(value);
      for (const [at, character, insert] of edits)
        characters.splice(at % (characters.length + 1), insert ? 0 : 1, character);
      return characters.join('');
    },
  );
}

const cases: readonly (readonly [id: string, type: ColumnType, kindsSeen: readonly string[], Arbitrary<string>])[] = [
  [
    'integer',
    'bigint',
    ['integer'],
    near('12', '-5', '1234', '100', '00501', '1,234', '(12)', '1.0', '123456789012345678'),
  ],
  [
    'decimal',
    'numeric(18,2)',
    ['integer', 'decimal', 'dot-3'],
    near('12.34', '-5.1', '.5', '5.', '100', '1,234.5', '(1.5)', '1e2'),
  ],
  ['iso-date', 'date', ['iso-date'], near('2020-01-02', '2020-12-31', '1999-02-28', '2020-02-30')],
  [
    'iso-timestamp',
    'timestamp',
    ['iso-time'],
    near('2020-01-02 03:04:05', '2020-01-02T03:04', '2020-01-02 23:59:59.5'),
  ],
  ['boolean', 'boolean', ['true-word', 'false-word'], near('true', 'false', 'yes', 'no', 'TRUE')],
];

describe('guardSql', () => {
  let test: TestHyper;

  beforeAll(async () => {
    test = await startTestHyper();
  });

  afterAll(async () => {
    await test.close();
  });

  it.each(cases)(
    'lets pass, together with the cast, the cells of the kinds seen and no others: %s',
    async (id, type, kindsSeen, cells) => {
      const values = [...new Set(sample(cells, { numRuns: 20_000, seed: 7 }))].filter((value) => value !== '');
      const path = join(test.dir, `${id}.csv`);
      await writeFile(path, `${values.map((value) => `"${value}"`).join('\n')}\n`);
      const kind = columnKind(id);
      const guess = { kind, type, kindsSeen, hasNullTokens: false, isEmpty: false };
      const from = external({ source: path, columns: [{ name: 'c', type: SqlType.text() }] });
      await using connection = await test.hyper.connect();
      const guarded = `SELECT c FROM ${from} WHERE ${guardSql('c', guess)} AND try_cast(c AS ${sqlType(type)}) IS NOT NULL`;
      const { rows } = await connection.query(guarded);
      expect(rows.length).toBeGreaterThan(20);
      const wrong = rows.map(([cell]) => String(cell)).filter((cell) => !kindsSeen.includes(classifyCell(cell)));
      expect(wrong).toEqual([]);

      const fitting = await connection.query(`SELECT c FROM ${from} WHERE ${fitsSql('c', guess)}`);
      const passed = new Set(fitting.rows.map(([cell]) => String(cell)));
      const scale = exactScale(guess) ?? Infinity;
      const fits = (cell: string) =>
        kindsSeen.includes(classifyCell(cell)) &&
        (kind.point === undefined || countDigits(cell, kind.point)[1] <= scale);
      expect(values.filter((cell) => fits(cell) && !passed.has(cell))).toEqual([]);
    },
  );
});
