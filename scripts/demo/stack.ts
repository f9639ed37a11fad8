import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { processesNaming } from './processes.ts';

const root = join(import.meta.dirname, '..', '..');

export interface Program {
  readonly name: string;
  /** What the program printed first, as JSON: where it listens. */
  readonly announced: Record<string, unknown>;
  /** The end of what it wrote to standard error. */
  log(): string;
  stop(): Promise<void>;
}

export interface Stack {
  /** Everything of the stack is below this folder: data, temporary files, sockets. */
  readonly folder: string;
  /** The environment in which all programs of the stack run. */
  readonly env: NodeJS.ProcessEnv;
  start(name: string, bin: string, args: readonly string[]): Promise<Program>;
  /** Stops all programs, last started first, and removes the folder. Returns what was left running or lying about. */
  stop(): Promise<string[]>;
}

/** A folder and an environment of their own for programs that belong together. */
export async function createStack(): Promise<Stack> {
  // Short, for Unix sockets: their paths may have 107 bytes at most.
  const folder = await mkdtemp(join(tmpdir(), 'hfd-'));
  const temporary = join(folder, 't');
  await mkdir(temporary);
  const { REDIS_URL: _shared, ...inherited } = process.env;
  const env: NodeJS.ProcessEnv = { ...inherited, TMPDIR: temporary, HYPERFERRY_DATA: join(folder, 'data') };
  const programs: Program[] = [];

  return {
    folder,
    env,
    async start(name, bin, args) {
      const program = await startProgram(name, bin, args, env);
      programs.push(program);
      return program;
    },
    async stop() {
      for (const program of programs.reverse()) await program.stop();
      const left = [...(await processesNaming(folder)), ...(await readdir(temporary)).map((file) => `file ${file}`)];
      await rm(folder, { recursive: true, force: true });
      return left;
    },
  };
}

async function startProgram(
  name: string,
  bin: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Program> {
  const child = spawn(process.execPath, [join(root, bin), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-16_000)));
  const exited = once(child, 'exit');
  const announced = await Promise.race([
    firstLine(child),
    exited.then(([code, signal]) => {
      throw new Error(`${name} ended at its start (${String(code ?? signal)}): ${errors}`);
    }),
  ]);
  return {
    name,
    announced,
    log: () => errors,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      // Longer than any program's own grace period: then it is a defect, and the kill makes it an orphan that is seen.
      const timer = setTimeout(() => child.kill('SIGKILL'), 45_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Programs print one JSON object as their first line when they are ready; what follows is their log. */
async function firstLine(child: ChildProcess): Promise<Record<string, unknown>> {
  const { stdout } = child;
  if (stdout === null) throw new Error('no standard output');
  const lines = createInterface({ input: stdout });
  const [line] = (await once(lines, 'line')) as [string];
  lines.on('line', () => {});
  return JSON.parse(line) as Record<string, unknown>;
}
