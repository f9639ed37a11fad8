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
const MAX_TABLE_BYTES = 64 * 2 ** 20;

/** The automaton for records of these columns; undefined when it would be too large. */
export function recordAutomaton(columns: readonly CellLanguage[], form: RecordForm): RecordAutomaton | undefined {
  const states = columns.reduce(
    (sum, column) => sum + (typeof column === 'string' ? 5 : 2 * column.isFinal.length + 2),
    3,
  );
  const classes = classifyBytes(columns, form);
  const width = classes.count;
  if (states * width * Uint32Array.BYTES_PER_ELEMENT > MAX_TABLE_BYTES) return undefined;
  const builder = new Builder(columns, form, classes, states);
  const rows = builder.build();
  const table = rows.length <= 0xffff ? new Uint16Array(rows) : rows;
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
  /** One row for each state, all in one piece: a wide file has hundreds of thousands. */
  readonly #rows: Uint32Array;
  #count = 0;
  readonly #columns: readonly CellLanguage[];
  readonly #form: RecordForm;
  readonly #classes: ByteClasses;
  readonly #afterCr: number;

  constructor(columns: readonly CellLanguage[], form: RecordForm, classes: ByteClasses, maxStates: number) {
    this.#columns = columns;
    this.#form = form;
    this.#classes = classes;
    this.#rows = new Uint32Array(maxStates * classes.count);
    this.#add();
    this.#add();
    // States that want attention have the lowest numbers.
    const texts = form.quote === null ? 0 : columns.filter((column) => column === 'text').length;
    for (let index = 0; index < texts; index += 1) this.lastEvent = this.#add();
    this.#afterCr = this.#add();
    this.#set(this.#afterCr, LF, END);
  }

  /** The table: states are offsets into it. */
  build(): Uint32Array {
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
    return this.#rows.subarray(0, this.#count * this.#classes.count);
  }

  #text(start: number, quotedNewline: number, ending: (state: number) => void): void {
    const { quote } = this.#form;
    const plain = this.#add();
    for (const state of [start, plain]) {
      this.#fill(state, plain);
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
      this.#fill(state, quoted);
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
    const { samples, count: width } = this.#classes;
    for (const [index, byte] of samples.entries()) {
      const to = next[state * 256 + byte]!;
      this.#rows[row * width + index] = (to === NO_STATE ? DEAD : targets[to]!) * width;
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
    const { of, count: width } = this.#classes;
    this.#rows[state * width + of[byte]!] = to * width;
  }

  #fill(state: number, to: number): void {
    const { count: width } = this.#classes;
    this.#rows.fill(to * width, state * width, (state + 1) * width);
  }

  #add(): number {
    this.#count += 1;
    return this.#count - 1;
  }
}
