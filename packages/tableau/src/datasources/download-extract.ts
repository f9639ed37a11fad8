import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import type { Api } from '../api/api-call.ts';
import { TableauError } from '../errors.ts';
import { download, type DownloadOptions } from './download.ts';

/**
 * Downloads a data source and writes the `.hyper` inside it to a new file. A failure leaves no file.
 * @throws {TableauError} TABLEAU_EXTRACT_UNFIT when the data source holds no extract
 */
export async function downloadExtract(
  api: Api,
  id: string,
  path: string,
  options: Omit<DownloadOptions, 'includeExtract'> = {},
): Promise<void> {
  const archivePath = `${path}.tdsx`;
  await download(api, id, archivePath, options);
  try {
    await unpackExtract(archivePath, path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await rm(archivePath, { force: true });
  }
}

async function unpackExtract(archivePath: string, path: string): Promise<void> {
  const { openPromise } = await import('yauzl');
  const archive = await openPromise(archivePath, { lazyEntries: true }).catch((error: unknown) => {
    throw new TableauError('TABLEAU_EXTRACT_UNFIT', 'the download is no .tdsx archive', { cause: error });
  });
  for await (const entry of archive.eachEntry()) {
    if (!/\.hyper$/i.test(entry.fileName)) continue;
    await pipeline(await archive.openReadStreamPromise(entry), createWriteStream(path));
    return;
  }
  throw new TableauError(
    'TABLEAU_EXTRACT_UNFIT',
    'the downloaded data source has no .hyper inside: it is not an extract',
  );
}
