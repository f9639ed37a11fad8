import { MAX_RECORD_BYTES } from '@hyperferry/sources';

import type { RecordAutomaton, RecordForm } from './record-automaton.ts';
import { type AutomatonRun, type AutomatonRunner, createRunner } from './run-automaton.ts';
import { splitBytes, type SplitBytes, type SplitBytesFailure } from './split-bytes.ts';

/** A record that the automaton was not sure of. */
export interface DoubtfulRecord extends SplitBytes {
  /** Physical line on which it begins, from 1. */
  readonly line: number;
  /** Number that it has among the data records if it is one, from 1. */
  readonly record: number;
  readonly bytes: Buffer;
  readonly start: number;
}

/**
 * What becomes of a doubtful record: `keep` it as it stands, `drop` it, load other bytes in its place (newline included).
 * Blank lines are dropped without being asked about.
 */
export type Verdict = 'keep' | 'drop' | Buffer;

export interface ScanOptions {
  readonly form: RecordForm;
  readonly headerRows: number;
  /** Decides on a record that may not fit. What it throws ends the scan. */
  readonly judge: (record: DoubtfulRecord) => Verdict;
  /** A line without anything in it was found. */
  readonly onBlank: () => void;
  /** A quote stands where none may be, or is never closed, or the text is damaged: the file needs another reader. Or a record is too long. */
  readonly lost: (failure: Exclude<SplitBytesFailure, 'open'>, line: number) => Error;
}

const LF = 10;

/** Runs the automaton over a file, piece by piece. */
export class RecordScan {
  /** Bytes of the record that has not ended yet: the next piece must begin with them. */
  rest: Buffer = Buffer.alloc(0);

  readonly #automaton: RecordAutomaton;
  readonly #runner: AutomatonRunner;
  readonly #options: ScanOptions;
  #headerLeft: number;
  #doubtful = 0;
  /** Newlines of header, doubtful records and blank lines. */
  #otherLines = 0;
  readonly #run: AutomatonRun;

  constructor(automaton: RecordAutomaton, options: ScanOptions) {
    this.#automaton = automaton;
    this.#runner = createRunner(automaton);
    this.#options = options;
    this.#headerLeft = options.headerRows;
    this.#run = { state: automaton.end, at: 0, start: 0, records: 0, quotedNewlines: 0, newlinesBefore: 0 };
  }

  /** Data records so far, dropped ones included. */
  get records(): number {
    return this.#run.records + this.#doubtful;
  }

  /** Memory for `rest` and what follows it, from which nothing has to be copied. Ends the life of what it gave before. */
  room(size: number): Buffer {
    const rest = Buffer.from(this.rest);
    const memory = this.#runner.room(size);
    rest.copy(memory);
    this.rest = memory.subarray(0, rest.length);
    return memory;
  }

  /** Scans `rest` and what follows it; returns what is to be loaded, in slices of `bytes` where nothing had to be changed. */
  scan(bytes: Buffer, isLast: boolean): Buffer[] {
    const run = this.#run;
    const size = bytes.length;
    const out: Buffer[] = [];
    // Pieces are shorter than a record may be: too long can only be the record that began in one before.
    if (size > MAX_RECORD_BYTES) this.#refuseTooLong(bytes, isLast);
    if (this.#headerLeft > 0 && !this.#skipHeader(bytes, isLast)) return this.#pause(bytes, out);
    let kept = run.start;
    this.#runner.load(bytes);
    for (;;) {
      this.#runner.run(run);
      const isDead = run.state === this.#automaton.dead;
      if (!isDead && isLast && run.start < size && this.#endsWell(run.state)) {
        run.records += 1;
        this.#goOnAt(size);
        out.push(bytes.subarray(kept), NEWLINES[this.#options.form.newline]);
        return this.#pause(bytes, out);
      }
      const needsMore = !isDead && !isLast;
      const record = run.start >= size || needsMore ? undefined : this.#split(bytes, run.start, isLast);
      if (record === undefined) {
        if (kept < run.start) out.push(bytes.subarray(kept, run.start));
        if (isDead) this.#goOnAt(run.start);
        return this.#pause(bytes, out);
      }
      const verdict = this.#judge(record, bytes, run.start);
      if (verdict !== 'keep') {
        if (kept < run.start) out.push(bytes.subarray(kept, run.start));
        if (typeof verdict !== 'string') out.push(verdict);
        kept = record.next;
      } else if (record.next === size && bytes[size - 1] !== LF) {
        out.push(bytes.subarray(kept), NEWLINES[this.#options.form.newline]);
        kept = size;
      }
      this.#otherLines += record.newlines;
      this.#goOnAt(record.next);
    }
  }

  #skipHeader(bytes: Buffer, isLast: boolean): boolean {
    while (this.#headerLeft > 0 && this.#run.start < bytes.length) {
      const header = this.#split(bytes, this.#run.start, isLast);
      if (header === undefined) return false;
      if (!header.isBlank) this.#headerLeft -= 1;
      this.#otherLines += header.newlines;
      this.#goOnAt(header.next);
    }
    return true;
  }

  #judge(record: SplitBytes, bytes: Buffer, start: number): Verdict {
    if (record.isBlank) {
      this.#options.onBlank();
      return 'drop';
    }
    this.#doubtful += 1;
    return this.#options.judge({ ...record, line: this.#line, record: this.records, bytes, start });
  }

  /** Physical line on which the record at `start` begins. */
  get #line(): number {
    // Each record that the automaton has let through ended one line, and had those of its quoted newlines.
    return 1 + this.#run.records + this.#run.newlinesBefore + this.#otherLines;
  }

  #refuseTooLong(bytes: Buffer, isLast: boolean): void {
    const record = splitBytes(bytes, 0, this.#options.form, isLast);
    if (record === 'long' || record === 'lost') throw this.#options.lost(record, this.#line);
  }

  #split(bytes: Buffer, start: number, isLast: boolean): SplitBytes | undefined {
    const record = splitBytes(bytes, start, this.#options.form, isLast);
    if (record === 'open') return undefined;
    if (typeof record === 'string') throw this.#options.lost(record, this.#line);
    return record;
  }

  /** Would a newline here end the record? */
  #endsWell(state: number): boolean {
    const { table, classes, end } = this.#automaton;
    let last = state;
    for (const character of this.#options.form.newline) last = table[last + classes[character.charCodeAt(0)]!]!;
    return last === end;
  }

  /** A new record begins here. */
  #goOnAt(index: number): void {
    const run = this.#run;
    run.at = index;
    run.start = index;
    run.state = this.#automaton.end;
    run.quotedNewlines = run.newlinesBefore;
  }

  #pause(bytes: Buffer, out: Buffer[]): Buffer[] {
    const run = this.#run;
    this.rest = bytes.subarray(run.start);
    run.at -= run.start;
    run.start = 0;
    return out;
  }
}

const NEWLINES = { '\n': Buffer.from('\n'), '\r\n': Buffer.from('\r\n') } as const;
