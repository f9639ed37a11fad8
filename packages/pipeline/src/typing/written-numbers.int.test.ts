import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { external, SqlType } from '@hyperferry/hyper';
import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { constantFrom, sample, stringMatching, subarray } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cellKind } from './cell-kinds.ts';
import { classifyCell } from './classify-cell.ts';
import type { ColumnKind } from './column-kinds.ts';
import { forceColumn } from './force-column.ts';
import { numberColumns } from './number-columns.ts';
import type { Point } from './number-kinds.ts';

const MIXES = 40;
const CELLS_PER_KIND = 6;

/** What a cell says to a person: the sign and the digits before the exponent, and the exponent. */
function readNumber(cell: string, point: Point): number {
  const [, mantissa = '', exponent = '0'] = /^(.*?)(?:[eE]([+-]?[0-9]+)[ \t]*)?$/.exec(cell) ?? [];
  const digits = mantissa.replaceAll(point === 'dot' ? /[^0-9.]/g : /[^0-9,]/g, '').replace(',', '.');
  const sign = /[-−(]/.test(mantissa) ? '-' : '';
  return Number(`${sign}0${digits}e${exponent}`);
}

const cellsOf = new Map<string, readonly string[]>();

function someCells(id: string, seed: number): string[] {
  const cells =
    cellsOf.get(id) ??
    sample(stringMatching(new RegExp(`^(?:${cellKind(id).pattern})$`, 'u')), { numRuns: 60, seed: 7 });
  cellsOf.set(id, cells);
  const own = cells.filter((cell) => cell.length < 50 && classifyCell(cell) === id);
  return own.length === 0 ? [] : sample(constantFrom(...own), { numRuns: CELLS_PER_KIND, seed });
}

const columns = numberColumns.filter(({ id, point }) => point !== undefined && !/percent|money/.test(id));

/** Kinds that a column of numbers takes where its type is given. */
const takenBy = ({ accepts, point }: ColumnKind): string[] => [
  ...accepts,
  'leading-zero',
  'long-digits',
  ...(point === 'dot' ? ['zero-dot'] : ['zero-comma', 'dialled']),
];

describe('numbers of every mix of kinds', () => {
  let test: TestHyper;

  beforeAll(async () => {
    test = await startTestHyper();
  });

  afterAll(async () => {
    await test.close();
  });

  it.each(columns)('are loaded as JavaScript reads them: $id', async (kind) => {
    const point = kind.point!;
    const mixes = sample(subarray(takenBy(kind), { minLength: 1, maxLength: 5 }), { numRuns: MIXES, seed: 7 });
    await using connection = await test.hyper.connect();
    for (const [at, mix] of mixes.entries()) {
      const cells = mix.flatMap((id) => someCells(id, at));
      const path = join(test.dir, `${kind.id}-${at}.csv`);
      await writeFile(path, `${cells.map((cell, row) => `${row},"${cell}"`).join('\n')}\n`);
      const from = external({
        source: path,
        columns: [
          { name: 'row', type: SqlType.bigInt() },
          { name: 'c', type: SqlType.text() },
        ],
      });
      const { rows } = await connection.query(
        `SELECT row, ${kind.convert('c', 'double', mix)} FROM ${from} ORDER BY row`,
      );
      const loaded = rows.map(([, value]) => Number(value));
      const wrong = cells.flatMap((cell, row) => {
        const meant = readNumber(cell, point);
        const isEqual = Math.abs((loaded[row] ?? NaN) - meant) <= Math.abs(meant) * 1e-15;
        return isEqual ? [] : [{ cell, meant, loaded: loaded[row] }];
      });
      expect({ mix, wrong }).toEqual({ mix, wrong: [] });
    }
  });

  it('keeps exponents beside zeros in front where double is given', () => {
    const counts = { kinds: { 'leading-zero': 1, 'exponent-code': 1, float: 1 }, integerDigits: 1, fractionDigits: 1 };
    const { kind, kindsSeen } = forceColumn(counts, 'double');
    expect(kind.convert('c', 'double', kindsSeen)).toBe('CAST(c AS double precision)');
  });
});
