import { isHyperferryError } from '@hyperferry/schema/errors';
import { checkStamp, openText, recordTooLong, SourceError, csvOverrides } from '@hyperferry/sources';

import { checkedTable } from '../check/checked-columns.ts';
import { createDirtyJudge } from '../check/dirty-judge.ts';
import { misfits } from '../check/judge-cells.ts';
import { readAhead } from '../check/read-ahead.ts';
import { readChecked, scanPieces } from '../check/read-checked.ts';
import { type RecordAutomaton, recordAutomaton, type RecordForm } from '../check/record-automaton.ts';
import { type DoubtfulRecord, RecordScan, type ScanOptions, type Verdict } from '../check/scan-records.ts';
import type { EngineContext } from '../engine-context.ts';
import { buildProfile, seenSource, type SeenSource } from '../parse/build-profile.ts';
import { toCsvError } from '../parse/csv-error.ts';
import type { InspectedSource } from '../parse/inspect-source.ts';
import { checkAccount } from './extract.ts';
import { guessColumns, type GuessedLoadColumn } from './guess-columns.ts';
import { type LoadedTable, loadTable, type TableLoad } from './load-table.ts';
import { provedCounts, provesGuess, type ProvedLoad } from './proved-counts.ts';
import type { Reject, RejectsFile } from './rejects-file.ts';
import { WaitingRejects } from './waiting-rejects.ts';

/** How a file is checked while it is loaded. */
interface Check {
  readonly inspected: InspectedSource;
  readonly guesses: readonly GuessedLoadColumn[];
  readonly form: RecordForm;
}

/**
 * Loads a file that the engine can read, perhaps unpacked and recoded, by the types that its beginning shows, in one pass.
 * An automaton runs over the same bytes on our side and proves that every cell is of the kinds seen: the engine's casts are
 * lenient (0012, 1,234 and (1) are numbers to it, "2020-T -02" is a date in December). Rows that don't fit are set aside on
 * the way. Undefined when the beginning can't decide or was refuted; then nothing is kept.
 * @throws {SourceError} CSV_QUOTE_UNTERMINATED, CSV_ENCODING_INVALID (the text layer may read it), CSV_RECORD_TOO_LONG, SOURCE_CHANGED, …
 */
export async function loadChecked(
  inspected: InspectedSource,
  outPath: string,
  rejects: Pick<RejectsFile, 'add' | 'settle'>,
  context: EngineContext,
): Promise<ProvedLoad | undefined> {
  const check = prepareCheck(inspected);
  if (check === undefined) return undefined;
  const isClean = check.guesses.every(({ bad }) => bad === 0);
  const clean = isClean && inspected.sniffed.isPlain ? await loadClean(check, outPath, context) : 'not-clean';
  return clean === 'not-clean' ? await loadDirty(check, outPath, rejects, context) : clean;
}

function prepareCheck(inspected: InspectedSource): Check | undefined {
  const { dialect } = inspected.sniffed;
  const guesses = guessColumns(inspected);
  if (guesses === undefined) return undefined;
  const form: RecordForm = {
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    newline: dialect.newline === '\r\n' ? '\r\n' : '\n',
  };
  return { inspected, guesses, form };
}

/** Undefined when it would be too large. */
async function buildAutomaton({ inspected, guesses, form }: Check): Promise<RecordAutomaton | undefined> {
  // What it needs is loaded when it is needed: while the engine is already at work.
  const { cellLanguage } = await import('../check/cell-language.ts');
  const byIndex = new Map(guesses.map((guess) => [guess.index, cellLanguage(guess)]));
  const languages = inspected.sniffed.columns.map((_, index) => byIndex.get(index) ?? 'text');
  return recordAutomaton(languages, form);
}

/** The engine reads the file itself, and so do we beside it: it is stopped at the first record that is not as it should be. */
async function loadClean(
  check: Check,
  outPath: string,
  context: EngineContext,
): Promise<ProvedLoad | 'not-clean' | undefined> {
  const { inspected, guesses } = check;
  const { file, sniffed } = inspected;
  const abort = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, abort.signal]) };
  const notClean = (): never => {
    throw new NotClean();
  };
  const judge = (record: DoubtfulRecord): Verdict => {
    const isFine = record.endsAsUsual && record.cells.length === sniffed.columns.length;
    return isFine && misfits(record.cells, guesses).length === 0 ? 'keep' : notClean();
  };
  let begin!: () => void;
  const begun = new Promise<void>((resolve, reject) => {
    begin = resolve;
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true });
  });
  const reading = begun.then(async () => await readAll(check, { judge, onBlank: notClean }, inner));
  reading.catch((error: unknown) => abort.abort(error));
  const table = checkedTable(guesses, sniffed.dialect, sniffed.columns.length, file.path);
  const load: TableLoad = { outPath, ...table, onBegin: begin };
  try {
    const loaded = await loadTable(load, inner, async ({ rows }) => {
      // A file that changed meanwhile, or that the engine reads otherwise than we do, must not become an extract.
      if ((await reading).records !== rows) throw new NotClean();
      await checkStamp(file, inspected.stamp);
    });
    const rows = { read: loaded.rows, loaded: loaded.rows, rejected: 0, filtered: 0 };
    const counts = provedCounts(inspected, loaded);
    return { profile: buildProfile(inspected, (await reading).source, loaded.rows, counts), rows };
  } catch (error) {
    // The engine may be the first to see what we would have seen.
    abort.abort(error);
    const own = await reading.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    const cause = toKnown(own ?? error, inspected);
    if (cause instanceof NotClean) return 'not-clean';
    if (cause instanceof GuessRefuted) return undefined;
    if (hasCode(cause, 'CSV_ROW_RAGGED', 'CSV_VALUE_INVALID')) return 'not-clean';
    throw cause;
  }
}

