import { isHyperferryError, type Profile, type RowCounts } from '@hyperferry/schema';
import { readIdentity } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { buildProfile } from '../parse/build-profile.ts';
import { createQuoteCheck } from '../parse/check-quotes.ts';
import { toCsvError } from '../parse/csv-error.ts';
import { csvExternal } from '../parse/csv-external.ts';
import type { InspectedSource } from '../parse/inspect-source.ts';
import type { SeparatedRecords } from '../parse/separate-records.ts';
import { guardedValueSql } from '../typing/guard-sql.ts';
import { checkAccount } from './extract.ts';
import { guessColumns } from './guess-columns.ts';
import { loadTable } from './load-table.ts';
import { loadWithRejects } from './load-with-rejects.ts';
import { provedCounts, provesGuess } from './proved-counts.ts';
import type { Reject, RejectsFile } from './rejects-file.ts';

/** A load that was proved right as it went. */
export interface ProvedLoad {
  readonly profile: Profile;
  readonly rows: RowCounts;
}

/** More rejects than this are not kept in memory: then the whole file is looked at first. */
const MAX_WAITING_REJECTS = 100_000;

/**
 * Loads by the types that the sample shows, in one pass, every cell under a guard: either all of the file is proved to be
 * as the sample was, or the statement fails and nothing is kept. Undefined when the sample can't decide or was refuted.
 */
export async function loadByGuess(
  inspected: InspectedSource,
  outPath: string,
  context: EngineContext,
): Promise<ProvedLoad | undefined> {
  const { file, sniffed } = inspected;
  const guesses = guessColumns(inspected);
  if (guesses === undefined || guesses.some(({ bad }) => bad > 0)) return undefined;
  const from = csvExternal({ path: file.path, dialect: sniffed.dialect, columnCount: sniffed.columns.length });
  const columns = guesses.map((guess) => ({ name: guess.name, sql: guardedValueSql(`c${guess.index}`, guess) }));
  const identity = identityTask(inspected, context, true);
  identity.catch(() => undefined);
  return await provedOrNothing(inspected, async () => {
    // A file that changed meanwhile must not become an extract: its identity is known before the target is replaced.
    const loaded = await loadTable({ outPath, columns, from }, context, async () => void (await identity));
    const rows = { read: loaded.rows, loaded: loaded.rows, rejected: 0, filtered: 0 };
    return { profile: buildProfile(inspected, await identity, loaded.rows, provedCounts(inspected, loaded)), rows };
  });
}

/**
 * The same for a file with some values that don't fit, or with malformed records that have been set aside: what is rejected
 * must not be enough, nor of the kind, to make a column something else. Otherwise nothing is kept.
 */
export async function loadByGuessWithRejects(
  inspected: InspectedSource,
  outPath: string,
  rejects: Pick<RejectsFile, 'add'>,
  context: EngineContext,
  separated?: SeparatedRecords,
): Promise<ProvedLoad | undefined> {
  const { file, sniffed } = inspected;
  const guesses = guessColumns(inspected);
  if (guesses === undefined) return undefined;
  const source = {
    file,
    dialect: sniffed.dialect,
    columnCount: sniffed.columns.length,
    ...(separated === undefined ? {} : { separated }),
  };
  const identity = identityTask(inspected, context, separated === undefined);
  identity.catch(() => undefined);
  const waiting: Reject[] = [];
  const add = async (reject: Reject): Promise<void> => {
    if (waiting.length >= MAX_WAITING_REJECTS) throw new GuessRefuted();
    waiting.push(reject);
    await Promise.resolve();
  };
  const malformed = separated?.malformed ?? 0;
  let rows: RowCounts | undefined;
  const proved = await provedOrNothing(inspected, async () => {
    const result = await loadWithRejects(source, guesses, outPath, { add }, context, async (found) => {
      if (!provesGuess(inspected, guesses, found)) throw new GuessRefuted();
      const read = separated?.records ?? found.records!;
      rows = { read, loaded: found.loaded.rows, rejected: found.rejected + malformed, filtered: 0 };
      checkAccount(rows, file.name);
      await identity;
    });
    const counts = provedCounts(inspected, result.loaded, guesses, result.rejectedKinds);
    return { profile: buildProfile(inspected, await identity, rows!.read, counts, separated), rows: rows! };
  });
  if (proved === undefined) return undefined;
  for (const reject of waiting) await rejects.add(reject);
  return proved;
}

class GuessRefuted extends Error {
  override readonly name = 'GuessRefuted';
}

async function provedOrNothing(
  { file, sniffed }: InspectedSource,
  load: () => Promise<ProvedLoad>,
): Promise<ProvedLoad | undefined> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof GuessRefuted) return undefined;
    const known = toCsvError(
      error,
      file,
      sniffed.columns.map(({ name }) => name),
    );
    if (isHyperferryError(known) && known.code === 'CSV_VALUE_INVALID') return undefined;
    throw known;
  }
}

/** Hash and size, taken beside the load; and, where the engine reads the file itself, a look at all quotes. */
async function identityTask({ file, sniffed }: InspectedSource, context: EngineContext, checksQuotes: boolean) {
  const task = readIdentity(file, {
    signal: context.signal,
    onBytes: (bytes) => context.emit({ state: 'running', bytes, totalBytes: sniffed.sizeBytes }),
    ...(checksQuotes ? { onChunk: createQuoteCheck(sniffed.dialect, file.name) } : {}),
  });
  return await task;
}
