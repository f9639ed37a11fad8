import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { HyperProcess, type HyperProcessOptions } from './process/hyper-process.ts';

/** An engine for a test, and a folder for its files; both end with `close` or `await using`. */
export interface TestHyper extends AsyncDisposable {
  readonly hyper: HyperProcess;
  /** An empty folder, removed at the end. */
  readonly dir: string;
  close(): Promise<void>;
}

/** Starts an engine of the test's own, found by the environment of the test run. */
export async function startTestHyper(options: HyperProcessOptions = {}): Promise<TestHyper> {
  const dir = await mkdtemp(join(tmpdir(), 'hf-test-hyper-'));
  const hyper = await HyperProcess.start({ env: process.env, ...options }).catch(async (error: unknown) => {
    await rm(dir, { recursive: true, force: true });
    throw error;
  });
  const close = async () => {
    await hyper.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { hyper, dir, close, [Symbol.asyncDispose]: close };
}

const run = promisify(execFile);

/**
 * Stops a process and waits until it has stopped. SIGSTOP is taken by one of its threads; until that one runs, the others go on
 * and answer: on a busy machine for long enough to open a session.
 */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  for (;;) {
    const { stdout } = await run('ps', ['-o', 'stat=', '-p', String(pid)]);
    if (stdout.startsWith('T')) return;
    await delay(10);
  }
}
