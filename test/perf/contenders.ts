import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Contender } from './harness/measure.ts';

const script = (name: string): string => fileURLToPath(new URL(`contenders/${name}`, import.meta.url));
const program = fileURLToPath(new URL('../../apps/producer/bin/hyperferry.js', import.meta.url));

/** `hyperferry extract`, the whole command. */
export function extractContender(name: string, source: string, scratchDir: string): Contender {
  const target = join(scratchDir, `${name}.hyper`);
  return {
    name,
    command: process.execPath,
    args: [program, 'extract', source, '-o', target, '--json'],
    output: target,
  };
}

/**
 * The engine's COPY with a schema written by hand. `default`: with as many threads as cores, which is the engine's default;
 * `tuned`: with one more. Its files are written by calls, as in all engines of ours (docs/adr/0007).
 */
export function copyContender(
  mode: 'default' | 'tuned',
  columns: readonly (readonly [name: string, type: string])[],
  source: string,
  scratchDir: string,
): Contender {
  const target = join(scratchDir, `copy-${mode}.hyper`);
  const args = [script('copy.mjs'), mode, JSON.stringify(columns), source, target];
  return { name: `copy ${mode}`, command: process.execPath, args, output: target };
}

/** A peer in Python; its engine writes a log into the folder that it runs in. */
export function pythonContender(python: string, file: string, source: string, scratchDir: string): Contender {
  const target = join(scratchDir, `${file}.hyper`);
  return { name: file, command: python, args: [script(file), source, target], cwd: scratchDir, output: target };
}

/** Rows made in JavaScript, through the Inserter. */
export function inserterContender(rows: number, scratchDir: string): Contender {
  const target = join(scratchDir, 'inserted.hyper');
  const args = [script('insert-rows.mjs'), String(rows), target];
  return { name: 'inserter', command: process.execPath, args, output: target };
}
