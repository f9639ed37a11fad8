import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import {
  cacheWriteError,
  type CommandResult,
  installFolder,
  lastLines,
  runCommand,
  SetupError,
} from '@hyperferry/hyper/install';

/** Is a program of this name on PATH? */
export function hasProgram(name: string, env: NodeJS.ProcessEnv): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return dir !== '';
    } catch {
      return false;
    }
  });
}

/**
 * Fetches redis-server from the archive of a Debian or Ubuntu into `folder`, as any user and without touching the
 * system: apt-get downloads and verifies with state folders of its own, dpkg-deb unpacks. `folder/redis-server` is a
 * script that starts the program with the libraries that came with it.
 * @throws {SetupError} SETUP_DOWNLOAD_FAILED, SETUP_CACHE_NOT_WRITABLE, DISK_FULL
 */
export async function installDebianRedis(
  folder: string,
  isComplete: () => boolean,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await installFolder(folder, isComplete, async (temporary) => {
    const apt = await openPrivateApt(join(temporary, 'apt'), env);
    await unpackWithDependencies('redis-tools', apt, join(temporary, 'root'), env);
    await rm(apt.folder, { recursive: true });
    await writeStarter(temporary);
    const result = await runCommand(join(temporary, 'redis-server'), ['--version'], { env });
    if (result.status !== 0 || !result.stdout.includes('Redis server')) {
      throw failed('the fetched redis-server does not start', result);
    }
  });
}

/** Brought along even where they are installed: nothing else may need them, and then they are gone one day. */
const rareLibraries = /^lib(?:jemalloc|lzf|atomic|hiredis|lua)/;

interface PrivateApt {
  readonly folder: string;
  readonly options: readonly string[];
}

async function openPrivateApt(folder: string, env: NodeJS.ProcessEnv): Promise<PrivateApt> {
  const configuration = [
    `Dir::State "${folder}/state";`,
    `Dir::State::lists "${folder}/lists";`,
    'Dir::State::status "/var/lib/dpkg/status";',
    `Dir::Cache "${folder}/cache";`,
    // Containers turn these off to save space, which here only costs time.
    'Dir::Cache::pkgcache "pkgcache.bin";',
    'Dir::Cache::srcpkgcache "srcpkgcache.bin";',
    'Acquire::GzipIndexes "false";',
    // Downloads as ourselves: apt's own user can't enter our folders.
    'APT::Sandbox::User "root";',
    'Acquire::Retries "2";',
    'Acquire::Languages "none";',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";',
    // The system's hooks clean and feed the system's folders.
    ...['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success'].map(
      (name) => `#clear ${name};`,
    ),
  ];
  try {
    await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
    await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
    await mkdir(join(folder, 'state'), { recursive: true });
    await writeFile(join(folder, 'apt.conf'), `${configuration.join('\n')}\n`);
  } catch (error) {
    throw cacheWriteError(folder, error);
  }
  const options = ['-q', '-c', join(folder, 'apt.conf')];
  const result = await runCommand('apt-get', [...options, 'update'], { cwd: folder, env: plainEnvironment(env) });
  // A third party's archive may be broken: whether ours are there, the download will tell.
  if (result.status === null) throw failed('apt-get update did not run', result);
  return { folder, options };
}

async function unpackWithDependencies(
  first: string,
  apt: PrivateApt,
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const plain = plainEnvironment(env);
  const known = new Set([first]);
  let wanted = [first];
  while (wanted.length > 0) {
    const folder = await mkdtemp(join(apt.folder, 'deb-'));
    const download = await runCommand('apt-get', [...apt.options, 'download', ...wanted], { cwd: folder, env: plain });
    const files = (await readdir(folder)).filter((entry) => entry.endsWith('.deb'));
    if (download.status !== 0 || files.length < wanted.length) {
      throw failed(`apt-get could not download ${wanted.join(', ')}`, download);
    }
    const next: string[] = [];
    for (const file of files) {
      const unpack = await runCommand('dpkg-deb', ['-x', join(folder, file), root], { env: plain });
      if (unpack.status !== 0) throw failed(`dpkg-deb could not unpack ${file}`, unpack);
      const depends = await runCommand('dpkg-deb', ['-f', join(folder, file), 'Depends'], { env: plain });
      for (const library of libraryNames(depends.stdout)) {
        if (known.has(library)) continue;
        known.add(library);
        if (rareLibraries.test(library) || !(await isInstalled(library, plain))) next.push(library);
      }
    }
    wanted = next;
  }
}

/** The libraries of a Depends field, the first alternative of each clause: `adduser, liba (>= 1), libb | libc` are liba and libb. */
export function libraryNames(depends: string): string[] {
  return depends
    .split(',')
    .map((clause) => /^\s*(lib[a-z0-9+.-]+)/.exec(clause)?.[1])
    .filter((name) => name !== undefined);
}

async function isInstalled(name: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const result = await runCommand('dpkg-query', ['-W', '-f=${db:Status-Status}', name], { env });
  return result.status === 0 && result.stdout.includes('installed') && !result.stdout.includes('not-installed');
}

async function writeStarter(folder: string): Promise<void> {
  // Debian keeps the server program in redis-tools under the name of its checker; it acts by the name it is called.
  await rename(join(folder, 'root/usr/bin/redis-check-rdb'), join(folder, 'root/usr/bin/redis-server'));
  for (const tool of ['redis-check-rdb', 'redis-check-aof']) {
    await rm(join(folder, 'root/usr/bin', tool), { force: true });
    await symlink('redis-server', join(folder, 'root/usr/bin', tool));
  }
  const libraries = await readdir(join(folder, 'root/usr/lib')).catch(() => []);
  const path = libraries.filter((name) => name.includes('-linux-')).map((name) => `$here/usr/lib/${name}`);
  const script = [
    '#!/bin/sh',
    'here="${0%/*}/root"',
    `LD_LIBRARY_PATH="${[...path, '$here/usr/lib'].join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
    'export LD_LIBRARY_PATH',
    'exec "$here/usr/bin/redis-server" "$@"',
  ];
  await writeFile(join(folder, 'redis-server'), `${script.join('\n')}\n`);
  await chmod(join(folder, 'redis-server'), 0o755);
}

function plainEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // Complaints in one language.
  return { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
}

function failed(what: string, result: CommandResult): SetupError {
  const complaint = lastLines(result.stderr);
  if (/No space left|ENOSPC/.test(complaint)) return new SetupError('DISK_FULL', `${what}: ${complaint}`);
  return new SetupError('SETUP_DOWNLOAD_FAILED', `${what}: ${complaint}`);
}
