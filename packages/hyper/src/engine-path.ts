import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

// Nothing else on purpose: set-up imports this file and must not pay for pg and zod.
import { HyperException } from './errors.ts';

/** Version of the engine package that this product is built and tested with. */
export const HYPERD_PACKAGE_VERSION = '0.7.3';

/** The npm package that carries the engine, for each platform. */
export const hyperdPackages = {
  'linux-x64-gnu': 'hyperdb-mcp-linux-x64-gnu',
  'darwin-arm64': 'hyperdb-mcp-darwin-arm64',
  'win32-x64-msvc': 'hyperdb-mcp-win32-x64-msvc',
} as const;

/** A platform that an engine package exists for. */
export type HyperdPlatform = keyof typeof hyperdPackages;

const glibcLoader = '/lib64/ld-linux-x86-64.so.2';

/**
 * The platform of this machine, by the names of the engine's packages. Native Windows counts as unsupported, because
 * the engine is only ever reached over private Unix sockets: WSL2 is the way there.
 * @throws {HyperException} HYPER_PLATFORM_UNSUPPORTED
 */
export function hyperdPlatform(
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): Exclude<HyperdPlatform, 'win32-x64-msvc'> {
  // A Linux without glibc's loader (Alpine) can't start the binary, whatever the architecture.
  if (platform === 'linux' && arch === 'x64' && existsSync(glibcLoader)) return 'linux-x64-gnu';
  if (platform === 'darwin' && arch === 'arm64') return 'darwin-arm64';
  const libc = platform === 'linux' && arch === 'x64' ? ' without glibc' : '';
  throw new HyperException('HYPER_PLATFORM_UNSUPPORTED', `there is no Hyper engine for ${platform}-${arch}${libc}`, {
    details: { platform, arch },
  });
}

/** Name of the engine package for a platform; default: this machine's. @throws {HyperException} HYPER_PLATFORM_UNSUPPORTED */
export function hyperdPackageName(platform: HyperdPlatform = hyperdPlatform()): string {
  return hyperdPackages[platform];
}

/**
 * Folder that set-up installs this machine's engine package into:
 * `$XDG_CACHE_HOME or ~/.cache` + `/hyperferry/engine/<package>@<version>`.
 * @throws {HyperException} HYPER_PLATFORM_UNSUPPORTED
 */
export function engineCacheDir(env: NodeJS.ProcessEnv): string {
  return join(cacheHome(env), 'hyperferry', 'engine', `${hyperdPackageName()}@${HYPERD_PACKAGE_VERSION}`);
}

/**
 * Path of the engine binary: HYPERD_PATH (the binary, or the folder that holds it) if set, else the one in `engineCacheDir`.
 * @throws {HyperException} HYPER_ENGINE_MISSING, HYPER_PLATFORM_UNSUPPORTED
 */
export function findHyperd(env: NodeJS.ProcessEnv): string {
  const given = env['HYPERD_PATH'];
  if (given !== undefined && given !== '') {
    const found = firstExecutable([given, join(given, 'hyperd')]);
    if (found !== undefined) return found;
    throw new HyperException('HYPER_ENGINE_MISSING', `HYPERD_PATH is ${given}, which is no executable file`, {
      details: { path: given },
    });
  }
  const packageDir = join(engineCacheDir(env), 'node_modules', hyperdPackageName());
  const found = firstExecutable([
    join(packageDir, 'hyperd'),
    join(packageDir, 'bin', 'hyperd'),
    join(packageDir, 'hyper', 'hyperd'),
  ]);
  if (found !== undefined) return found;
  throw new HyperException('HYPER_ENGINE_MISSING', `the Hyper engine is not installed in ${packageDir}`, {
    details: { path: packageDir },
  });
}

/** Is the engine there? @throws {HyperException} HYPER_PLATFORM_UNSUPPORTED; HYPER_ENGINE_MISSING if HYPERD_PATH is wrong */
export function hasEngine(env: NodeJS.ProcessEnv): boolean {
  try {
    findHyperd(env);
    return true;
  } catch (error) {
    if ((env['HYPERD_PATH'] ?? '') === '' && (error as { code?: unknown }).code === 'HYPER_ENGINE_MISSING')
      return false;
    throw error;
  }
}

// The XDG specification: a relative value is to be ignored.
function cacheHome(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  const home = env['HOME'];
  return join(home === undefined || home === '' ? homedir() : home, '.cache');
}

function firstExecutable(paths: readonly string[]): string | undefined {
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}
