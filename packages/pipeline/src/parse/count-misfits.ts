import type { Connection } from '@hyperferry/hyper';

import type { EngineContext } from '../engine-context.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import type { ColumnDecision } from '../typing/decide-column.ts';
import { fitsCell } from '../typing/fits-cell.ts';
import { fitsSql, type GuessedColumn } from '../typing/guard-sql.ts';
import { digitsOf } from '../typing/number-columns.ts';
import { toCsvError } from './csv-error.ts';
import { decideColumns } from './decide-columns.ts';
import type { InspectedSource } from './inspect-source.ts';

/**
 * Adds, for columns of a given type whose numbers may be too large for it or have too many decimals, how many don't fit. An
 * inferred type is one that all of its numbers fit. `from`: the file as the engine reads it; absent when the sample is all.
 */
export async function withMisfits(
  inspected: InspectedSource,
  counts: readonly ColumnCounts[],
  context: EngineContext,
  from: string | undefined,
): Promise<readonly ColumnCounts[]> {
  if (inspected.givenTypes.every((type) => type === undefined)) return counts;
  const decisions = decideColumns(counts, inspected);
  const doubtful = counts.flatMap((count, at) => (mayHaveMisfits(count, decisions[at]!, inspected, at) ? [at] : []));
  if (doubtful.length === 0) return counts;
  const asked = doubtful.map((at) => ({
    index: inspected.columns[at]!.index,
    column: { ...decisions[at]!, isEmpty: false, isGiven: true },
  }));
  const found =
    from === undefined ? countInSample(inspected, asked) : await countInFile(inspected, asked, from, context);
  return counts.map((count, at) => {
    const position = doubtful.indexOf(at);
    return position < 0 ? count : { ...count, misfits: found[position]! };
  });
}

interface AskedColumn {
  readonly index: number;
  readonly column: GuessedColumn;
}

function mayHaveMisfits(
  counts: ColumnCounts,
  { kind, type, kindsSeen }: ColumnDecision,
  { givenTypes }: InspectedSource,
  at: number,
): boolean {
  if (givenTypes[at] === undefined || (kind.point === undefined && kind.id !== 'integer')) return false;
  const [, precision, scale = '0'] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  const most = precision === undefined ? SURE_DIGITS[type] : Number(precision) - Number(scale);
  if (most === undefined) return false;
  // Their digits have not been counted.
  if (kindsSeen.some((id) => /^(?:zero-|leading-zero|long-digits|dialled)/.test(id))) return true;
  const [whole, fraction] = digitsOf(counts, kind.point ?? 'dot');
  const isFine = whole <= most && fraction <= Number(scale) - (kind.id.endsWith('percent') ? 2 : 0);
  // A whole number such as .0 is one that the engine doesn't take.
  return !isFine || (precision === undefined && kindsSeen.some((id) => id.includes('decimal')));
}

/** Digits that whole numbers of these types may always have. */
const SURE_DIGITS: Readonly<Record<string, number>> = { smallint: 4, integer: 9, bigint: 18 };

function countInSample({ sniffed }: InspectedSource, asked: readonly AskedColumn[]): number[] {
  return asked.map(
    ({ index, column }) => sniffed.sample.filter((record) => !fitsCell(record[index] ?? null, column)).length,
  );
}

async function countInFile(
  { file, sniffed }: InspectedSource,
  asked: readonly AskedColumn[],
  from: string,
  { engine, signal }: EngineContext,
): Promise<number[]> {
  await using connection: Connection = await engine.connect({ signal });
  const counts = asked.map(({ index, column }) => `count(*) FILTER (WHERE NOT ${fitsSql(`c${index}`, column)})`);
  try {
    const row = await connection.queryOne(`SELECT ${counts.join(', ')} FROM ${from}`, { signal });
    return row.map(Number);
  } catch (error) {
    throw toCsvError(
      error,
      file,
      sniffed.columns.map(({ name }) => name),
    );
  }
}
