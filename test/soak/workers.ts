import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '..', '..');

export interface WorkerSlot {
  readonly number: number;
  child: ChildProcess;
  stopped: boolean;
}

/** Worker processes that are replaced when they end, as a service manager would. */
export interface Workers {
  readonly slots: readonly WorkerSlot[];
  /** Times that a worker ended without being told to. */
  readonly crashes: number;
  kill(slot: WorkerSlot): void;
  /** Freezes the whole process for a time. */
  freeze(slot: WorkerSlot, durationMs: number): Promise<void>;
  /** Drains all; those that don't end in time are killed and named. */
  stop(): Promise<string[]>;
}

/** Starts workers with the built program. Their logs go to files of the folder. */
export function startWorkers(
  count: number,
  env: NodeJS.ProcessEnv,
  logFolder: string,
  nodeArgs: readonly string[],
): Workers {
  let crashes = 0;
  let stopping = false;
  const killed = new WeakSet<ChildProcess>();

  const launch = (number: number): ChildProcess => {
    const log = openSync(join(logFolder, `worker-${number}.log`), 'a');
    const bin = join(root, 'apps/worker/bin/hyperferry-worker.js');
    const child = spawn(process.execPath, [...nodeArgs, bin], { env, stdio: ['ignore', 'ignore', log] });
    closeSync(log);
    return child;
  };
  const slots = Array.from({ length: count }, (_, index): WorkerSlot => {
    const slot = { number: index + 1, child: launch(index + 1), stopped: false };
    const watch = (): void => {
      const { child } = slot;
      child.once('exit', () => {
        if (stopping) return;
        if (!killed.has(child)) crashes += 1;
        slot.child = launch(slot.number);
        slot.stopped = false;
        watch();
      });
    };
    watch();
    return slot;
  });

  return {
    slots,
    get crashes() {
      return crashes;
    },
    kill(slot) {
      killed.add(slot.child);
      slot.child.kill('SIGKILL');
    },
    async freeze(slot, durationMs) {
      const { child } = slot;
      slot.stopped = true;
      child.kill('SIGSTOP');
      await sleep(durationMs);
      child.kill('SIGCONT');
      if (slot.child === child) slot.stopped = false;
    },
    async stop() {
      stopping = true;
      const late: string[] = [];
      await Promise.all(
        slots.map(async ({ child, number }) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const exited = once(child, 'exit');
          child.kill('SIGCONT');
          child.kill('SIGTERM');
          const timer = setTimeout(() => {
            late.push(`worker ${number} did not end within 45 s of SIGTERM`);
            child.kill('SIGKILL');
          }, 45_000);
          await exited;
          clearTimeout(timer);
        }),
      );
      return late;
    },
  };
}
