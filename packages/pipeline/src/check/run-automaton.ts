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
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<'run16' | 'run32', Run> };
}
const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;

type Run = (bytes: number, size: number, lastEvent: number, end: number) => void;

const PAGE_BYTES = 65_536;
const CLASSES = 64;
const TABLE = 1024;

let compiled: object | undefined;

/** Puts the automaton into a memory of its own. The layout is that of run-automaton.wat. */
export function createRunner({ table, classes, lastEvent, end }: RecordAutomaton): AutomatonRunner {
  compiled ??= new wasm.Module(Buffer.from(automatonWasm, 'base64'));
  const bytesAt = TABLE + table.byteLength;
  const memory = new wasm.Memory({ initial: Math.ceil(bytesAt / PAGE_BYTES) });
  const { exports } = new wasm.Instance(compiled, { automaton: { memory } });
  const runLoaded = exports[table.BYTES_PER_ELEMENT === 2 ? 'run16' : 'run32'];
  let size = 0;
  let registers = new Uint32Array(memory.buffer, 0, 6);
  new Uint8Array(memory.buffer).set(classes, CLASSES);
  new Uint8Array(memory.buffer).set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), TABLE);
  return {
    load(bytes) {
      size = bytes.length;
      const missing = bytesAt + size - memory.buffer.byteLength;
      if (missing > 0) {
        memory.grow(Math.ceil(missing / PAGE_BYTES));
        registers = new Uint32Array(memory.buffer, 0, 6);
      }
      new Uint8Array(memory.buffer).set(bytes, bytesAt);
    },
    run(run) {
      registers.set([run.state, run.at, run.start, run.records, run.quotedNewlines, run.newlinesBefore]);
      runLoaded(bytesAt, size, lastEvent, end);
      [run.state, run.at, run.start, run.records, run.quotedNewlines, run.newlinesBefore] = registers as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
    },
  };
}
