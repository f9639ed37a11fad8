import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { isAlive } from '@hyperferry/schema/process-alive';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { freeze } from '../testing.ts';
import { HyperEngine } from './hyper-engine.ts';
import { HyperProcess } from './hyper-process.ts';

const env = process.env;
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hf-test-process-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function until(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !condition() && Date.now() < end;) await delay(20);
  expect(condition()).toBe(true);
}

/** What a process has open, by its names. */
async function openFiles(pid: number): Promise<string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  return await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
}

describe('an engine process', () => {
  it('listens only on a socket in a private folder, and leaves nothing when it is closed', async () => {
    const engine = await HyperProcess.start({ env });
    expect((await stat(engine.socketDir)).mode & 0o777).toBe(0o700);
    expect((await readdir(engine.socketDir)).filter((name) => name.startsWith('.s.PGSQL.'))).not.toEqual([]);
    await engine.close();
    expect(await engine.exited).toMatchObject({ exitCode: 0, signal: null });
    expect(existsSync(engine.socketDir)).toBe(false);
    expect(isAlive(engine.pid)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('opens no TCP port', async () => {
    await using engine = await HyperProcess.start({ env });
    const listening = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/${engine.pid}/net/${name}`, 'utf8')),
    );
    const inodes = listening
      .flatMap((table) => table.trim().split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/)[9]);
    const own = await openFiles(engine.pid);
    expect(own.filter((name) => name.startsWith('socket:'))).not.toEqual([]);
    expect(own.filter((name) => inodes.includes(/^socket:\[(\d+)\]$/.exec(name)?.[1]))).toEqual([]);
  });

  it('is found by the environment of this process when none is given', async () => {
    vi.stubEnv('HYPERD_PATH', join(dir, 'no-hyperd'));
    try {
      await expect(HyperProcess.start()).rejects.toMatchObject({ code: 'HYPER_ENGINE_MISSING' });
      await expect(HyperEngine.start()).rejects.toThrow(/HYPERD_PATH/);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('writes a log only into the folder that it was given, which it creates', async () => {
    const logDir = join(dir, 'logs', 'of the engine');
    await using engine = await HyperProcess.start({ env, logDir });
    await using connection = await engine.connect();
    await connection.query("SELECT 'this is logged'");
    const [name = ''] = await readdir(logDir);
    expect(await readFile(join(logDir, name), 'utf8')).toContain('this is logged');
    await using quiet = await HyperProcess.start({ env });
    expect((await readdir(quiet.socketDir)).filter((entry) => entry.includes('log'))).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('puts what does not fit into memory into its folder', async () => {
    const tempDir = join(dir, 'spilled');
    await using engine = await HyperProcess.start({ env, tempDir });
    await using connection = await engine.connect();
    await connection.execute('CREATE TEMP TABLE t AS SELECT md5(a::text) AS b FROM generate_series(1, 100000) AS s(a)');
    expect((await openFiles(engine.pid)).filter((name) => name.startsWith(tempDir))).not.toEqual([]);
  });

  it('does not see the environment of this process', async () => {
    const path = join(dir, 'hyperd.sh');
    await writeFile(path, '#!/bin/sh\nenv >&2\nexit 3\n');
    await chmod(path, 0o755);
    const failure = HyperProcess.start({ hyperdPath: path });
    await expect(failure).rejects.toMatchObject({ code: 'HYPER_START_FAILED' });
    const { message } = (await failure.catch((thrown: unknown) => thrown)) as Error;
    const names = [...message.matchAll(/^(?:.*: )?([A-Z_]+)=/gm)].map((match) => match[1] ?? '');
    expect(
      names.filter((name) => !['HOME', 'TMPDIR', 'TZ', 'LC_ALL', 'PWD', 'OLDPWD', '_', 'SHLVL'].includes(name)),
    ).toEqual([]);
  });

  it('that ends at its start says what it said', async () => {
    const failure = HyperProcess.start({ env, databaseVersion: 4711 });
    await expect(failure).rejects.toMatchObject({ code: 'HYPER_START_FAILED' });
    await expect(failure).rejects.toThrow(/4711|version/i);
  });

  it.each([
    { threads: 0 },
    { threads: -1 },
    { threads: Number.NaN },
    { threads: 1.5 },
    { memoryLimit: 0 },
    { memoryLimit: -5 },
    { memoryLimit: Number.NaN },
    { memoryLimit: '0%' },
    { memoryLimit: 'much' },
  ])('is not started with an option that cannot be meant: %o', async (options) => {
    await expect(HyperProcess.start({ env, ...options })).rejects.toMatchObject({ code: 'HYPER_OPTION_INVALID' });
  });

  it.skipIf(process.platform !== 'linux').each(['tempDir', 'logDir'])(
    'is not started where the folder for %s cannot be made',
    async (option) => {
      await expect(HyperProcess.start({ env, [option]: '/proc/x/y' })).rejects.toMatchObject({
        code: 'HYPER_START_FAILED',
      });
    },
  );

  it('refuses a create mode that there is none of, and sessions after its end', async () => {
    const engine = await HyperProcess.start({ env });
    const database = join(dir, 'mode.hyper');
    for (const createMode of ['CREATE_AND_REPLACE', undefined])
      await expect(engine.connect({ database, createMode: createMode as never })).rejects.toMatchObject({
        code: 'HYPER_OPTION_INVALID',
      });
    await engine.close();
    await expect(engine.connect()).rejects.toMatchObject({ code: 'HYPER_CONNECTION_CLOSED', context: 'connect' });
  });

  it('that cannot be run, or never calls, is reported and ended', async () => {
    await expect(HyperProcess.start({ hyperdPath: join(dir, 'nothing') })).rejects.toMatchObject({
      code: 'HYPER_START_FAILED',
    });
    const silent = join(dir, 'silent.sh');
    await writeFile(silent, '#!/bin/sh\nexec sleep 60\n');
    await chmod(silent, 0o755);
    await expect(HyperProcess.start({ hyperdPath: silent, startTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'HYPER_START_TIMEOUT',
    });
    await expect(HyperProcess.start({ hyperdPath: silent, signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
      code: 'HYPER_CANCELLED',
    });
  });

  it('starts where the temporary folder has a path too long for sockets', async () => {
    const long = join(dir, 'x'.repeat(150));
    await mkdir(long);
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = long;
    try {
      await using engine = await HyperProcess.start({ env });
      expect(engine.socketDir).toMatch(/^\/tmp\/hf-engine-/);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('fails the statements that it was running when it is killed, and says by what', async () => {
    const engine = await HyperProcess.start({ env });
    const connection = await engine.connect();
    const failure = connection.query(
      'SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 1000) b',
    );
    await delay(100);
    process.kill(engine.pid, 'SIGKILL');
    await expect(failure).rejects.toMatchObject({
      code: 'HYPER_ENGINE_DIED',
      details: { signal: 'SIGKILL' },
      retryable: true,
    });
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'HYPER_ENGINE_DIED' });
    await connection.close();
    await until(() => !existsSync(engine.socketDir));
  });

  it('reads only the folders that it was allowed to', async () => {
    await writeFile(join(dir, 'a.csv'), '1\n');
    await mkdir(join(dir, 'inside'));
    await writeFile(join(dir, 'inside', 'b.csv'), '1\n');
    await using engine = await HyperProcess.start({ env, fileWhitelist: [join(dir, 'inside')] });
    await using connection = await engine.connect();
    const count = async (path: string) =>
      await connection.scalar(
        `SELECT count(*) FROM external('${path}', columns => descriptor("a" int), format => 'csv')`,
      );
    expect(await count(join(dir, 'inside', 'b.csv'))).toBe(1n);
    await expect(count(join(dir, 'a.csv'))).rejects.toMatchObject({ code: 'HYPER_FILE_REFUSED' });
    await expect(count('/etc/passwd')).rejects.toMatchObject({ code: 'HYPER_FILE_REFUSED' });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends when its parent ends by %s', async (signal) => {
    const child = spawn(
      process.execPath,
      ['--conditions=hyperferry-source', '--import', 'tsx', join(import.meta.dirname, 'parent.test-program.ts')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const pid = Number(String(line));
    expect(isAlive(pid)).toBe(true);
    child.kill(signal);
    await until(() => !isAlive(pid));
  });
});

describe('a session', () => {
  it('that is being opened is given up by its signal, whatever the engine does', async () => {
    await using engine = await HyperProcess.start({ env });
    await freeze(engine.pid);
    try {
      const startedAt = performance.now();
      const opening = engine.connect({ database: join(dir, 'x.hyper'), signal: AbortSignal.timeout(100) });
      await expect(opening).rejects.toMatchObject({ code: 'HYPER_CANCELLED' });
      expect(performance.now() - startedAt).toBeLessThan(3000);
    } finally {
      process.kill(engine.pid, 'SIGCONT');
    }
    await using connection = await engine.connect();
    expect(await connection.scalar('SELECT 1')).toBe(1);
  });
});

describe('a supervised engine', () => {
  it('is started again when it died', async () => {
    await using engine = await HyperEngine.start({ env });
    const pid = await engine.pid();
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid));
    await using connection = await engine.connect();
    expect(await connection.scalar('SELECT 1')).toBe(1);
    expect(engine.restartCount).toBe(1);
  });

  it('is left alone when our own process has no file descriptor left for another session', async () => {
    const program = join(import.meta.dirname, 'crowded.test-program.ts');
    const node = [process.execPath, '--conditions=hyperferry-source', '--import', 'tsx', program];
    const child = spawn('bash', ['-c', 'ulimit -n 200; exec "$@"', 'bash', ...node], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(JSON.parse(String(line))).toEqual({ connected: 'HYPER_ENGINE_DIED', restarts: 0, isSame: true, one: 1 });
  });

  it('is started again when its socket is gone, which nobody would find again', async () => {
    vi.stubEnv('TMPDIR', dir);
    await using engine = await HyperEngine.start({ env, pingIntervalMs: 50 });
    vi.unstubAllEnvs();
    const pid = await engine.pid();
    const [socketDir = ''] = await readdir(dir);
    await rm(join(dir, socketDir, '.s.PGSQL.7483'));
    await until(() => !isAlive(pid));
    await using connection = await engine.connect();
    expect(await connection.scalar('SELECT 1')).toBe(1);
  });

  it('is killed and started again when it hangs; what hung fails', async () => {
    await using engine = await HyperEngine.start({ env, pingIntervalMs: 50, pingDeadlineMs: 500 });
    const pid = await engine.pid();
    const connection = await engine.connect();
    await freeze(pid);
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'HYPER_ENGINE_DIED' });
    await using next = await engine.connect();
    expect(await next.scalar('SELECT 2')).toBe(2);
    expect(await engine.pid()).not.toBe(pid);
  });

  it('is not killed because it has much to do', async () => {
    await using engine = await HyperEngine.start({ env, pingIntervalMs: 20, pingDeadlineMs: 1000 });
    await using connection = await engine.connect();
    await connection.query('SELECT count(*) FROM generate_series(1, 20000000) a WHERE a.a % 7 = 1');
    expect(engine.restartCount).toBe(0);
  });

  it('is not killed while queries wait for a thread', async () => {
    await using engine = await HyperEngine.start({ env, threads: 1, pingIntervalMs: 20, pingDeadlineMs: 1000 });
    const pid = await engine.pid();
    const sql = 'SELECT sum(a * b) FROM generate_series(1, 3000) s(a), generate_series(1, 30000) t(b)';
    const queries = Array.from({ length: 6 }, async () => {
      await using connection = await engine.connect();
      return await connection.scalar(sql);
    });
    await Promise.all(queries);
    expect({ restarts: engine.restartCount, pid: await engine.pid() }).toEqual({ restarts: 0, pid });
  });

  it('is killed as well when it hangs before anybody has asked it', async () => {
    await using engine = await HyperEngine.start({ env, pingIntervalMs: 300, pingDeadlineMs: 500 });
    await freeze(await engine.pid());
    // Waits for the old engine until that is killed, then gets the new one.
    await using connection = await engine.connect();
    expect(await connection.scalar('SELECT 1')).toBe(1);
    expect(engine.restartCount).toBe(1);
  });
});
