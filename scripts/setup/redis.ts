import { dirname } from 'node:path';

import { lastLines, runCommand, SetupError, withInstallLock } from '@hyperferry/hyper/install';
import { cachedRedisServer, findRedisServer } from '@hyperferry/queue/redis-path';

import { hasProgram, installDebianRedis } from './debian-redis.ts';
import { hasRedis } from './redis-present.ts';

/**
 * Fetches a redis-server without installing any service: from Debian's or Ubuntu's own archive into the cache, with
 * Homebrew on macOS.
 * @throws {SetupError} QUEUE_REDIS_MISSING where neither exists; SETUP_DOWNLOAD_FAILED, SETUP_CACHE_NOT_WRITABLE, DISK_FULL
 */
export async function installRedis(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const folder = dirname(cachedRedisServer(env));
  const command = howToInstall(env);
  if (command !== undefined)
    throw new SetupError('QUEUE_REDIS_MISSING', `no redis-server found; install it: ${command}`);
  await withInstallLock(
    dirname(folder),
    () => say('another set-up is fetching redis-server: waiting for it'),
    async () => {
      if (hasRedis(env)) return;
      if (process.platform === 'darwin') await brewRedis(env, say);
      else {
        say(`fetching redis-server from the archive of this system (apt-get download) into ${folder}`);
        await installDebianRedis(folder, () => hasRedis(env), env);
      }
    },
  );
  findRedisServer(env);
}

async function brewRedis(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  say('installing redis with Homebrew (brew install redis; no service is started)');
  const result = await runCommand('brew', ['install', 'redis'], { env: { ...env, HOMEBREW_NO_AUTO_UPDATE: '1' } });
  if (result.status !== 0) {
    throw new SetupError('SETUP_DOWNLOAD_FAILED', `brew install redis failed: ${lastLines(result.stderr)}`);
  }
}

/** The command to type where set-up can't fetch a server itself; undefined where it can. */
function howToInstall(env: NodeJS.ProcessEnv): string | undefined {
  if (process.platform === 'darwin')
    return hasProgram('brew', env) ? undefined : 'see https://brew.sh, then: brew install redis';
  if (hasProgram('apt-get', env) && hasProgram('dpkg-deb', env)) return undefined;
  if (hasProgram('dnf', env)) return 'sudo dnf install redis (or valkey)';
  if (hasProgram('yum', env)) return 'sudo yum install redis';
  if (hasProgram('zypper', env)) return 'sudo zypper install redis';
  if (hasProgram('pacman', env)) return 'sudo pacman -S valkey';
  return 'put a redis-server or valkey-server (7 or newer) on PATH';
}
