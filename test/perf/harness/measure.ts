import { spawn } from 'node:child_process';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { basename } from 'node:path';

/** A program to measure, from its start to its end. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Folder to run in, for programs that leave files there; default: the one of the bench. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The file that it makes: removed before, so that nobody pays for throwing away the last one. */
  readonly output?: string;
}

/** In MB. */
export interface PeakMemory {
  readonly programMb: number;
  /** Of the engines below the program, also of those that its children started, together. */
  readonly engineMb: number;
}

/** One run of a contender. */
export interface Measurement {
  readonly seconds: number;
  /** Highest resident memory; undefined where the kernel doesn't keep it, which is everywhere but on Linux. */
  readonly memory: PeakMemory | undefined;
  readonly stdout: string;
}

const SAMPLE_MS = 50;

/** Runs the contenders in turns, so that what else the machine does hits all of them alike. */
export async function interleave(
  contenders: readonly Contender[],
  repetitions: number,
  log: (text: string) => void,
): Promise<ReadonlyMap<string, readonly Measurement[]>> {
  const results = new Map<string, Measurement[]>(contenders.map(({ name }) => [name, []]));
  for (let turn = 0; turn < repetitions; turn += 1) {
    for (const contender of contenders) {
      const result = await measure(contender);
      results.get(contender.name)!.push(result);
      const { memory } = result;
      const held = memory === undefined ? '' : `, ${memory.programMb} MB, engine ${memory.engineMb} MB`;
      log(`  ${contender.name}: ${result.seconds.toFixed(2)} s${held}`);
    }
  }
  return results;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The highest of several runs; undefined where none was measured. */
export function highestMemory(results: readonly Measurement[]): PeakMemory | undefined {
  const measured = results.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  if (measured.length === 0) return undefined;
  return {
    programMb: Math.max(...measured.map(({ programMb }) => programMb)),
    engineMb: Math.max(...measured.map(({ engineMb }) => engineMb)),
  };
}

/** Median seconds of a contender. */
export function seconds(results: ReadonlyMap<string, readonly Measurement[]>, name: string): number {
  return median(results.get(name)!.map((result) => result.seconds));
}

/** Runs one contender to its end. @throws {Error} when it fails, with the end of what it said */
export async function measure(contender: Contender): Promise<Measurement> {
  if (contender.output !== undefined) await rm(contender.output, { force: true });
  const startedAt = performance.now();
  const child = spawn(contender.command, contender.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...contender.env },
    cwd: contender.cwd,
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-16_384);
    });
  }
  let peakKb = 0;
  let enginePeakKb = 0;
  const timer = setInterval(() => {
    void peaks(child.pid!).then((peak) => {
      peakKb = Math.max(peakKb, peak.own);
      enginePeakKb = Math.max(enginePeakKb, peak.engine);
    });
  }, SAMPLE_MS);
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  }).finally(() => clearInterval(timer));
  const elapsed = (performance.now() - startedAt) / 1000;
  if (status !== 0) throw new Error(`${contender.name} ended with ${status}: ${output.stderr}`);
  return {
    seconds: elapsed,
    memory:
      process.platform === 'linux'
        ? { programMb: Math.round(peakKb / 1024), engineMb: Math.round(enginePeakKb / 1024) }
        : undefined,
    stdout: output.stdout,
  };
}

/**
 * High-water marks that the kernel of Linux keeps. Engines are told by their program file: the name of
 * the process changes some moments after its start.
 */
async function peaks(pid: number): Promise<{ readonly own: number; readonly engine: number }> {
  let engine = 0;
  for (const process of await descendantsOf(pid)) {
    if (await isEngine(process)) engine += await highWaterKb(process);
  }
  return { own: await highWaterKb(pid), engine };
}

async function isEngine(pid: number): Promise<boolean> {
  const program = await readlink(`/proc/${pid}/exe`).catch(() => '');
  return basename(program) === 'hyperd';
}

async function descendantsOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  const below = await Promise.all(children.map(descendantsOf));
  return [...children, ...below.flat()];
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map(async (thread) => await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  return lists.join(' ').split(/\s+/).filter(Boolean).map(Number);
}

async function highWaterKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
}
