import type { ColumnProfile, Profile, SourceIdentity } from '@hyperferry/schema';
import { commentWarnings, mendedWarnings } from '@hyperferry/sources';

import { valueSql } from '../extract/column-sql.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import { type ColumnDecision, withCommas } from '../typing/decide-column.ts';
import { columnFacts, loadingOf } from './column-facts.ts';
import { isSurelyText } from './count-columns.ts';
import { decideColumns } from './decide-columns.ts';
import type { InspectedSource } from './inspect-source.ts';
import type { SeparatedRecords } from './separate-records.ts';
import type { SelectedColumn } from './select-columns.ts';

/** A source as it was seen while it was read, without the hash of its bytes. */
export type SeenSource = Omit<SourceIdentity, 'sha256'>;

/** The source of a file that has been read since it was looked at first, and is still the same: see `checkStamp`. */
export function seenSource({ file, stamp, sniffed }: InspectedSource): SeenSource {
  const modifiedAt = stamp === undefined ? {} : { modifiedAt: stamp.mtime.toISOString() };
  return { name: file.name, sizeBytes: sniffed.sizeBytes, ...modifiedAt };
}

/** A profile whose source may have no hash: where the extract is made at once, nobody compares the bytes again. */
export type SeenProfile<Source extends SeenSource = SeenSource> = Omit<Profile, 'source'> & {
  readonly source: Source;
};

/** Puts together what the parse stage found out. */
export function buildProfile<Source extends SeenSource>(
  inspected: InspectedSource,
  source: Source,
  rowCount: number,
  counts: readonly ColumnCounts[],
  separated?: Pick<SeparatedRecords, 'malformed' | 'separation'> & Partial<SeparatedRecords>,
): SeenProfile<Source> {
  const { sniffed, columns } = inspected;
  // The beginning has been mended to look at it; whoever reads the file knows all that is to be mended.
  const mended = separated?.mended ?? (inspected.isComplete ? sniffed.mended : {});
  const decisions = withReasonsOfSample(decideColumns(counts, inspected), inspected);
  const profiles = columns.map((column, at) => columnProfile(inspected, column, counts[at]!, decisions[at]!));
  const reading = separated?.separation ?? (sniffed.isPlain ? 'engine' : 'text');
  return {
    version: 1,
    source,
    encoding: sniffed.encoding,
    encodingConfidence: sniffed.encodingConfidence,
    dialect: { ...sniffed.dialect, footerRows: separated?.footerRows ?? sniffed.dialect.footerRows },
    confidence: sniffed.confidence,
    rowCount,
    malformed: separated?.malformed ?? 0,
    reading,
    loading: loadingOf({ columns: profiles, reading }),
    columns: profiles,
    sourceColumnCount: sniffed.columns.length,
    sourceColumns: sniffed.columns.map(({ name }) => name),
    warnings: [
      ...mendedWarnings(mended, sniffed.encoding),
      ...sniffed.warnings,
      ...commentWarnings(separated?.comments ?? { count: 0 }),
      ...narrowWarnings(inspected),
      ...columns.flatMap((column, at) => warningsOf(column, decisions[at]!)),
    ],
  };
}

/** A column that is text for sure was not looked at any further: why it is text, only the beginning of the file can say. */
function withReasonsOfSample(decisions: readonly ColumnDecision[], inspected: InspectedSource): ColumnDecision[] {
  const { givenTypes, isComplete, sniffed } = inspected;
  let ofSample: readonly ColumnDecision[] | undefined;
  return decisions.map((decision, at) => {
    if (isComplete || givenTypes[at] !== undefined || !isSurelyText(inspected, at)) return decision;
    ofSample ??= decideColumns(inspected.sample, inspected);
    return { ...decision, reason: `${ofSample[at]!.reason} (in the first ${withCommas(sniffed.sample.length)} rows)` };
  });
}

function columnProfile(
  inspected: InspectedSource,
  column: SelectedColumn,
  counts: ColumnCounts,
  decision: ColumnDecision,
): ColumnProfile {
  const profile: ColumnProfile = {
    name: column.name,
    ...(column.sourceName === column.name ? {} : { sourceName: column.sourceName }),
    position: column.index + 1,
    type: decision.type,
    reason: decision.reason,
    kind: decision.kind.id,
    cellKinds: [...decision.kindsSeen],
    nulls: decision.nulls,
    hasNullTokens: decision.hasNullTokens,
    rejects: decision.bad,
    ...(counts.maxBytes === undefined ? {} : { maxBytes: counts.maxBytes }),
    ...columnFacts(inspected, column.index, counts, decision),
  };
  return { ...profile, load: valueSql({ ...profile, hasNullTokens: false }) };
}

/** Not said to whoever wants short rows filled up. */
function narrowWarnings({ sniffed: { columns, narrowWidth }, spec }: InspectedSource): string[] {
  if (narrowWidth === undefined || spec.ragged !== undefined) return [];
  const empty = columns.slice(narrowWidth).map(({ name }) => `"${name}"`);
  const what = empty.length === 1 ? `the last one, ${empty[0]}, is` : `the last ones, ${empty.join(', ')}, are`;
  return [
    `the header names ${columns.length} columns, but no row has more than ${narrowWidth}: ${what} empty; look whether the cells stand in their columns`,
  ];
}

function warningsOf(column: SelectedColumn, decision: ColumnDecision): string[] {
  return decision.warning === undefined ? [] : [`column "${column.name}": ${decision.warning}`];
}
