import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { EndedRun } from './books.ts';

/**
 * Files in the artifact store that nobody can need any more, when the workers have had the time to remove them. Folders
 * of runs whose submission was not answered may be about to be submitted, for all that anybody knows.
 */
export async function orphanedArtifacts(
  { folder }: { readonly folder: string },
  ended: readonly EndedRun[],
  withinMs = 60_000,
): Promise<string[]> {
  const store = join(folder, 'data', 'artifacts');
  const needed = new Map<string, ReadonlySet<string>>();
  for (const end of ended) needed.set(end.run.runId, await neededOf(store, end));
  for (const untilMs = performance.now() + withinMs; ;) {
    const files = await readdir(store, { recursive: true, withFileTypes: true }).catch(() => []);
    const keys = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(store.length + 1));
    const orphans = keys.filter((key) => needed.get(key.split('/')[1] ?? '')?.has(key) === false);
    if (orphans.length === 0 || performance.now() > untilMs) return orphans.map((key) => `artifact ${key}`);
    await sleep(500);
  }
}

/** What the dashboard shows of a run, and what a retry of it would need. */
async function neededOf(store: string, { run, state, specKey, extractKey }: EndedRun): Promise<ReadonlySet<string>> {
  const shown = ['report.json', 'parse/profile.json', 'extract/rejects.csv'].map((name) => `runs/${run.runId}/${name}`);
  const forRetry = state === 'succeeded' ? [] : [await sourceKeyOf(join(store, specKey ?? '')), extractKey];
  return new Set([...shown, specKey, ...forRetry].filter((key) => key !== undefined));
}

async function sourceKeyOf(specPath: string): Promise<string | undefined> {
  const spec = JSON.parse(await readFile(specPath, 'utf8')) as { source: { artifact?: { key: string } } };
  return spec.source.artifact?.key;
}
