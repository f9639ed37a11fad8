import { automatonWasm } from './automaton-wasm.ts';
import type { RecordAutomaton } from './record-automaton.ts';

/** Where a run over some bytes stands. */
export interface AutomatonRun {
  state: number;
  /** Index of the next byte. */
  at: number;
  /** Index of the first byte of the record that has not ended. */
  start: number;
  /** Records that have ended. */
  records: number;
  /** Newlines inside of quotes: all so far, and those before `start`. */
  quotedNewlines: number;
  newlinesBefore: number;
}

/** An automaton with its memory, and the bytes that it runs over. */
export interface AutomatonRunner {
  /** Takes the bytes over; must be called before `run` sees others. */
  load(bytes: Uint8Array): void;
  /** Goes on from `run` until the bytes end or the automaton is dead. */
  run(run: AutomatonRun): void;
}

// What is needed of WebAssembly: its types come with browsers' libraries only.
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Exports };
}
const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;

type Run = (bytes: number, size: number, lastEvent: number, end: number) => void;
type Pair = (first: number, second: number, steps: number, lastEvent: number, end: number) => number;
type Exports = Record<'run16' | 'run32', Run> & Record<'pair16' | 'pair32', Pair>;

const PAGE_BYTES = 65_536;
const LANES = 24;
const CLASSES = 64;
const TABLE = 1024;
const LF = 10;
/** Bytes that two lanes share. Small: when one of them meets a doubtful record, both are done again. */
const WINDOW_BYTES = 16_384;
const MIN_STEPS = 512;

let compiled: object | undefined;

/** Puts the automaton into a memory of its own. The layout is that of run-automaton.wat. */
export function createRunner({ table, classes, dead, end, lastEvent }: RecordAutomaton): AutomatonRunner {
  compiled ??= new wasm.Module(Buffer.from(automatonWasm, 'base64'));
  const bytesAt = TABLE + table.byteLength;
  const memory = new wasm.Memory({ initial: Math.ceil(bytesAt / PAGE_BYTES) });
  const { exports } = new wasm.Instance(compiled, { automaton: { memory } });
  const isNarrow = table.BYTES_PER_ELEMENT === 2;
  const runLane = isNarrow ? exports.run16 : exports.run32;
  const runPair = isNarrow ? exports.pair16 : exports.pair32;
  let size = 0;
  let registers = new Uint32Array(memory.buffer, 0, 6);
  let lanes = new Uint32Array(memory.buffer, LANES, 6);
  let loaded = Buffer.from(memory.buffer);
  loaded.set(classes, CLASSES);
  loaded.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), TABLE);

  /** Two lanes over the next window, where that goes well; else nothing has changed. */
  const tryPair = (limit: number): void => {
    const at = registers[1]!;
    const middle = loaded.indexOf(LF, bytesAt + ((at + limit) >>> 1)) - bytesAt + 1;
    if (middle <= at || middle > limit) return;
    const steps = Math.min(middle - at, limit - middle);
    if (steps < MIN_STEPS || runPair(bytesAt + at, bytesAt + middle, steps, lastEvent, end) === 0) return;
    const [state1, start1, records1, state2, start2, records2] = lanes as unknown as readonly number[];
    registers[0] = state1!;
    registers[1] = at + steps;
    if (records1! > 0) registers[2] = at + start1!;
    registers[3]! += records1!;
    registers[5] = records1! > 0 ? registers[4]! : registers[5]!;
    runLane(bytesAt, middle, lastEvent, end);
    // Was the newline in the middle the end of a record? Within quotes it was not: then the second lane was in error.
    if (registers[0] !== end || registers[1] !== middle) return;
    registers[0] = state2!;
    registers[1] = middle + steps;
    if (records2! > 0) registers[2] = middle + start2!;
    registers[3]! += records2!;
  };

  return {
    load(bytes) {
      size = bytes.length;
      const missing = bytesAt + size - memory.buffer.byteLength;
      if (missing > 0) {
        memory.grow(Math.ceil(missing / PAGE_BYTES));
        registers = new Uint32Array(memory.buffer, 0, 6);
        lanes = new Uint32Array(memory.buffer, LANES, 6);
        loaded = Buffer.from(memory.buffer);
      }
      loaded.set(bytes, bytesAt);
    },
    run(run) {
      registers.set([run.state, run.at, run.start, run.records, run.quotedNewlines, run.newlinesBefore]);
      while (registers[0] !== dead && registers[1]! < size) {
        const limit = Math.min(size, registers[1]! + WINDOW_BYTES);
        tryPair(limit);
        if (registers[0] !== dead) runLane(bytesAt, limit, lastEvent, end);
      }
      const [state, at, start, records, quotedNewlines, newlinesBefore] = registers as unknown as readonly number[];
      Object.assign(run, { state, at, start, records, quotedNewlines, newlinesBefore });
    },
  };
}
