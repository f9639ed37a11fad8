import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The built `hyperferry`. */
export const programPath = join(import.meta.dirname, '../../apps/producer/bin/hyperferry.js');

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `hyperferry` as a user would: the built program, piped, in an environment. */
export function hyperferry(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: { cwd?: string } = {},
): Promise<CommandResult> {
  return run(process.execPath, [programPath, ...args], env, options);
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: { cwd?: string } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === null ? 1 : 128), stdout, stderr }));
  });
}

/** The error that a command printed with `--json`. */
export function printedError(result: CommandResult): { code: string; message: string; next: string } {
  const line = result.stderr.trim().split('\n').at(-1) ?? '';
  return JSON.parse(line) as { code: string; message: string; next: string };
}
