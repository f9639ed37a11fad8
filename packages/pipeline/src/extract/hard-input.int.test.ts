import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, renameSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { HyperProcess, TableName } from '@hyperferry/hyper';
import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import { parse } from '../parse/parse.ts';
import { extract } from './extract.ts';
import { extractFile } from './extract-file.ts';

// Input and circumstances at the limits of engine, disk and patience. See bad-input.int.test.ts for the milder ones.

const canMount = process.platform === 'linux' && process.getuid?.() === 0;
const table = TableName('Extract', 'Extract');

let test: TestHyper;
let dirs = 0;

beforeAll(async () => {
  test = await startTestHyper();
});

afterAll(async () => {
  await test.close();
});

interface PrepareOptions {
  readonly engine?: EngineContext['engine'];
  /** Called once, when something of the file has been read. */
  readonly onReading?: (path: string) => void;
}

async function prepare(content: string | Buffer, { engine = test.hyper, onReading }: PrepareOptions = {}) {
  dirs += 1;
  const dir = join(test.dir, `hard ${dirs}`);
  const outDir = join(dir, 'out');
  const scratchDir = join(dir, 'scratch');
  await mkdir(outDir, { recursive: true });
  await mkdir(scratchDir);
  const path = join(dir, 'in.csv');
  await writeFile(path, content);
  let onEmit = onReading;
  const emit = (): void => {
    onEmit?.(path);
    onEmit = undefined;
  };
  const signal = new AbortController().signal;
  const context: EngineContext = { engine, runId: 'test', logger: silentLogger, signal, scratchDir, emit };
  const input = {
    file: await checkSourceFile(path),
    outPath: join(outDir, 'out.hyper'),
    rejectsPath: join(outDir, 'rejects.csv'),
    spec: { types: {}, allowEmpty: false },
  };
  return { input, context, outDir, scratchDir };
}

