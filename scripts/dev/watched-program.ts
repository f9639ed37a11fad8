import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** A program that starts again whenever one of its sources changes. */
export interface Watched {
  /** Ends the program, with its own grace period, then the watching. */
  stop(): Promise<void>;
}

export interface WatchOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}

/** Runs a TypeScript program under `tsx watch`, each line of its output given to `print`. */
export function startWatched(main: string, { cwd, env, print }: WatchOptions): Watched {
  const tsx = join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist', 'cli.mjs');
  const args = [tsx, 'watch', '--clear-screen=false', '--conditions=hyperferry-source', main];
  // Detached: a Ctrl-C in the terminal reaches only us, and we stop the programs in order.
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', print);
  const exited = once(child, 'exit');
  return {
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await exited;
    },
  };
}
