import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { engineCacheDir } from '@hyperferry/hyper/engine';

/** The repository that a newcomer clones. */
export const root = join(import.meta.dirname, '../..');

/** A temporary folder that every user may enter. Removed by whoever made it. */
export function makeOpenFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hf-hour-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** Removes a folder even where a test has made parts of it read-only. */
export function removeFolder(folder: string): void {
  if (!existsSync(folder)) return;
  execFileSync('find', [folder, '-type', 'd', '!', '-perm', '-u=rwx', '-exec', 'chmod', 'u+rwx', '{}', '+']);
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Clones the repository and brings the uncommitted changes of the working tree along. The installed dependencies are
 * linked, not installed again, but for our own workspaces, which must be the clone's.
 */
export async function cloneWorkingTree(folder: string): Promise<string> {
  mkdirSync(dirname(folder), { recursive: true });
  const git = (...args: readonly string[]): string => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' });
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, folder]);
  const changed = git('ls-files', '-z', '--modified', '--deleted', '--others', '--exclude-standard');
  for (const file of new Set(changed.split('\0').filter((name) => name !== ''))) {
    if (existsSync(join(root, file))) await cp(join(root, file), join(folder, file));
    else rmSync(join(folder, file), { force: true });
  }
  installModules(folder);
  return folder;
}

function installModules(folder: string): void {
  // A repository below root's home can't be read by the ordinary user of some tests.
  const probe = asNobody(['test', '-r', join(root, 'node_modules/tsx/package.json')]);
  const mustCopy = process.getuid?.() === 0 && spawnSync(probe[0] ?? '', probe.slice(1)).status !== 0;
  // Some dependencies lie in the workspace that needs another version of them than the others.
  const nested = ['apps', 'packages'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  );
  for (const place of ['.', ...nested]) {
    const from = join(root, place, 'node_modules');
    const to = join(folder, place, 'node_modules');
    if (!existsSync(from) || !existsSync(join(folder, place))) continue;
    if (mustCopy) execFileSync('cp', ['-a', from, to]);
    else linkEntries(from, to);
  }
}

function linkEntries(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    // Links into the workspaces and programs are relative: copied, they lead into the clone.
    if (name === '@hyperferry' || name === '.bin') execFileSync('cp', ['-a', join(from, name), join(to, name)]);
    else if (!name.startsWith('.')) symlinkSync(join(from, name), join(to, name));
  }
}

function realpath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A link that leads nowhere stays one.
    return path;
  }
}

/** A PATH of one folder with all programs of the machine but the named ones. */
export function pathWithout(folder: string, ...programs: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  for (const place of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of existsSync(place) ? readdirSync(place) : []) {
      if (!programs.includes(name) && !existsSync(join(folder, name))) {
        rmSync(join(folder, name), { force: true });
        // To the program itself: the place that has only a link to it may be closed to an ordinary user.
        symlinkSync(realpath(join(place, name)), join(folder, name));
      }
    }
  }
  return folder;
}

/** Gives a new cache the engine of this machine's cache, so that it isn't fetched again. */
export function bringEngine(cacheHome: string): void {
  const from = engineCacheDir(process.env);
  const to = engineCacheDir({ XDG_CACHE_HOME: cacheHome });
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'ignore' });
  } catch {
    // Another file system: no links from there.
    removeFolder(to);
    execFileSync('cp', ['-a', from, to]);
  }
}

/** How a program ended, and what it said. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** Runs a program with the environment of the tests, less what points at an engine, a Redis or a cache, plus `env`. */
export function run(
  command: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Promise<Ended> {
  const startedAt = performance.now();
  const [program = '', ...args] = command;
  // A newcomer's shell has none of ours, and nothing of the npm that runs these tests.
  const foreign = /^(?:npm_|hyperferry_|hyperd_path|redis_url|xdg_)/i;
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...kept, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr, durationMs: performance.now() - startedAt }));
  });
}

/** What a newcomer types to set up; `npm test` and `npm run demo` begin with it. */
export const setUp = ['npm', 'run', '--silent', 'setup'];

/** The command as an ordinary user, without any of root's rights. */
export function asNobody(command: readonly string[]): string[] {
  return ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', ...command];
}
