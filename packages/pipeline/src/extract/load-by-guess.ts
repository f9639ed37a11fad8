import type { RowCounts, SourceIdentity } from '@hyperferry/schema';
import { isHyperferryError } from '@hyperferry/schema/errors';
import { checkStamp, readIdentity } from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { buildProfile } from '../parse/build-profile.ts';
import { toCsvError } from '../parse/csv-error.ts';
import type { InspectedSource } from '../parse/inspect-source.ts';
import type { SeparatedRecords } from '../parse/separate-records.ts';
import { checkAccount } from './extract.ts';
import { guessColumns } from './guess-columns.ts';
import { loadWithRejects } from './load-with-rejects.ts';
import { provedCounts, provesGuess, type ProvedLoad } from './proved-counts.ts';
import type { Reject, RejectsFile } from './rejects-file.ts';
import { WaitingRejects } from './waiting-rejects.ts';

/**
 * Loads the copy of a file that the engine can't read itself, by the types that its beginning shows. What is rejected must
 * not be enough, nor of the kind, to make a column something else. Otherwise nothing is kept, and the result is undefined.
 */
export async function loadByGuess(
  inspected: InspectedSource,
  outPath: string,
  rejects: Pick<RejectsFile, 'add' | 'settle'>,
  context: EngineContext,
  separated: SeparatedRecords,
): Promise<ProvedLoad | undefined> {
  const { file, sniffed } = inspected;
  const guesses = guessColumns(inspected);
  if (guesses === undefined) return undefined;
  const source = { file, dialect: sniffed.dialect, columnCount: sniffed.columns.length, separated };
  const identity = identityTask(inspected, context);
  identity.catch(() => undefined);
  const waiting = new WaitingRejects();
  const add = async (reject: Reject): Promise<void> => {
    if (!waiting.push(reject)) throw new GuessRefuted();
    await Promise.resolve();
  };
  let rows: RowCounts | undefined;
  return await provedOrNothing(inspected, async () => {
    const result = await loadWithRejects(source, guesses, outPath, { add }, context, async (found) => {
      if (!provesGuess(inspected, guesses, found)) throw new GuessRefuted();
      const rejected = found.rejected + separated.malformed;
      const filtered = separated.footerRows;
      rows = { read: separated.records + filtered, loaded: found.loaded.rows, rejected, filtered };
      checkAccount(rows, file.name);
      await identity;
      await checkStamp(file, inspected.stamp);
      for (const reject of waiting) await rejects.add(reject);
      await rejects.settle();
    });
    const counts = provedCounts(inspected, result.loaded, guesses, result.rejectedKinds);
    return { profile: buildProfile(inspected, await identity, separated.records, counts, separated), rows: rows! };
  });
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

/** Hash and size, taken beside the load. */
async function identityTask({ file, sniffed }: InspectedSource, context: EngineContext): Promise<SourceIdentity> {
  return await readIdentity(file, {
    signal: context.signal,
    onBytes: (bytes) => context.emit({ state: 'running', bytes, totalBytes: sniffed.sizeBytes }),
  });
}
