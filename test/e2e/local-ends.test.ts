import { spawn } from 'node:child_process';
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { hyperferry, printedError, run } from './command.ts';

// How the commands of this machine end when they don't end well: stopped, unheard, wrongly used.

const program = join(import.meta.dirname, '../../apps/producer/bin/hyperferry.js');
let folder: string;
let temp: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-ends-'));
  temp = join(folder, 'temp');
  await mkdir(temp);
  env = { ...process.env, TMPDIR: temp };
  const rows = Array.from({ length: 3_000_000 }, (_, row) => `${row},name ${row},${row / 4}`);
  await writeFile(join(folder, 'big.csv'), `id,name,amount\n${rows.join('\n')}\n`);
  await writeFile(join(folder, 'bad.csv'), `n,t\n${'1,x\n'.repeat(50)}2,x,y\n`);
  await writeFile(join(folder, 'good.csv'), 'n,t\n1,x\n2,y\n');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const local = (...args: string[]) => hyperferry(args, env, { cwd: folder });
const shell = (script: string) =>
  run('bash', ['-c', script.replaceAll('HF', `'${process.execPath}' '${program}'`)], env, { cwd: folder });

describe('a command that is stopped', () => {
  it.each([
    ['SIGINT', 'plan', ['big.csv'], 100],
    ['SIGTERM', 'plan', ['big.csv'], 1000],
    ['SIGHUP', 'extract', ['big.csv', '-o', 'stopped.hyper'], 0],
    ['SIGTERM', 'extract', ['big.csv', '-o', 'stopped.hyper'], 500],
    ['SIGINT', 'extract', ['big.csv', '-o', 'stopped.hyper'], 1000],
    ['SIGHUP', 'read', ['big.csv', '--out', 'stopped'], 0],
    ['SIGTERM', 'read', ['big.csv', '--out', 'stopped'], 300],
  ] as const)('by %s says so and leaves nothing: %s %j, after %d ms of work', async (signal, verb, args, afterMs) => {
    const child = spawn(process.execPath, [program, verb, ...args], {
      env,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const work = verb === 'read' ? join(folder, 'stopped') : temp;
    await vi.waitFor(async () => expect(await readdir(work)).not.toEqual([]), 10_000);
    await delay(afterMs);
    child.kill(signal);
    expect(await ended, stderr).toBe(10);
    expect(stderr).toContain(`HYPER_CANCELLED: stopped by ${signal}`);
    expect(await readdir(temp)).toEqual([]);
    const left = [...(await readdir(folder)), ...(await readdir(join(folder, 'stopped')).catch(() => []))];
    expect(left.filter((name) => /tmp-|part|stopped\.hyper/.test(name))).toEqual([]);
  });

  it('ends although its engine hangs, and kills that', async () => {
    const child = spawn(process.execPath, [program, 'extract', 'big.csv', '-o', 'hung.hyper'], {
      env,
      cwd: folder,
      stdio: 'ignore',
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const engine = await engineOf(child.pid!);
    await delay(300);
    process.kill(engine, 'SIGSTOP');
    const startedAt = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toBe(10);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(() => process.kill(engine, 0)).toThrow();
    expect(await readdir(temp)).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('hung'))).toEqual([]);
  });

  it('leaves nothing for ever when it is killed: the next one removes it', async () => {
    const child = spawn(process.execPath, [program, 'extract', 'big.csv', '-o', 'killed.hyper'], {
      env,
      cwd: folder,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await engineOf(child.pid!);
    child.kill('SIGKILL');
    await ended;
    expect(await readdir(temp)).not.toEqual([]);
    // A dead process' engine folder is only safe to remove after two seconds.
    await delay(2500);
    expect((await local('plan', 'good.csv')).code).toBe(0);
    expect(await readdir(temp)).toEqual([]);
  });
});

async function engineOf(pid: number): Promise<number> {
  for (;;) {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const [first] = children.trim().split(' ').filter(Boolean);
    if (first !== undefined) return Number(first);
    await delay(20);
  }
}

describe('standard output', () => {
  it.each([
    ['plan big.csv', 1],
    ['read big.csv', 1],
    ['read big.csv --json', 1],
    ['extract --help', 0],
  ])('closed by its reader ends %s without a word', async (command) => {
    const result = await shell(`HF ${command} | head -1; echo "\${PIPESTATUS[0]}"`);
    const lines = result.stdout.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(['0', '141']).toContain(lines[1]);
    expect(result.stderr).toBe('');
    expect(await readdir(temp)).toEqual([]);
  });

  it.each(['plan good.csv', 'read good.csv', 'read big.csv', 'extract good.csv -o full.hyper', 'spec-schema'])(
    'that is full is no defect: %s',
    async (command) => {
      const result = await shell(`HF ${command} --json > /dev/full`.replace('spec-schema --json', 'spec-schema'));
      expect(result.code).toBe(9);
      expect(result.stderr).toContain('DISK_FULL');
      expect(result.stderr.trim().split('\n').length).toBeLessThan(3);
    },
  );

  it('takes many files without a warning of Node', async () => {
    const result = await local('read', ...Array.from({ length: 15 }, () => 'good.csv'));
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe('n,t\r\n1,x\r\n2,y\r\n'.repeat(15));
  });
});

describe('outputs', () => {
  it.each([
    ['one.hyper', 'one.hyper'],
    ['one.hyper', './sub/../one.hyper'],
    ['one.hyper', 'here/one.hyper'],
    ['there.hyper', 'hard.hyper'],
    ['there.hyper', 'soft.hyper'],
    ['one.hyper', 'spec.yaml'],
  ])('that are one file are refused: -o %s --rejects %s', async (output, rejects) => {
    await mkdir(join(folder, 'sub'), { recursive: true });
    await writeFile(join(folder, 'spec.yaml'), 'ragged: reject\n');
    await symlink(folder, join(folder, 'here')).catch(() => undefined);
    await writeFile(join(folder, 'there.hyper'), 'precious');
    await link(join(folder, 'there.hyper'), join(folder, 'hard.hyper')).catch(() => undefined);
    await symlink('there.hyper', join(folder, 'soft.hyper')).catch(() => undefined);
    const result = await local(
      'extract',
      'bad.csv',
      '-o',
      output,
      '--rejects',
      rejects,
      '--spec',
      'spec.yaml',
      '--json',
    );
    expect(result.code).toBe(2);
    expect(printedError(result).code).toBe('USAGE_INVALID');
    expect(await readFile(join(folder, 'there.hyper'), 'utf8')).toBe('precious');
    expect(await readFile(join(folder, 'spec.yaml'), 'utf8')).toBe('ragged: reject\n');
    expect(await readdir(folder)).not.toContain('one.hyper');
  });

  it('of packed files have the names of what is in them', async () => {
    const packed = gzipSync('n,t\n1,x\n');
    await writeFile(join(folder, 'packed.csv.gz'), packed);
    await writeFile(join(folder, 'other.GZ'), packed);
    await mkdir(join(folder, 'again'));
    await writeFile(join(folder, 'again/packed.csv'), 'n,t\n1,x\n');
    const result = await local('read', 'packed.csv.gz', 'other.GZ', 'again/packed.csv', '--out', 'unpacked', '--json');
    expect((await readdir(join(folder, 'unpacked'))).sort()).toEqual(['other.csv', 'packed.csv']);
    expect(await readFile(join(folder, 'unpacked/packed.csv'), 'utf8')).toBe('n,t\r\n1,x\r\n');
    expect(printedError(result)).toMatchObject({ code: 'USAGE_INVALID', file: 'again/packed.csv' });
    await writeFile(join(folder, 'packed.csv'), 'precious');
    expect(printedError(await local('read', 'packed.csv.gz', '--out', '.', '--json')).code).toBe('USAGE_INVALID');
    expect(await readFile(join(folder, 'packed.csv'), 'utf8')).toBe('precious');
  });

  it('of rejected rows: one file beside each extract, in the folder that --rejects names', async () => {
    const result = await local('extract', 'bad.csv', 'good.csv', '--out', 'both', '--rejects', 'both', '--json');
    expect(result.code).toBe(0);
    expect((await readdir(join(folder, 'both'))).sort()).toEqual([
      'bad.csv.hyper',
      'bad.csv.rejects.csv',
      'good.csv.hyper',
    ]);
    expect(await readFile(join(folder, 'both/bad.csv.rejects.csv'), 'utf8')).toContain('3 cells instead of 2,2,x,y');
    await writeFile(join(folder, 'mended.csv'), 'n,t\n1,x\n');
    await mkdir(join(folder, 'mended'), { recursive: true });
    await writeFile(join(folder, 'mended/bad.csv'), 'n,t\n1,x\n');
    expect((await local('extract', 'mended/bad.csv', '--out', 'both', '--rejects', 'both')).code).toBe(0);
    expect((await readdir(join(folder, 'both'))).sort()).toEqual(['bad.csv.hyper', 'good.csv.hyper']);
    expect((await local('extract', 'bad.csv', '--out', 'both', '--rejects', 'r.csv')).code).toBe(2);
  });

  it('warn of rejected rows that are written nowhere', async () => {
    const one = await local('extract', 'bad.csv', '-o', 'bad.hyper', '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({
      rejected: 1,
      warnings: [expect.stringContaining('--rejects FILE')],
    });
    const many = await local('extract', 'bad.csv', 'good.csv', '--out', 'nowhere');
    expect(many.stdout).toContain('! 1 rejected row is written nowhere: --rejects FOLDER');
  });

  it('into folders that are not there say which', async () => {
    const output = printedError(await local('extract', 'good.csv', '-o', 'new/dir/x.hyper', '--json'));
    expect(output).toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
      message: expect.stringContaining('new/dir') as string,
    });
    const missing = { ...env, TMPDIR: join(folder, 'nowhere-at-all') };
    const scratch = await hyperferry(['extract', 'good.csv', '-o', 'x.hyper', '--json'], missing, { cwd: folder });
    expect(printedError(scratch)).toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
      message: expect.stringContaining('nowhere-at-all') as string,
    });
  });
});