const rows = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index},name ${index},2020-01-02\n`).join('');

/** Longest text and number of rows of an extract. */
async function lengths(path: string): Promise<readonly unknown[]> {
  await using connection = await test.hyper.connect({ database: path });
  const { rows: found } = await connection.query(`SELECT max(octet_length(t)), count(*) FROM ${table}`);
  return found.flat().map(Number);
}

/** A small file system of its own over a folder. */
async function onSmallDisk(folder: string, size: string, work: () => Promise<void>): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  try {
    await work();
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
}

/** A record of that many bytes. */
const longRecord = (bytes: number, start = '1,', end = ',2020-01-01'): string =>
  start + 'x'.repeat(bytes - start.length - end.length) + end;
const reported = 'Report of the year\n\n';

describe('a record of 16 MB', () => {
  const cases: [string, (record: (start?: string, end?: string) => string) => string | Buffer, number][] = [
    ['in the first row', (record) => `id,t,d\n${record()}\n`, 2],
    ['in quotes', (record) => `id,t,d\n${record('1,"', '",2020-01-01')}\r\n`, 2],
    ['far down', (record) => `id,t,d\n${rows(50_000)}${record()}\n${rows(5)}`, 50_002],
    ['at the end', (record) => `id,t,d\n${rows(50_000)}${record()}`, 50_002],
    ['beside a row that is set aside', (record) => `id,t,d\n${rows(50_000)}q,b,2020-01-02\n${record()}\n`, 50_003],
    ['beside a ragged row', (record) => `id,t,d\n${rows(50_000)}5\n${record()}\n`, 50_003],
    ['below a preamble', (record) => `${reported}id,t,d\n${rows(50_000)}${record()}\n`, 50_004],
    ['in UTF-16', (record) => Buffer.from(`\uFEFFid,t,d\n${rows(9)}${record()}\n`, 'utf16le'), 11],
  ];

  it.each(cases)('is loaded, in one stage and in two: %s', async (_, content) => {
    const { input, context } = await prepare(content((start, end) => longRecord(16_000_000, start, end)));
    const extracted = await extractFile(input, context);
    expect(extracted.rows.loaded + extracted.rows.rejected).toBe(extracted.rows.read);
    const [longest] = await lengths(input.outPath);
    expect(longest).toBeGreaterThan(15_999_980);
    const profile = await parse(input, context);
    expect((await extract({ ...input, profile }, context)).rows).toEqual(extracted.rows);
    expect((await lengths(input.outPath))[0]).toBe(longest);
  });

  it.each(cases)('and one byte more is refused with its line, and nothing is left: %s', async (_, content, line) => {
    const { input, context, outDir } = await prepare(content((start, end) => longRecord(16_000_001, start, end)));
    await writeFile(input.outPath, 'the old extract');
    const refused = expect.objectContaining({
      code: 'CSV_RECORD_TOO_LONG',
      message: `line ${line} of "in.csv": a record is longer than 16 MB`,
    }) as unknown;
    await expect(extractFile(input, context)).rejects.toEqual(refused);
    await expect(parse(input, context)).rejects.toEqual(refused);
    expect(await readFile(input.outPath, 'utf8')).toBe('the old extract');
    expect(await readdir(outDir)).toEqual(['out.hyper']);
  });

  it('and more, in lines within quotes, is taken for a quote that was opened by mistake: its lines are set aside', async () => {
    const note = `"${`${'line '.repeat(4000)}\n`.repeat(850)}"`;
    const { input, context } = await prepare(`id,t,d\n${rows(50_000)}1,${note},2020-01-01\n${rows(5)}`);
    const { rows: found } = await extractFile(input, context);
    expect(found).toEqual({ read: 50_856, loaded: 50_005, rejected: 851, filtered: 0 });
    const profile = await parse(input, context);
    expect((await extract({ ...input, profile }, context)).rows).toEqual(found);
  });

  it('is refused when it is the first one and does not end within the first MiB', async () => {
    const { input, context } = await prepare(`id,${'t'.repeat(1 << 20)}\n1,x\n`);
    await expect(extractFile(input, context)).rejects.toMatchObject({ code: 'CSV_RECORD_TOO_LONG' });
  });
});

it('a record without an end takes little memory on our side and the engine none', async () => {
  const { input, context } = await prepare(`id,t,d\n${rows(50_000)}1,${'x'.repeat(120_000_000)}`);
  const before = process.memoryUsage().rss;
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  try {
    const refused = expect.objectContaining({ code: 'CSV_RECORD_TOO_LONG', details: { line: 50_002 } }) as unknown;
    await expect(extractFile(input, context)).rejects.toEqual(refused);
    await expect(parse(input, context)).rejects.toEqual(refused);
  } finally {
    clearInterval(timer);
  }
  expect(most - before).toBeLessThan(200e6);
});

it('a number of a million digits far down in a column of numbers is set aside', async () => {
  const numbers = rows(50_000).replaceAll('name ', '');
  const { input, context } = await prepare(`id,t,d\n${numbers}1,${'7'.repeat(1_000_000)},2020-01-01\n`);
  const extracted = await extractFile(input, context);
  expect(extracted.rows).toEqual({ read: 50_001, loaded: 50_000, rejected: 1, filtered: 0 });
  expect(await readFile(input.rejectsPath, 'utf8')).toContain('\n50002,50001,t,7777');
});

it('a load over the memory limit fails with its code; the old extract stays and the engine goes on', async () => {
  await using engine = await HyperProcess.start({ env: process.env, memoryLimit: 30 * 2 ** 20 });
  const large = `1,${'x'.repeat(8_000_000)},2020-01-01\n`.repeat(6);
  const { input, context, outDir } = await prepare(`id,t,d\n${rows(50_000)}${large}`, { engine });
  await writeFile(input.outPath, 'the old extract');
  await expect(extractFile(input, context)).rejects.toMatchObject({ code: 'HYPER_MEMORY_EXCEEDED', exit: 9 });
  expect(await readFile(input.outPath, 'utf8')).toBe('the old extract');
  expect(await readdir(outDir)).toEqual(['out.hyper']);
  const next = await prepare(`id,t,d\n${rows(50_000)}`, { engine });
  expect((await extractFile(next.input, next.context)).rows.loaded).toBe(50_000);
});

/** Another file takes the name: of the same size and time, so that only the engine or only we may have opened it. */
function replaceByTwin(path: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(`${path}.twin`, readFileSync(path));
  utimesSync(`${path}.twin`, atime, mtime);
  renameSync(`${path}.twin`, path);
}

describe('a file that changes while it is read', () => {
  const clean = `id,t,d\n${rows(400_000)}`;
  const dirty = clean.replace('\n0,', '\nx,');
  const wide = Buffer.from(`\uFEFFid,t,d\n${rows(50_000)}`, 'utf16le');
  it.each([
    ['grows', clean, (path: string) => appendFileSync(path, '5,x,2020-01-01\n')],
    ['is cut inside of a row', clean, (path: string) => truncateSync(path, 3_000_000)],
    ['is cut between rows', clean, (path: string) => truncateSync(path, clean.indexOf('\n', 3_000_000) + 1)],
    ['grows, with bad rows', dirty, (path: string) => appendFileSync(path, '5,x,2020-01-01\n')],
    ['is cut, with bad rows', dirty, (path: string) => truncateSync(path, 3_000_000)],
    ['grows, in UTF-16', wide, (path: string) => appendFileSync(path, Buffer.from('5,x,2020-01-01\n', 'utf16le'))],
    ['is cut, in UTF-16', wide, (path: string) => truncateSync(path, 500_000)],
    ['gives its name to a twin', clean, replaceByTwin],
    ['gives its name to a twin, with bad rows', dirty, replaceByTwin],
    ['gives its name to a twin, in UTF-16', wide, replaceByTwin],
    ['gives its name to a twin, after a preamble', `Report\n\n${clean}`, replaceByTwin],
    ['gives its name to a twin, with too many bad rows to guess', clean.replaceAll('7,name', 'q,name'), replaceByTwin],
  ])('is not loaded: it %s', async (_, content, onReading) => {
    const { input, context, outDir } = await prepare(content, { onReading });
    await writeFile(input.outPath, 'the old extract');
    await expect(extractFile(input, context)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    expect(await readFile(input.outPath, 'utf8')).toBe('the old extract');
    expect(await readdir(outDir)).toEqual(['out.hyper']);
  });
});

describe('the old extract', () => {
  it('may be in use by another engine: it is replaced, and who has it open keeps it', async () => {
    const old = await prepare('id,t\n1,old\n');
    await extractFile(old.input, old.context);
    await using other = await HyperProcess.start({ env: process.env });
    await using reader = await other.connect({ database: old.input.outPath });
    const { input, context, outDir } = await prepare('id,t\n1,new\n2,new\n');
    await extractFile({ ...input, outPath: old.input.outPath }, context);
    expect(await reader.scalar(`SELECT max(t) FROM ${table}`)).toBe('old');
    expect(await lengths(old.input.outPath)).toEqual([3, 2]);
    expect(await readdir(outDir)).toEqual([]);
  });

  it.each(['', 'not a database', 'x'.repeat(100_000)])('may be broken: it is replaced', async (content) => {
    const { input, context } = await prepare('id,t\n1,new\n2,new\n');
    await writeFile(input.outPath, content);
    await extractFile(input, context);
    expect(await lengths(input.outPath)).toEqual([3, 2]);
  });
});

describe.skipIf(!canMount)('a full disk', () => {
  it('under the scratch folder is told, when a file must be copied first', async () => {
    const { input, context, outDir, scratchDir } = await prepare(`${reported}id,t,d\n${rows(50_000)}`);
    await onSmallDisk(scratchDir, '256k', async () => {
      const failure = expect(extractFile(input, context)).rejects;
      await failure.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining(scratchDir) as string });
    });
    expect(await readdir(outDir)).toEqual([]);
  });

  it.each([
    ['', ''],
    [' of a file with a preamble', 'Report of the year\n\n'],
    [' of a small file', 'small'],
  ])('under the rejects%s is told, and no extract is left without them', async (_, start) => {
    const ragged = '1,too few\n'.repeat(5000);
    const isSmall = start === 'small';
    const { input, context, outDir, scratchDir } = await prepare(
      `${isSmall ? '' : start}id,t,d\n${rows(isSmall ? 5000 : 50_000)}${ragged}`,
    );
    const small = join(scratchDir, 'small');
    await mkdir(small);
    await onSmallDisk(small, '64k', async () => {
      const rejectsPath = join(small, 'rejects.csv');
      const failure = expect(extractFile({ ...input, rejectsPath }, context)).rejects;
      await failure.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining(rejectsPath) as string });
      expect(await readdir(small)).toEqual([]);
      expect(await readdir(outDir)).toEqual([]);
    });
  });
});

it('a folder for the rejects that is not there is told', async () => {
  const { input, context, outDir } = await prepare(`id,t,d\n${rows(50_000)}x,b,2020-01-01\n`);
  const rejectsPath = join(outDir, 'nowhere', 'rejects.csv');
  const failure = expect(extractFile({ ...input, rejectsPath }, context)).rejects;
  await failure.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE', message: expect.stringContaining(rejectsPath) as string });
  expect(await readdir(outDir)).toEqual([]);
});
