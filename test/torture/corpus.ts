import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** The folder with corpora or tools that is not part of the project; undefined where there is none. */
export function sharedFolder(name: 'corpora' | 'tools'): string | undefined {
  const given = process.env[`HYPERFERRY_${name.toUpperCase()}`];
  return [given, join(root, '..', 'shared', name)].find((folder) => folder !== undefined && existsSync(folder));
}

/** A corpus, unpacked into the cache once; undefined where it is absent. */
export function unpackedCorpus(name: string): string | undefined {
  const corpora = sharedFolder('corpora');
  if (corpora === undefined || !existsSync(join(corpora, `${name}.tar.zst`))) return undefined;
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'hyperferry', 'corpora');
  const folder = join(cache, name);
  if (!existsSync(folder)) {
    const part = `${folder}.part-${process.pid}`;
    mkdirSync(part, { recursive: true });
    execFileSync('tar', ['--zstd', '-xf', join(corpora, `${name}.tar.zst`), '-C', part]);
    try {
      renameSync(part, folder);
    } catch {
      rmSync(part, { recursive: true, force: true });
    }
  }
  return folder;
}

/** A Python with packages, in a virtual environment of the cache. */
export function pythonWith(packages: readonly string[]): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'hyperferry', 'torture-python');
  const python = join(folder, 'bin', 'python');
  if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  if (packages.length > 0)
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], {
      stdio: 'inherit',
    });
  return python;
}
