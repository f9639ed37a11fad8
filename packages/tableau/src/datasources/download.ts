import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Api } from '../api/api-call.ts';

export interface Download {
  readonly path: string;
  /** The server's name of the file, e.g. `Sales.tdsx`; blanks and other letters kept. */
  readonly fileName: string | undefined;
  readonly sizeBytes: number;
}

export interface DownloadOptions {
  /** Leave the extract out; such a file cannot be published again (TSC #1181). Default: true, with the extract. */
  readonly includeExtract?: boolean;
  /** Default: 2 hours. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Streams a data source to a file; a published `.hyper` comes back inside a `.tdsx`. A failed download leaves no file. */
export async function download(api: Api, id: string, path: string, options: DownloadOptions = {}): Promise<Download> {
  const { includeExtract = true, timeoutMs = 7_200_000, signal } = options;
  const query = includeExtract ? {} : { includeExtract: 'False' };
  return api.stream(
    {
      method: 'GET',
      path: `/datasources/${id}/content`,
      query,
      headers: { Accept: '*/*' },
      repeat: 'safe',
      timeoutMs,
      signal,
    },
    async ({ headers, body }) => {
      let sizeBytes = 0;
      const count = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          sizeBytes += chunk.length;
          done(null, chunk);
        },
      });
      try {
        await pipeline(body, count, createWriteStream(path));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return { path, fileName: readFileName(headers.get('content-disposition')), sizeBytes };
    },
  );
}

/** The name in a Content-Disposition: `filename*=UTF-8''…` before `filename="…"`. */
export function readFileName(disposition: string | null): string | undefined {
  if (disposition === null) return undefined;
  const extended = /filename\*\s*=\s*UTF-8''([^;\s]+)/i.exec(disposition)?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // Badly escaped: the plain form may still be there.
    }
  }
  const quoted = /filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(.)/g, '$1');
  return /filename\s*=\s*([^;]+)/i.exec(disposition)?.[1]?.trim();
}
