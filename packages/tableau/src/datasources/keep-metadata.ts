import type { Metadata } from '@hyperferry/schema';

import type { Api } from '../api/api-call.ts';
import { isTableauError } from '../errors.ts';
import { findUserId } from '../users/find-user.ts';
import type { Datasource } from './datasource.ts';
import { type DatasourceChange, setTags, updateDatasource } from './update-datasource.ts';

export interface KeptMetadata {
  /** What was set: by wish, or again because the overwrite had dropped it. */
  readonly changed: string[];
  /** What could not be set, and why. */
  readonly warnings: string[];
}

/**
 * Brings description, tags, certification and owner to what is wanted, and what isn't mentioned back to what it was
 * before the publish: overwriting drops some of it, depending on the server (TSC #135, #387, #1058).
 */
export async function keepMetadata(
  api: Api,
  state: { readonly before: Datasource | undefined; readonly now: Datasource; readonly wanted: Metadata },
  signal?: AbortSignal,
): Promise<KeptMetadata> {
  const { before, now, wanted } = state;
  const result: KeptMetadata = { changed: [], warnings: [] };
  const description = wanted.description ?? before?.description;
  const certified = wanted.certified ?? before?.isCertified;
  const note = wanted.certificationNote ?? before?.certificationNote;
  const change: DatasourceChange = {
    ...((description ?? '') === (now.description ?? '') ? {} : { description }),
    ...(certified === undefined || certified === (now.isCertified ?? false) ? {} : { isCertified: certified }),
    ...((note ?? '') === (now.certificationNote ?? '') ? {} : { certificationNote: note }),
  };
  const tags = wanted.tags ?? before?.tags;

  await step(result, Object.keys(change), () => updateDatasource(api, now.id, change, signal));
  await step(result, tags === undefined || isSameSet(tags, now.tags) ? [] : ['tags'], () =>
    setTags(api, now.id, tags ?? [], now.tags, signal),
  );
  const ownerWish = wanted.owner;
  const ownerBefore = before?.owner?.id;
  if (ownerWish !== undefined) {
    await step(result, ['owner'], async () => {
      const ownerId = await findUserId(api, ownerWish, signal);
      if (ownerId !== now.owner?.id) await updateDatasource(api, now.id, { ownerId }, signal);
    });
  } else if (ownerBefore !== undefined && ownerBefore !== now.owner?.id) {
    await step(result, ['owner'], () => updateDatasource(api, now.id, { ownerId: ownerBefore }, signal));
  }
  return result;
}

/** The rows are published by now: what can't be set is told, it doesn't undo the run. */
async function step(result: KeptMetadata, what: string[], act: () => Promise<unknown>): Promise<void> {
  if (what.length === 0) return;
  try {
    await act();
    result.changed.push(...what);
  } catch (error) {
    if (!isTableauError(error) || error.code === 'RUN_CANCELLED') throw error;
    result.warnings.push(`${what.join(', ')} not set: ${error.message}`);
  }
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
