import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** After this the command is ended and counts as failed. Default: 10 minutes. */
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** Exit status; null if it was ended by a signal or could not be started. */
  readonly status: number | null;
  readonly stdout: string;
  /** The last 8 KB of stderr, without credentials in URLs. */
  readonly stderr: string;
}

/** Runs a program to its end without a shell; never throws, a missing program has status null and says so in `stderr`. */
export function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 10 * 60_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-8192)));
    child.on('error', (error) => resolve({ status: null, stdout, stderr: error.message }));
    child.on('close', (status) => resolve({ status, stdout, stderr: withoutCredentials(stderr) }));
  });
}

/** The last lines of a program's complaint, for an error's message. */
export function lastLines(text: string, count = 4): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.includes('A complete log of this run'))
    .slice(-count)
    .join(' | ');
}

function withoutCredentials(text: string): string {
  return text.replaceAll(/\/\/[^\s/@]+@/g, '//');
}
