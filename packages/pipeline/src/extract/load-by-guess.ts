import { isHyperferryError, type Profile } from '@hyperferry/schema';
import { readIdentity } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { buildProfile, decide } from '../parse/build-profile.ts';
import { isSurelyText } from '../parse/count-columns.ts';
import { toCsvError } from '../parse/csv-error.ts';
import { csvExternal } from '../parse/csv-external.ts';
import type { InspectedSource } from '../parse/inspect-source.ts';
import { NULL_KIND, OTHER_KIND } from '../typing/classify-cell.ts';
import type { ColumnCounts } from '../typing/column-counts.ts';
import { guardedValueSql, type GuessedColumn } from '../typing/guard-sql.ts';
import { type LoadedTable, loadTable } from './load-table.ts';

/**
 * Loads by the types that the sample shows, in one pass, every cell under a guard: either all of the file is proved to be
 * as the sample was, or the statement fails and nothing is kept. Undefined when the sample can't decide or was refuted.
 */
export async function loadByGuess(
  inspected: InspectedSource,
  outPath: string,
  context: EngineContext,
): Promise<Profile | undefined> {
  const { file, sniffed, columns } = inspected;
  const guesses = guessColumns(inspected);
  if (guesses === undefined) return undefined;
  const from = csvExternal({ path: file.path, dialect: sniffed.dialect, columnCount: sniffed.columns.length });
  const values = columns.map(({ index, name }, at) => ({ name, sql: guardedValueSql(`c${index}`, guesses[at]!) }));
  const identityTask = readIdentity(file, {
    signal: context.signal,
    onBytes: (bytes) => context.emit({ state: 'running', bytes, totalBytes: sniffed.sizeBytes }),
  });
  identityTask.catch(() => undefined);
  let loaded: LoadedTable;
  let source: Awaited<typeof identityTask> | undefined;
  try {
    loaded = await loadTable({ outPath, columns: values, from }, context, async (connection, sql) => {
      await connection.execute(sql, { signal: context.signal });
      // A file that changed meanwhile must not become an extract: its identity is known before the target is replaced.
      source = await identityTask;
    });
  } catch (error) {
    const known = toCsvError(
      error,
      file,
      sniffed.columns.map(({ name }) => name),
    );
    if (isHyperferryError(known) && known.code === 'CSV_VALUE_INVALID') return undefined;
    throw known;
  }
  return buildProfile(inspected, source!, loaded.rows, provedCounts(inspected, loaded));
}

/** What each column is by its sample; undefined when one is undecided: then the whole file must be looked at first. */
function guessColumns(inspected: InspectedSource): GuessedColumn[] | undefined {
  if (inspected.sniffed.sample.length === 0) return undefined;
  const guesses: GuessedColumn[] = [];
  for (const [at, counts] of inspected.sample.entries()) {
    const decision = decide(counts, inspected.givenTypes[at]);
    const isEmpty = Object.keys(counts.kinds).every((id) => id === NULL_KIND);
    const isDecided = decision.type === 'text' ? isEmpty || isSurelyText(inspected, at) : decision.bad === 0;
    if (!isDecided || (isEmpty && inspected.givenTypes[at] !== undefined)) return undefined;
    guesses.push({ ...decision, isEmpty });
  }
  return guesses;
}

/** The counts of the whole file, as the load has proved them: the sample's kinds on all cells that have a value. */
function provedCounts(inspected: InspectedSource, loaded: LoadedTable): ColumnCounts[] {
  return inspected.sample.map(({ kinds: sampleKinds, integerDigits, fractionDigits }, at) => {
    const digits = { integerDigits, fractionDigits };
    const values = loaded.values[at]!;
    const nulls = loaded.rows - values;
    const shares = Object.entries(sampleKinds).filter(([id]) => id !== NULL_KIND && id !== 'null-token');
    if (isSurelyText(inspected, at)) return { ...digits, kinds: { [NULL_KIND]: nulls, [OTHER_KIND]: values } };
    const kinds: Record<string, number> = { [NULL_KIND]: nulls };
    let rest = values;
    for (const [id] of shares.slice(1)) {
      kinds[id] = 1;
      rest -= 1;
    }
    if (shares[0] !== undefined) kinds[shares[0][0]] = rest;
    if ((sampleKinds['null-token'] ?? 0) > 0) {
      kinds['null-token'] = 1;
      kinds[NULL_KIND] = nulls - 1;
    }
    return { ...digits, kinds };
  });
}