/** We read the file and send the engine what fits. */
async function loadDirty(
  check: Check,
  outPath: string,
  rejects: Pick<RejectsFile, 'add' | 'settle'>,
  context: EngineContext,
): Promise<ProvedLoad | undefined> {
  const { inspected, guesses, form } = check;
  const { file, sniffed, spec } = inspected;
  const waiting = new WaitingRejects();
  const onReject = (reject: Reject): void => {
    if (spec.ragged === 'fail' && reject.columns.length === 0) {
      throw new SourceError('CSV_ROW_RAGGED', `line ${reject.line} of "${file.name}": ${reject.reason}`, {
        details: { line: reject.line },
      });
    }
    if (!waiting.push(reject)) throw new GuessRefuted();
  };
  const width = sniffed.columns.length;
  const { judge, found } = createDirtyJudge({ columns: guesses, form, width, pads: spec.ragged === 'pad', onReject });
  const scan = await newScan(check, { judge, onBlank() {} });
  if (scan === undefined) return undefined;
  const { fitting, source } = readFitting(check, scan, context);
  const load: TableLoad = { outPath, stdin: readAhead(fitting), ...checkedTable(guesses, sniffed.dialect, width) };
  let rows;
  let loaded: LoadedTable;
  try {
    loaded = await loadTable(load, context, async (table) => {
      await checkStamp(file, inspected.stamp);
      if (!provesGuess(inspected, guesses, { loaded: table, rejectedKinds: found.rejectedKinds }))
        throw new GuessRefuted();
      const rejected = found.rejected + found.malformed;
      const filtered = sniffed.dialect.footerRows;
      rows = { read: scan.records + filtered, loaded: table.rows, rejected, filtered };
      checkAccount(rows, file.name);
      for (const reject of waiting) await rejects.add(reject);
      await rejects.settle();
    });
  } catch (error) {
    if (error instanceof GuessRefuted) return undefined;
    const known = toKnown(error, inspected);
    if (hasCode(known, 'CSV_VALUE_INVALID')) return undefined;
    throw known;
  }
  const counts = provedCounts(inspected, loaded, guesses, found.rejectedKinds);
  const separation = sniffed.isPlain ? 'split' : 'text';
  const separated = found.malformed === 0 ? undefined : ({ malformed: found.malformed, separation } as const);
  return { profile: buildProfile(inspected, source(), scan.records, counts, separated), rows: rows! };
}

class NotClean extends Error {
  override readonly name = 'NotClean';
}

class GuessRefuted extends Error {
  override readonly name = 'GuessRefuted';
}

async function readAll(
  check: Check,
  options: Pick<ScanOptions, 'judge' | 'onBlank'>,
  context: EngineContext,
): Promise<{ readonly source: SeenSource; readonly records: number }> {
  const scan = await newScan(check, options);
  if (scan === undefined) throw new GuessRefuted();
  let source: SeenSource | undefined;
  const bytes = readChecked(check.inspected.file, scan, {
    ...readOptions(check, context),
    reusesMemory: true,
    onRead: (seen) => (source = seen),
  });
  for await (const _ of bytes);
  return { source: source!, records: scan.records };
}

async function newScan(check: Check, options: Pick<ScanOptions, 'judge' | 'onBlank'>): Promise<RecordScan | undefined> {
  const { form, inspected } = check;
  const { file, sniffed } = inspected;
  // The text layer reads the file instead.
  const lost: ScanOptions['lost'] = (failure, line) => {
    if (failure === 'long') return recordTooLong(file.name, line);
    return failure === 'damaged'
      ? new SourceError('CSV_ENCODING_INVALID', `"${file.name}": the text is damaged`)
      : new SourceError(
          'CSV_QUOTE_UNTERMINATED',
          `"${file.name}": a quote stands in the middle of a cell or is never closed, or a carriage return stands alone`,
        );
  };
  const automaton = await buildAutomaton(check);
  if (automaton === undefined) return undefined;
  return new RecordScan(automaton, {
    ...options,
    form,
    headerRows: sniffed.dialect.headerRows,
    lost,
  });
}

/** What is to be loaded of the file, and, once that has been read, what the file is. */
function readFitting(
  check: Check,
  scan: RecordScan,
  context: EngineContext,
): { readonly fitting: AsyncIterable<Buffer>; readonly source: () => SeenSource } {
  const { file, sniffed, spec } = check.inspected;
  const options = readOptions(check, context);
  if (sniffed.isPlain || sniffed.footerStart !== undefined) {
    let seen: SeenSource | undefined;
    const onRead = (source: SeenSource): void => void (seen = source);
    const fitting = readChecked(file, scan, {
      ...options,
      reusesMemory: false,
      onRead,
      endsAt: sniffed.footerStart,
    });
    return { fitting, source: () => seen! };
  }
  const pieces = openText(file, csvOverrides(spec));
  // How far it is in the file nobody tells us.
  const onPiece = (): void => context.emit({ state: 'running', rows: scan.records });
  const fitting = scanPieces(pieces, scan, { signal: context.signal, onPiece });
  return { fitting, source: () => seenSource(check.inspected) };
}

function readOptions({ inspected }: Check, context: EngineContext) {
  const totalBytes = inspected.sniffed.sizeBytes;
  return {
    signal: context.signal,
    onBytes: (bytes: number) => context.emit({ state: 'running', bytes, totalBytes }),
  };
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isHyperferryError(error) && codes.includes(error.code);
}

function toKnown(error: unknown, { file, sniffed }: InspectedSource): unknown {
  return toCsvError(
    error,
    file,
    sniffed.columns.map(({ name }) => name),
  );
}
