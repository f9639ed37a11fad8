import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { Dialect, ExtractSpec } from '@hyperferry/schema';
import { isHyperferryError, outputError } from '@hyperferry/schema/errors';
import {
  type CommentLines,
  type MendedText,
  type MisfitRecord,
  numberedDialect,
  numberTable,
  openTable,
  SourceError,
  type SourceFile,
} from '@hyperferry/sources';

import type { EngineContext } from '../engine-context.ts';
import { BeginningRefuted } from './beginning-refuted.ts';
import { fillsNarrow, type InspectedSource } from './inspect-source.ts';
import { type MalformedRecord, type NumberedCount, numberRecords } from './number-records.ts';
import { readChunks } from './read-chunks.ts';

/** Who splits a file into records when the engine can't: our splitter of bytes, or the text layer, which reads anything. */
export type Separation = 'split' | 'text';

/** A copy of the source with proper records only, each with its line and number before it. */
export interface SeparatedRecords {
  /** In the scratch folder of the run. */
  readonly path: string;
  /** How the copy is written. */
  readonly dialect: Pick<Dialect, 'delimiter' | 'quote' | 'headerRows'>;
  readonly separation: Separation;
  /** Data records of the source; its footer is not among them. */
  readonly records: number;
  /** Of those, the ones that are not in the copy. */
  readonly malformed: number;
  /** Records at the end that were left out. */
  readonly footerRows: number;
  /** What the text layer mended. */
  readonly mended: MendedText;
  /** Comments between the records. */
  readonly comments: Readonly<CommentLines>;
}

/** How to go on after the engine stopped at a record that it can't read; undefined when it stopped for another reason. */
export function separationAfter(error: unknown): Separation | undefined {
  if (!isHyperferryError(error)) return undefined;
  if (error.code === 'CSV_ROW_RAGGED') return 'split';
  // Who found it without its line has not read the file record by record.
  if (error.code === 'CSV_RECORD_TOO_LONG' && error.details['line'] === undefined) return 'text';
  return error.code === 'CSV_QUOTE_UNTERMINATED' || error.code === 'CSV_ENCODING_INVALID' ? 'text' : undefined;
}

/** Takes malformed records, in the order of the file. */
export interface MalformedSink {
  addMalformed(record: MalformedRecord): Promise<void>;
}

export interface SeparateInput {
  readonly file: SourceFile;
  /** What was found out by the beginning of the file, or given: not to be found out again. */
  readonly dialect: Dialect;
  readonly encoding: string;
  /** Cells of a proper record. */
  readonly width: number;
  readonly spec: Pick<ExtractSpec, 'ragged'>;
  readonly separation: Separation;
}

type SeparatedCount = NumberedCount & {
  footerRows: number;
  mended: MendedText;
  comments: Readonly<CommentLines>;
};

/** Writes the copy; malformed records go to `sink`. @throws {HyperferryError} DISK_FULL, CSV_ROW_RAGGED when the spec wants no ragged rows */
export async function separateRecords(
  input: SeparateInput,
  { scratchDir, signal }: Pick<EngineContext, 'scratchDir' | 'signal'>,
  sink?: MalformedSink,
): Promise<SeparatedRecords> {
  const path = join(await mkdtemp(join(scratchDir, 'records-')), 'records.csv');
  const count: SeparatedCount = { records: 0, malformed: 0, footerRows: 0, mended: {}, comments: { count: 0 } };
  let told: Promise<void> = Promise.resolve();
  const onMalformed = (record: MalformedRecord): Promise<void> => {
    if (input.separation === 'split' && record.text.includes('\uFFFD')) throw damagedError(record, input.file);
    if (input.spec.ragged === 'fail') throw raggedError(record, input.file);
    if (sink !== undefined) told = told.then(async () => await sink.addMalformed(record));
    told.catch(() => undefined);
    return told;
  };
  const bytes =
    input.separation === 'split'
      ? splitBytes(input, signal, onMalformed, count, async () => await told)
      : readText(input, onMalformed, count);
  await pipeline(bytes, createWriteStream(path), { signal }).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).syscall === 'write' ? outputError(path, error) : error;
  });
  await told;
  const dialect = input.separation === 'split' ? input.dialect : numberedDialect;
  return { path, dialect, separation: input.separation, ...count };
}

/** The input for a source whose beginning has been looked at. */
export function separateInput({ file, sniffed, spec }: InspectedSource, separation: Separation): SeparateInput {
  const { dialect, encoding, columns } = sniffed;
  return { file, dialect, encoding, width: columns.length, spec, separation };
}

function splitBytes(
  { file, dialect, width, spec }: SeparateInput,
  signal: AbortSignal,
  onMalformed: (record: MalformedRecord) => unknown,
  count: NumberedCount,
  whenTold: () => Promise<void>,
): AsyncGenerator<Buffer> {
  const chunks = (async function* () {
    for await (const chunk of readChunks(file, signal)) {
      yield chunk;
      // A file may be nothing but malformed records: no more of them wait than a chunk holds.
      await whenTold();
    }
  })();
  return numberRecords(
    chunks,
    { sourceName: file.name, ...dialect, width, pad: spec.ragged === 'pad', onMalformed },
    count,
  );
}

async function* readText(
  { file, spec, dialect, encoding }: SeparateInput,
  onMalformed: (record: MalformedRecord) => Promise<void>,
  count: SeparatedCount,
): AsyncGenerator<Buffer> {
  const table = await openTable(file, { ...dialect, encoding });
  if (table === undefined) return;
  const counted = {
    ...table,
    records: (async function* () {
      for await (const record of table.records) {
        count.records += 1;
        yield record;
      }
    })(),
  };
  const isNarrow = table.sniffed.isNarrow && spec.ragged === undefined;
  const onMisfit = async (record: MisfitRecord): Promise<void> => {
    // Rows of which some have as many cells as the header, or fewer still, are short ones, all of them.
    if (isNarrow && record.cellCount > 1) throw new BeginningRefuted({ ragged: 'reject' });
    count.malformed += 1;
    await onMalformed(record);
  };
  yield* numberTable(counted, { pad: spec.ragged === 'pad', fillsNarrow: fillsNarrow(spec), onMisfit });
  count.footerRows = table.leftOut();
  count.mended = table.mended();
  count.comments = table.comments();
}

/** A record that is set aside is to be written down as it was meant: the text layer mends it. */
function damagedError({ line }: MalformedRecord, { name }: SourceFile): SourceError {
  return new SourceError('CSV_ENCODING_INVALID', `line ${line} of "${name}": the text is not valid UTF-8`);
}

function raggedError({ line, reason }: MalformedRecord, { name }: SourceFile): SourceError {
  return new SourceError('CSV_ROW_RAGGED', `line ${line} of "${name}": ${reason}`, { details: { line } });
}
