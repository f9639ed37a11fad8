import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import { type Entry, open, type ZipFile } from 'yauzl';
import { ZipFile as ZipWriter } from 'yazl';

import { escapeXml } from '../http/element.ts';

/**
 * Takes the first `.hyper` out of a packaged data source (.tdsx). Undefined when there is none.
 * @throws when the file is not a zip archive
 */
export async function extractHyper(packagePath: string, outputPath: string): Promise<number | undefined> {
  const zip = await openZip(packagePath);
  try {
    const entry = await findEntry(zip, (name) => name.toLowerCase().endsWith('.hyper'));
    if (entry === undefined) return undefined;
    const stream = await promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry);
    await pipeline(stream, createWriteStream(outputPath, { mode: 0o600 }));
    return (await stat(outputPath)).size;
  } finally {
    zip.close();
  }
}

/** A packaged data source that holds a `.hyper` as it is, and a definition that points to it; streamed, not compressed. */
export async function packageHyper(
  name: string,
  hyperPath: string | undefined,
): Promise<{ readonly sizeBytes: number; readonly stream: Readable }> {
  const safe = name.replaceAll(/[\\/:*?"<>|]/g, '_');
  const hyperName = `Data/Extracts/${safe}.hyper`;
  const zip = new ZipWriter();
  zip.addBuffer(Buffer.from(definitionOf(name, hyperPath === undefined ? undefined : hyperName)), `${safe}.tds`, {
    compress: false,
  });
  if (hyperPath !== undefined) zip.addFile(hyperPath, hyperName, { compress: false });
  const sizeBytes = await new Promise<number>((resolve) => {
    // The library gives the size; its types leave that out.
    const end = zip.end.bind(zip) as (options: object, sized: (totalBytes: number) => void) => void;
    end({}, resolve);
  });
  const stream = new PassThrough();
  zip.on('error', (error: Error) => stream.destroy(error));
  zip.outputStream.pipe(stream);
  return { sizeBytes, stream };
}

function definitionOf(name: string, hyperName: string | undefined): string {
  const extract =
    hyperName === undefined
      ? ''
      : `<connection class="hyper" dbname="${escapeXml(hyperName)}" schema="Extract" tablename="Extract" authentication="auth-none"/>`;
  return `<?xml version="1.0" encoding="utf-8"?>\n<datasource formatted-name="${escapeXml(name)}" inline="true" version="18.1">${extract}</datasource>\n`;
}

async function openZip(path: string): Promise<ZipFile> {
  return await new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error !== null) reject(error);
      else resolve(zip);
    });
  });
}

async function findEntry(zip: ZipFile, wanted: (name: string) => boolean): Promise<Entry | undefined> {
  return await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => resolve(undefined));
    zip.on('entry', (entry: Entry) => {
      if (wanted(entry.fileName)) resolve(entry);
      else zip.readEntry();
    });
    zip.readEntry();
  });
}
