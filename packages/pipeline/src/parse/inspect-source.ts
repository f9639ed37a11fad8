import type { ColumnType, ExtractSpec } from '@hyperferry/schema';
import {
  type Cell,
  type FileStamp,
  sniffCsv,
  type SniffedCsv,
  type SourceFile,
  stampFile,
  csvOverrides,
} from '@hyperferry/sources';

import { LOADED_WITHOUT, REJECT_COLUMNS } from '../extract/rejects-file.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import type { DateOrder, GivenLocale } from '../typing/locale.ts';
import { countSample } from './count-columns.ts';
import { findColumn, selectColumns, type SelectedColumn } from './select-columns.ts';

/** The part of a spec that decides the extract, whatever the source. */
export type ExtractSpecCore = Omit<ExtractSpec, 'source'>;

/** What the beginning of a file shows, and what the spec wants of it. */
export interface InspectedSource {
  readonly file: SourceFile;
  /** Of the file when it was looked at. */
  readonly stamp: FileStamp | undefined;
  readonly spec: ExtractSpecCore;
  readonly sniffed: SniffedCsv;
  /** The columns to load, in the order of the extract. */
  readonly columns: readonly SelectedColumn[];
  /** Type given by the spec, for each of `columns`. */
  readonly givenTypes: readonly (ColumnType | undefined)[];
  /** Order of dates and decimal point given by the spec, for the file and for each of `columns`. */
  readonly givenLocale: { readonly file: GivenLocale; readonly columns: readonly GivenLocale[] };
  /** Counts in the sample, for each of `columns`. */
  readonly sample: readonly ColumnCounts[];
  /** The sample is all there is, every record has as many cells as the header, and nothing else is to be counted. */
  readonly isComplete: boolean;
}

/** Looks at the first MiB. @throws {SourceError} SOURCE_EMPTY, SOURCE_BINARY, COLUMN_UNKNOWN, COLUMN_DUPLICATE, … */
export async function inspectSource(
  spec: ExtractSpecCore,
  file: SourceFile,
  signal: AbortSignal,
): Promise<InspectedSource> {
  const stamp = await stampFile(file);
  const sniffed = await sniffCsv(file, csvOverrides(spec), { signal, fillsNarrow: fillsNarrow(spec) });
  const rejects = rejectsOf(sniffed);
  const columns = selectColumns(sniffed.columns, spec.columns ?? rejects?.columns, file.name);
  const all = sniffed.columns.map((column, index) => ({ ...column, index }));
  const types = byName(all, spec.types, file.name);
  // They are looked up when they are needed; a column that isn't there would never be.
  if (typeof spec.badValues === 'object') byName(all, spec.badValues, file.name);
  const givenTypes = columns.map(({ name }) => types.get(name));
  const sample = sniffed.sample.filter((record) => record.length === sniffed.columns.length && !isBlank(record));
  return {
    file,
    stamp,
    spec,
    // Of a single column the engine takes blank lines for records, and one before the header for the header.
    sniffed: {
      ...sniffed,
      sample,
      warnings: [...sniffed.warnings, ...(spec.columns === undefined ? (rejects?.warnings ?? []) : [])],
      isPlain: sniffed.isPlain && sniffed.columns.length > 1,
      isPlainText: sniffed.isPlainText && sniffed.columns.length > 1,
    },
    columns,
    givenTypes,
    givenLocale: givenLocale(spec, columns, all, file.name),
    sample: countSample(sample, columns, givenTypes),
    isComplete:
      sniffed.isWhole &&
      !sniffed.hasComments &&
      sniffed.sample.every((record) => record.length === sniffed.columns.length),
  };
}

/** Whoever says that short rows are to be rejected has none filled up, not even where all of them are short. */
export function fillsNarrow({ ragged }: Pick<ExtractSpec, 'ragged'>): boolean {
  return ragged === undefined || ragged === 'pad';
}

/** The source's own columns in a `rejects.csv`, which can be loaded again once it is repaired; undefined for other files. */
function rejectsOf({ columns, dialect, sample, isWhole }: SniffedCsv) {
  const [own, rest] = [columns.slice(0, REJECT_COLUMNS.length), columns.slice(REJECT_COLUMNS.length)];
  const isOne = REJECT_COLUMNS.every((name, at) => own[at]?.sourceName === name);
  if (!isOne || dialect.headerRows !== 1 || rest.length === 0) return undefined;
  const reason = REJECT_COLUMNS.indexOf('_reason');
  const mayBeLoaded = !isWhole || sample.some((cells) => cells[reason]?.endsWith(LOADED_WITHOUT) === true);
  return {
    columns: rest.map(({ name }) => name),
    warnings: [
      `this is a rejects file: its first columns, ${REJECT_COLUMNS.join(', ')}, are left out; name them in columns to load them`,
      ...(mayBeLoaded
        ? [
            `rows whose _reason ends with "${LOADED_WITHOUT}" are in the first extract, too: take them out here before you add the others to it`,
          ]
        : []),
    ],
  };
}

/** Of a single column, a record without anything is a blank line. */
function isBlank(record: readonly Cell[]): boolean {
  return record.length === 1 && record[0] === null;
}

/** What the spec says of columns, by their names here. @throws {SourceError} COLUMN_UNKNOWN when one isn't there */
function byName<Value>(
  all: readonly SelectedColumn[],
  given: Readonly<Record<string, Value>>,
  sourceName: string,
): Map<string, Value> {
  return new Map(Object.entries(given).map(([name, value]) => [findColumn(all, name, sourceName).name, value]));
}

function givenLocale(
  { dateOrder, decimal }: ExtractSpecCore,
  columns: readonly SelectedColumn[],
  all: readonly SelectedColumn[],
  sourceName: string,
): InspectedSource['givenLocale'] {
  const orders = byName(all, typeof dateOrder === 'object' ? dateOrder : {}, sourceName);
  const decimals = byName(all, typeof decimal === 'object' ? decimal : {}, sourceName);
  const locale = (order: DateOrder | undefined, sign: ',' | '.' | undefined): GivenLocale => ({
    ...(order === undefined ? {} : { dateOrder: order }),
    ...(sign === undefined ? {} : { point: sign === ',' ? 'comma' : 'dot' }),
  });
  return {
    file: locale(
      typeof dateOrder === 'string' ? dateOrder : undefined,
      typeof decimal === 'string' ? decimal : undefined,
    ),
    columns: columns.map(({ name }) => locale(orders.get(name), decimals.get(name))),
  };
}
