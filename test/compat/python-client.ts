import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** The Python with the official client in it, in a cache of its own: installed at the first use and when its version changes. */
export async function preparePythonClient(env: NodeJS.ProcessEnv): Promise<string> {
  const cacheHome = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const dir = join(cacheHome, 'hyperferry', 'compat-tsc');
  const venv = join(dir, 'venv');
  const python = join(venv, 'bin', 'python');
  const marker = join(dir, 'installed.txt');
  const wanted = await readFile(requirements, 'utf8');
  if (existsSync(python) && existsSync(marker) && (await readFile(marker, 'utf8')) === wanted) return python;
  process.stdout.write(`Installing ${wanted.trim()} into ${dir}\n`);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await rm(venv, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', venv]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  await writeFile(marker, wanted);
  return python;
}

/** Runs a program to its end and returns its exit status; what it writes goes to our own output. */
export async function runVisibly(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new Error(`${command} can't be run: install Python 3.10 or newer`, { cause: error })),
    );
    child.once('close', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed with ${code}:\n${output}`);
}
