import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

import { open as openZip, type Options, type ZipFile } from 'yauzl';

import { SourceError } from '../errors.ts';
import type { SourceFile } from './check-source-file.ts';
import { nameOfArchive } from './name-of-archive.ts';

interface ZipEntry {
  readonly fileName: string;
  readonly crc32: number;
}

/**
 * The content of a ZIP with one file in it, whose checksum is verified, which the library does not do.
 * @throws {SourceError} SOURCE_BINARY for a workbook and the like, SOURCE_ARCHIVE_INVALID for other than one file
 */
export async function* unpackZip(file: SourceFile): AsyncGenerator<Buffer> {
  const zip = await (promisify(openZip) as (path: string, options: Options) => Promise<ZipFile>)(file.path, {
    lazyEntries: true,
    autoClose: false,
  });
  try {
    const names: string[] = [];
    let content: Readable | undefined;
    let expected = 0;
    const onEntry = promisify(zip.openReadStream.bind(zip)) as (entry: unknown) => Promise<Readable>;
    await new Promise<void>((resolve, reject) => {
      zip.on('error', reject).on('end', resolve);
      zip.on('entry', (entry: ZipEntry) => {
        if (!isIncidental(entry.fileName)) names.push(entry.fileName);
        if (names.length !== 1 || content !== undefined) return zip.readEntry();
        return onEntry(entry).then((stream) => {
          content = stream;
          expected = entry.crc32;
          zip.readEntry();
        }, reject);
      });
      zip.readEntry();
    });
    const known = nameOfArchive(names);
    if (known !== undefined) throw new SourceError('SOURCE_BINARY', `"${file.name}" is ${known}, not CSV text`);
    if (content === undefined || names.length !== 1) {
      throw new SourceError(
        'SOURCE_ARCHIVE_INVALID',
        `"${file.name}" holds ${names.length} files; a ZIP must hold exactly one`,
      );
    }
    let checksum = 0;
    for await (const chunk of content as AsyncIterable<Buffer>) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    if (checksum !== expected) throw new Error('the checksum of the file is another one');
  } catch (error) {
    throw reasonOf(error, file) ?? error;
  } finally {
    zip.close();
  }
}

/** Folders, and what file managers put beside the files. */
function isIncidental(name: string): boolean {
  return /\/$|^__MACOSX\/|(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i.test(name);
}

/** What the library refuses in a ZIP that isn't damaged. */
const REASONS: readonly { readonly says: RegExp; readonly reason: string }[] = [
  {
    says: /unsupported compression method/,
    reason: 'is packed in a way that is not read here (bzip2, say): pack it as usual',
  },
  { says: /encrypted/, reason: 'is encrypted' },
  {
    says: /invalid relative path|absolute path|invalid characters in fileName/,
    reason: 'has a name that leads out of the archive',
  },
];

function reasonOf(error: unknown, file: SourceFile): SourceError | undefined {
  const found = error instanceof Error ? REASONS.find(({ says }) => says.test(error.message)) : undefined;
  if (found === undefined) return undefined;
  return new SourceError('SOURCE_ARCHIVE_INVALID', `the file in "${file.name}" ${found.reason}`, { cause: error });
}
