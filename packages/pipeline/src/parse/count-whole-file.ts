import type { Connection } from '@hyperferry/hyper';
import type { SniffedCsv, SourceFile } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { NULL_KIND, OTHER_KIND } from '../typing/classify-cell.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import { allKinds, livingKinds } from './count-columns.ts';
import { toCsvError } from './csv-error.ts';
import { csvExternal } from './csv-external.ts';
import { type CountedColumn, profileSql, readProfileRow } from './profile-sql.ts';
import type { SelectedColumn } from './select-columns.ts';

export interface WholeCounts {
  readonly rowCount: number;
  readonly counts: readonly ColumnCounts[];
}

/** Columns in one scan: compiling a query takes longer than linearly in the number of its expressions. */
const COLUMNS_PER_SCAN = 100;

/**
 * Counts what the cells of each column are, in all of the file, inside the engine. The sample says what to look for; a
 * column with cells of another kind is counted again, for all kinds.
 */
export async function countWholeFile(
  sniffed: SniffedCsv,
  columns: readonly SelectedColumn[],
  sample: readonly ColumnCounts[],
  file: SourceFile,
  context: EngineContext,
): Promise<WholeCounts> {
  await using connection = await context.engine.connect({ signal: context.signal });
  const names = sniffed.columns.map(({ name }) => name);
  const from = csvExternal({ path: file.path, dialect: sniffed.dialect, columnCount: names.length });
  const scan = async (counted: readonly CountedColumn[]): Promise<WholeCounts> => {
    try {
      return await scanInParts(connection, counted, from, context.signal);
    } catch (error) {
      throw toCsvError(error, file, names);
    }
  };
  const counted = columns.map(({ index }, at) => ({ index, kinds: livingKinds(sample[at]!) }));
  const first = await scan(counted);
  const again = counted.filter((column, at) => needsAllKinds(column, first.counts[at]!, sample[at]!));
  if (again.length === 0) return first;
  const second = await scan(again.map(({ index }) => ({ index, kinds: allKinds })));
  const counts = counted.map((column, at) => {
    const position = again.indexOf(column);
    return position < 0 ? first.counts[at]! : second.counts[position]!;
  });
  return { rowCount: first.rowCount, counts };
}

/** Cells that are of none of the kinds looked for: unless the sample has shown already that the column is text. */
function needsAllKinds(column: CountedColumn, found: ColumnCounts, sample: ColumnCounts): boolean {
  if ((found.kinds[OTHER_KIND] ?? 0) === 0) return false;
  const sampleIsEmpty = Object.keys(sample.kinds).every((id) => id === NULL_KIND);
  return column.kinds.length > 0 || sampleIsEmpty || (sample.kinds[OTHER_KIND] ?? 0) === 0;
}

async function scanInParts(
  connection: Connection,
  counted: readonly CountedColumn[],
  from: string,
  signal: AbortSignal,
): Promise<WholeCounts> {
  let rowCount = 0;
  const counts: ColumnCounts[] = [];
  for (let at = 0; at < counted.length; at += COLUMNS_PER_SCAN) {
    const part = counted.slice(at, at + COLUMNS_PER_SCAN);
    const row = await connection.queryOne(profileSql(part, from), { signal });
    const result = readProfileRow(part, row);
    rowCount = result.rowCount;
    counts.push(...result.counts);
  }
  return { rowCount, counts };
}
