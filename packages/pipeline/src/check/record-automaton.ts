import { type ByteAutomaton, NO_STATE } from './byte-automaton.ts';
import type { CellLanguage } from './cell-language.ts';

/**
 * One automaton for whole records: it runs over the bytes of a file and ends in `dead` as soon as a record is not surely as
 * it should be. States are row offsets into `table`: `state = table[state + classes[byte]]`. Those up to `lastEvent` want
 * attention: `dead`, `end` (a record has ended; also the initial state), and a newline inside of quotes.
 */
export interface RecordAutomaton {
  readonly table: Uint16Array | Uint32Array;
  readonly classes: Uint8Array;
  readonly dead: number;
  readonly end: number;
  readonly lastEvent: number;
}

/** How records are written. */
export interface RecordForm {
  /** One byte. */
  readonly delimiter: string;
  /** One byte, or null. */
  readonly quote: string | null;
  readonly newline: '\n' | '\r\n';
}

const NUL = 0;
const LF = 10;
const CR = 13;
const DEAD = 0;
const END = 1;
const MAX_STATES = 200_000;

/** The automaton for records of these columns; undefined when it would be too large. */
export function recordAutomaton(columns: readonly CellLanguage[], form: RecordForm): RecordAutomaton | undefined {
  const states = columns.reduce(
    (sum, column) => sum + (typeof column === 'string' ? 5 : 2 * column.isFinal.length + 2),
    0,
  );
  if (states > MAX_STATES) return undefined;
  const classes = classifyBytes(columns, form);
  const builder = new Builder(columns, form, classes);
  const rows = builder.build();
  const width = classes.count;
  const size = rows.length * width;
  const table = size <= 0xffff ? new Uint16Array(size) : new Uint32Array(size);
  for (const [state, row] of rows.entries()) {
    for (let index = 0; index < width; index += 1) table[state * width + index] = row[index]! * width;
  }
  return {
    table,
    classes: classes.of,
    dead: DEAD * width,
    end: END * width,
    lastEvent: builder.lastEvent * width,
  };
}

interface ByteClasses {
  readonly of: Uint8Array;
  readonly count: number;
  /** One byte of each class. */
  readonly samples: readonly number[];
}

/** Bytes that no automaton tells apart are one class: that keeps the table small enough for the processor's cache. */
function classifyBytes(columns: readonly CellLanguage[], { delimiter, quote }: RecordForm): ByteClasses {
  const automata = new Set(columns.filter((column): column is ByteAutomaton => typeof column !== 'string'));
  const special = [delimiter.charCodeAt(0), quote?.charCodeAt(0) ?? -1, LF, CR, NUL];
  const numbers = new Map<string, number>();
  const samples: number[] = [];
  const of = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    const parts: number[] = [special.indexOf(byte)];
    for (const { next } of automata) for (let at = byte; at < next.length; at += 256) parts.push(next[at]!);
    const key = parts.join(' ');
    const known = numbers.get(key);
    if (known === undefined) samples.push(byte);
    of[byte] = known ?? numbers.size;
    numbers.set(key, of[byte]!);
  }
  return { of, count: samples.length, samples };
}

class Builder {
  lastEvent = END;
  readonly #rows: Int32Array[] = [];
  readonly #columns: readonly CellLanguage[];
  readonly #form: RecordForm;
  readonly #classes: ByteClasses;
  readonly #afterCr: number;

  constructor(columns: readonly CellLanguage[], form: RecordForm, classes: ByteClasses) {
    this.#columns = columns;
    this.#form = form;
    this.#classes = classes;
    this.#add();
    this.#add();
    // States that want attention have the lowest numbers.
    const texts = form.quote === null ? 0 : columns.filter((column) => column === 'text').length;
    for (let index = 0; index < texts; index += 1) this.lastEvent = this.#add();
    this.#afterCr = this.#add();
    this.#set(this.#afterCr, LF, END);
  }

  build(): readonly Int32Array[] {
    const { length } = this.#columns;
    const starts = this.#columns.map((_, at) => (at === 0 ? END : this.#add()));
    let newlineState = END + 1;
    for (let at = 0; at < length; at += 1) {
      const language = this.#columns[at]!;
      const ending = (state: number): void => this.#setEnding(state, starts[at + 1]);
      if (language === 'text') this.#text(starts[at]!, newlineState++, ending);
      else if (language === 'nothing') ending(starts[at]!);
      else this.#typed(starts[at]!, language, ending);
    }
    return this.#rows;
  }

  #text(start: number, quotedNewline: number, ending: (state: number) => void): void {
    const { quote } = this.#form;
    const plain = this.#add();
    for (const state of [start, plain]) {
      this.#rows[state]!.fill(plain);
      this.#set(state, LF, DEAD);
      this.#set(state, CR, DEAD);
      this.#set(state, NUL, DEAD);
      if (quote !== null) this.#set(state, quote, DEAD);
      ending(state);
    }
    if (quote === null) return;
    const quoted = this.#add();
    const closed = this.#add();
    this.#set(start, quote, quoted);
    for (const state of [quoted, quotedNewline]) {
      this.#rows[state]!.fill(quoted);
      this.#set(state, LF, quotedNewline);
      this.#set(state, NUL, DEAD);
      this.#set(state, quote, closed);
    }
    this.#set(closed, quote, quoted);
    ending(closed);
  }

  #typed(start: number, automaton: ByteAutomaton, ending: (state: number) => void): void {
    const { quote, delimiter } = this.#form;
    const plain = Array.from(automaton.isFinal, () => this.#add());
    for (const [state, row] of [[0, start] as const, ...plain.entries()]) {
      this.#copy(automaton, state, row, plain);
      for (const mark of [LF, CR, delimiter, quote]) if (mark !== null) this.#set(row, mark, DEAD);
      // Nothing between two delimiters is NULL.
      if (automaton.isFinal[state] === 1 || row === start) ending(row);
    }
    if (quote === null) return;
    const quoted = Array.from(automaton.isFinal, () => this.#add());
    const closed = this.#add();
    this.#set(start, quote, quoted[0]!);
    for (const [state, row] of quoted.entries()) {
      this.#copy(automaton, state, row, quoted);
      this.#set(row, quote, automaton.isFinal[state] === 1 ? closed : DEAD);
    }
    ending(closed);
  }

  #copy({ next }: ByteAutomaton, state: number, row: number, targets: readonly number[]): void {
    const { samples } = this.#classes;
    for (const [index, byte] of samples.entries()) {
      const to = next[state * 256 + byte]!;
      this.#rows[row]![index] = to === NO_STATE ? DEAD : targets[to]!;
    }
  }

  /** A cell may end after this state: by a delimiter, or, the last one, with the record. */
  #setEnding(state: number, nextStart: number | undefined): void {
    const { delimiter, newline } = this.#form;
    if (nextStart !== undefined) this.#set(state, delimiter, nextStart);
    else if (newline === '\n') this.#set(state, LF, END);
    else this.#set(state, CR, this.#afterCr);
    if (nextStart === undefined) this.#set(state, delimiter, DEAD);
  }

  #set(state: number, mark: string | number, to: number): void {
    const byte = typeof mark === 'string' ? mark.charCodeAt(0) : mark;
    this.#rows[state]![this.#classes.of[byte]!] = to;
  }

  #add(): number {
    return this.#rows.push(new Int32Array(this.#classes.count)) - 1;
  }
}