it('read says its warnings with --json, too', async () => {
  await writeFile(join(folder, 'noted.csv'), '# by us\nid,city\n1,A\n2,B\n');
  const result = await local('read', 'noted.csv', 'good.csv', '--json');
  expect(
    result.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([{ file: 'noted.csv', warnings: [expect.stringContaining('comment')] }]);
});

describe('wrong use', () => {
  it.each([
    [['runs', '--queue', 'nope'], /unknown option '--queue'/],
    [['publish', 'good.csv', '--on-failure', 'maybe'], /Allowed choices are continue, hold/],
    [['extract', '--nonsense'], /unknown option '--nonsense'/],
    [['plan', 'good.csv', '--header-rows', 'x'], /not a count of rows/],
    [['show'], /missing required argument 'run'/],
    [['show', 'a', 'b'], /too many arguments/],
    [['exctract', 'good.csv'], /unknown command 'exctract'.*extract/],
    [['plan', 'good.csv', '--bad-values', 'v=skip'], /reject or null, not "skip"/],
    [['plan', 'good.csv', '--bad-values', 'v=null,v=reject'], /"v" stands twice/],
    [['plan', 'good.csv', '--types', 'v=text,v=date'], /"v" stands twice/],
    [['plan', 'good.csv', '--date-order', 'v=dmy,v=mdy'], /"v" stands twice/],
    [['plan', '-'], /standard input/],
    [['read', '/dev/stdin'], /standard input/],
    [['publish', 'good.csv', '--project', 'P', '--name', 'N', '--key', '../../x'], /1 to 64 letters, digits, - and _/],
    [['publish', 'good.csv', '--project', 'P', '--name', 'N', '--key', 'k'.repeat(300)], /1 to 64/],
  ])('is one JSON object: %j', async (args, message) => {
    const result = await local(...args, '--json');
    expect(result.code).toBe(2);
    expect(result.stdout).toBe('');
    expect(JSON.parse(result.stderr)).toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringMatching(message) as string,
      retryable: false,
    });
  });

  it('is a line with its code without --json', async () => {
    expect((await local('runs', '--queue', 'nope')).stderr).toMatch(
      /^hyperferry: USAGE_INVALID: unknown option '--queue'/,
    );
    expect((await local('--help')).stdout).toContain('Usage: hyperferry');
    expect((await local()).stderr).toContain('Usage: hyperferry');
  });
});
