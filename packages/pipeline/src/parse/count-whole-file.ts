import type { Connection } from '@hyperferry/hyper';

import type { EngineContext } from '../engine-context.ts';
import { OTHER_KIND } from '../typing/classify-cell.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import { isMarkedKind } from '../typing/number-kinds.ts';
import { firstKinds, isSurelyText, kindsToTell, mayBeLong } from './count-columns.ts';
import { toCsvError } from './csv-error.ts';
import { csvExternal } from './csv-external.ts';
import type { InspectedSource } from './inspect-source.ts';
import type { SeparatedRecords } from './separate-records.ts';
import { type CountedColumn, profileSql, readProfileRow } from './profile-sql.ts';

export interface WholeCounts {
  readonly rowCount: number;
  readonly counts: readonly ColumnCounts[];
}

/** Columns, and kinds to tell apart, in one scan: compiling a query takes time and memory for each of its expressions. */
const COLUMNS_PER_SCAN = 100;
const KINDS_PER_SCAN = 1000;

/**
 * Counts what the cells of each column are, in all of the file, inside the engine. The sample says what to look for; a
 * column with cells of another kind, or with longer numbers, is counted again, for all kinds.
 */
export async function countWholeFile(
  inspected: InspectedSource,
  context: EngineContext,
  separated?: SeparatedRecords,
): Promise<WholeCounts> {
  const { sniffed, columns, file } = inspected;
  await using connection = await context.engine.connect({ signal: context.signal });
  const names = sniffed.columns.map(({ name }) => name);
  const from = sourceSql(inspected, separated);
  const scan = async (counted: readonly CountedColumn[]): Promise<WholeCounts> => {
    try {
      return await scanInParts(connection, counted, from, context.signal);
    } catch (error) {
      throw toCsvError(error, file, names);
    }
  };
  const counted = columns.map(({ index }, at) => ({
    index,
    kinds: firstKinds(inspected, at),
    countsDigits: mayBeLong(inspected.sample[at]!),
  }));
  const first = await scan(counted);
  const again = counted.filter((_, at) => {
    const isTextForSure = isSurelyText(inspected, at);
    const counts = first.counts[at]!;
    const isLonger = mayBeLong(counts) && counts.significantDigits === undefined;
    return !isTextForSure && (isLonger || (counts.kinds[OTHER_KIND] ?? 0) > 0);
  });
  if (again.length === 0) return first;
  const second = await scan(
    again.map((column) => ({
      index: column.index,
      kinds: kindsToLookFor(
        column,
        first.counts[counted.indexOf(column)]!,
        kindsToTell(inspected, counted.indexOf(column)),
      ),
      countsDigits: true,
    })),
  );
  const counts = counted.map((column, at) => {
    const position = again.indexOf(column);
    return position < 0 ? first.counts[at]! : second.counts[position]!;
  });
  return { rowCount: first.rowCount, counts };
}

/** All kinds but those that no cell can be of. */
function kindsToLookFor(
  { kinds }: CountedColumn,
  { hasNoMarks }: ColumnCounts,
  all: readonly string[],
): readonly string[] {
  return hasNoMarks === true ? all.filter((id) => kinds.includes(id) || !isMarkedKind(id)) : all;
}

/** The file, or the copy of its proper records, as a table of the engine. */
export function sourceSql({ file, sniffed }: InspectedSource, separated: SeparatedRecords | undefined): string {
  return csvExternal({
    path: separated?.path ?? file.path,
    dialect: separated?.dialect ?? sniffed.dialect,
    columnCount: sniffed.columns.length,
    isNumbered: separated !== undefined,
  });
}

async function scanInParts(
  connection: Connection,
  counted: readonly CountedColumn[],
  from: string,
  signal: AbortSignal,
): Promise<WholeCounts> {
  let rowCount = 0;
  const counts: ColumnCounts[] = [];
  const mostKinds = Math.max(1, ...counted.map(({ kinds }) => kinds.length));
  const columnsPerScan = Math.max(1, Math.min(COLUMNS_PER_SCAN, Math.floor(KINDS_PER_SCAN / mostKinds)));
  for (let at = 0; at < counted.length; at += columnsPerScan) {
    const part = counted.slice(at, at + columnsPerScan);
    const row = await connection.queryOne(profileSql(part, from), { signal });
    const result = readProfileRow(part, row);
    rowCount = result.rowCount;
    counts.push(...result.counts);
  }
  return { rowCount, counts };
}
