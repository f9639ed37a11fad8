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
  /** That many bytes which `load` takes over without a copy. What was given before is not to be used any more. */
  room(size: number): Buffer;
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

type Run = (bytes: number, size: number, end: number) => void;
type Lanes = (...args: [...starts: Quadruple, steps: number, end: number]) => number;
type Quadruple = [number, number, number, number];
type Exports = Record<'run16' | 'run32', Run> & Record<'lanes16' | 'lanes32', Lanes>;

const PAGE_BYTES = 65_536;
const LANES_AT = 24;
const LANE_COUNT = 4;
const CLASSES = 128;
const TABLE = 1024;
const LF = 10;
/** Bytes that the lanes share. */
const WINDOW_BYTES = 65_536;
const MIN_STEPS = 512;

let compiled: object | undefined;

/** Puts the automaton into a memory of its own. The layout is that of run-automaton.wat. */
export function createRunner({ table, classes, dead, end, lastEvent }: RecordAutomaton): AutomatonRunner {
  compiled ??= new wasm.Module(Buffer.from(automatonWasm, 'base64'));
  const flagged = flagEvents(table, lastEvent);
  const bytesAt = TABLE + flagged.byteLength;
  const memory = new wasm.Memory({ initial: Math.ceil(bytesAt / PAGE_BYTES) });
  const { exports } = new wasm.Instance(compiled, { automaton: { memory } });
  const isNarrow = flagged.BYTES_PER_ELEMENT === 2;
  const runLane = isNarrow ? exports.run16 : exports.run32;
  const runLanes = isNarrow ? exports.lanes16 : exports.lanes32;
  let base = bytesAt;
  let size = 0;
  let registers = new Uint32Array(memory.buffer, 0, 6);
  let lanes = new Uint32Array(memory.buffer, LANES_AT, 3 * LANE_COUNT);
  let all = Buffer.from(memory.buffer);
  all.set(classes, CLASSES);
  all.set(new Uint8Array(flagged.buffer, flagged.byteOffset, flagged.byteLength), TABLE);

  const grow = (needed: number): void => {
    const missing = bytesAt + needed - memory.buffer.byteLength;
    if (missing <= 0) return;
    memory.grow(Math.ceil(missing / PAGE_BYTES));
    registers = new Uint32Array(memory.buffer, 0, 6);
    lanes = new Uint32Array(memory.buffer, LANES_AT, 3 * LANE_COUNT);
    all = Buffer.from(memory.buffer);
  };

  /** Where the lanes of the next window begin: here, and after three newlines. Undefined when records are too long for that. */
  const laneStarts = (at: number, limit: number): Quadruple | undefined => {
    const starts: Quadruple = [at, at, at, at];
    for (let lane = 1; lane < LANE_COUNT; lane += 1) {
      const from = at + Math.floor(((limit - at) * lane) / LANE_COUNT);
      starts[lane] = all.indexOf(LF, base + from) - base + 1;
      if (starts[lane]! < starts[lane - 1]! + MIN_STEPS || starts[lane]! + MIN_STEPS > limit) return undefined;
    }
    return starts;
  };

  /** What one lane has found becomes that of the run. */
  const take = (lane: number, start: number, steps: number): void => {
    const [state, recordStart, records] = lanes.subarray(3 * lane) as unknown as readonly number[];
    registers[0] = state!;
    registers[1] = start + steps;
    if (records! > 0) {
      registers[2] = start + recordStart!;
      registers[3]! += records!;
      registers[5] = registers[4]!;
    }
    if (state! <= lastEvent && state !== end && state !== dead) registers[4]! += 1;
  };

  /** Several lanes over the next window. Where one of them stops, those after it are not used. */
  const runWindow = (limit: number): void => {
    const starts = laneStarts(registers[1]!, limit);
    if (starts === undefined) return;
    const steps = Math.min(...starts.map((start, lane) => (starts[lane + 1] ?? limit) - start));
    const [lane1, lane2, lane3, lane4] = starts;
    const done = runLanes(base + lane1, base + lane2, base + lane3, base + lane4, steps, end);
    for (const [lane, start] of starts.entries()) {
      // Was that newline the end of a record? Within quotes it was not: then this lane was in error.
      if (lane > 0 && (registers[0] !== end || registers[1] !== start)) return;
      take(lane, start, done);
      if (registers[0] === dead) return;
      if (lane + 1 < LANE_COUNT) runLane(base, starts[lane + 1]!, end);
    }
  };

  return {
    room(needed) {
      grow(needed);
      return all.subarray(bytesAt, bytesAt + needed);
    },
    load(bytes) {
      size = bytes.length;
      const isInside = bytes.buffer === memory.buffer;
      base = isInside ? bytes.byteOffset : bytesAt;
      if (isInside) return;
      grow(size);
      all.set(bytes, bytesAt);
    },
    run(run) {
      registers.set([run.state, run.at, run.start, run.records, run.quotedNewlines, run.newlinesBefore]);
      while (registers[0] !== dead && registers[1]! < size) {
        const limit = Math.min(size, registers[1]! + WINDOW_BYTES);
        runWindow(limit);
        if (registers[0] !== dead) runLane(base, limit, end);
      }
      const [state, at, start, records, quotedNewlines, newlinesBefore] = registers as unknown as readonly number[];
      Object.assign(run, { state, at, start, records, quotedNewlines, newlinesBefore });
    },
  };
}

/** The table with the sign bit set where a state wants attention, in entries that have room for it. */
function flagEvents(table: RecordAutomaton['table'], lastEvent: number): Int16Array | Int32Array {
  const isNarrow = table.length <= 0x8000;
  const flagged = isNarrow ? new Int16Array(table.length) : new Int32Array(table.length);
  const flag = isNarrow ? 0x8000 : 0x80000000;
  for (const [at, state] of table.entries()) flagged[at] = state <= lastEvent ? state | flag : state;
  return flagged;
}
