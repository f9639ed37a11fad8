import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { external, SqlType } from '@hyperferry/hyper';
import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { sample, stringMatching } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isCellKindSql } from './cell-kind-sql.ts';
import { cellKind } from './cell-kinds.ts';
import { classifyCell } from './classify-cell.ts';
import { columnKinds, givenColumnKinds } from './column-kinds.ts';
import { zeroDateKinds } from './date-kinds.ts';
import { kindsOfGiven } from './given-kinds.ts';
import { commaKinds, dotKinds } from './number-kinds.ts';

const WORDS = 600;

/** Cells that a pattern fits, some of which are no dates all the same. */
function cellsOf(id: string): string[] {
  const { pattern } = cellKind(id);
  const cells = sample(stringMatching(new RegExp(`^(?:${pattern})$`, 'u')), { numRuns: WORDS, seed: 7 });
  // Too many digits for the type are another matter.
  const isSmall = (cell: string): boolean => cell.replaceAll(/[^0-9]/g, '').length <= 9;
  const isNumber = dotKinds.has(id) || commaKinds.has(id);
  return [...new Set(cells)].filter((cell) => cell.length < 50 && (!isNumber || isSmall(cell)));
}

const cases = [...columnKinds, ...givenColumnKinds].map((kind) => {
  const counts = { kinds: { 'true-word': 1 }, integerDigits: 1, fractionDigits: 0 };
  const type = kind.point === undefined ? kind.type(counts)! : ('numeric(18,9)' as const);
  return { kind, type };
});

describe('cells of the kinds that a column takes', () => {
  let test: TestHyper;

  beforeAll(async () => {
    test = await startTestHyper();
  });

  afterAll(async () => {
    await test.close();
  });

  it.each(cases)(
    'are told from others by the engine in the same way, and converted: $kind.id',
    async ({ kind, type }) => {
      // Zero dates become NULL: that they are told, the test of values shows.
      const seen = kind.accepts.filter(
        (id) => !/^(?:float|comma-float|exponent-code)$/.test(id) && !zeroDateKinds.includes(id),
      );
      const all = seen.flatMap((id) =>
        cellsOf(id).map((cell) => ({ id, cell, is: classifyCell(cell, kindsOfGiven(type)) })),
      );
      // Every kind's pattern is also tried on the cells of the others; a cell is of the first kind that fits.
      const known = all.filter(({ is }) => is === 'other' || seen.includes(is));
      expect(known.length).toBeGreaterThan(2);
      const path = join(test.dir, `${kind.id.replaceAll(/[^a-z-]/gi, '_')}.csv`);
      await writeFile(path, `${known.map(({ cell }, row) => `${row},"${cell}"`).join('\n')}\n`);
      const columns = [
        { name: 'row', type: SqlType.bigInt() },
        { name: 'c', type: SqlType.text() },
      ];
      const from = external({ source: path, columns });
      await using connection = await test.hyper.connect();
      const isOne = seen.map((id) => isCellKindSql('c', id)).join(' OR ');
      const told = await connection.query(`SELECT row, c, ${isOne} FROM ${from} ORDER BY row`);
      const toldOtherwise = known.filter(({ is }, row) => told.rows[row]?.[2] !== (is !== 'other'));
      expect(toldOtherwise).toEqual([]);
      const value = kind.convert('c', type, seen).replaceAll('CAST(', 'try_cast(');
      const good = `SELECT c FROM ${from} WHERE (${isOne}) AND (${value}) IS NULL`;
      const { rows } = await connection.query(good);
      expect(rows.flat()).toEqual([]);
    },
  );
});
