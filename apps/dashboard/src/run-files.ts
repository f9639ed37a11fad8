import type { Readable } from 'node:stream';

import type { ArtifactStore } from '@hyperferry/artifacts';
import { type Profile, profileSchema } from '@hyperferry/schema';

/** More than this is not read for a page: a profile of 16,384 columns has about 8 MB. */
const maxProfileBytes = 16 * 1024 * 1024;

/** The files of runs that the pages show: read by their keys, for the dashboard has no references. */
export interface RunFiles {
  /** Undefined where there is none (yet), or none that this version can read. */
  profile(runId: string): Promise<Profile | undefined>;
  hasRejects(runId: string): Promise<boolean>;
  open(runId: string, name: RunFileName): Promise<Readable | undefined>;
}

/** What can be downloaded, with where it stands below `runs/<id>/`. */
export const runFileNames = {
  'report.json': { key: 'report.json', contentType: 'application/json; charset=utf-8' },
  'profile.json': { key: 'parse/profile.json', contentType: 'application/json; charset=utf-8' },
  'rejects.csv': { key: 'extract/rejects.csv', contentType: 'text/csv; charset=utf-8' },
} as const;
export type RunFileName = keyof typeof runFileNames;

/** Reads run files from the artifact store. A store that can't be read hides the files, never the page. */
export function createRunFiles(artifacts: ArtifactStore): RunFiles {
  const open = (runId: string, name: RunFileName): Promise<Readable | undefined> =>
    artifacts.read(`runs/${runId}/${runFileNames[name].key}`);
  return {
    open,
    async profile(runId) {
      try {
        const content = await open(runId, 'profile.json');
        const text = content && (await readText(content, maxProfileBytes));
        return text === undefined ? undefined : profileSchema.safeParse(JSON.parse(text)).data;
      } catch {
        return undefined;
      }
    },
    async hasRejects(runId) {
      try {
        return await artifacts.exists(`runs/${runId}/${runFileNames['rejects.csv'].key}`);
      } catch {
        return false;
      }
    },
  };
}

async function readText(content: Readable, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += (chunk as Buffer).byteLength;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
