import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { HyperProcess } from '@hyperferry/hyper';
import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import { inspectSource } from '../parse/inspect-source.ts';
import { parse, profileInspected } from '../parse/parse.ts';
import { extract } from './extract.ts';
import { extractFile } from './extract-file.ts';
import { loadChecked } from './load-checked.ts';

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

describe('extractFile with bad input', () => {
  let test: TestHyper;
  let dirs = 0;

  beforeAll(async () => {
    test = await startTestHyper();
  });

  afterAll(async () => {
    await test.close();
  });

  async function prepare(content: string, engine: EngineContext['engine'] = test.hyper) {
    dirs += 1;
    const dir = join(test.dir, `case ${dirs}`);
    const outDir = join(dir, 'out');
    await mkdir(outDir, { recursive: true });
    const path = join(dir, 'in.csv');
    await writeFile(path, content);
    const file = await checkSourceFile(path);
    const signal = new AbortController().signal;
    const context: EngineContext = { engine, runId: 'test', logger: silentLogger, signal, scratchDir: dir, emit() {} };
    return { file, path, outDir, outPath: join(outDir, 'out.hyper'), context, spec: { types: {}, allowEmpty: false } };
  }

  const long = (rows: number): string =>
    `id,name,day\n${Array.from({ length: rows }, (_, index) => `${index},name ${index},2020-01-02`).join('\n')}\n`;

  it('refuses more columns than a table can have', async () => {
    const names = Array.from({ length: 16_385 }, (_, index) => `n${index}`).join(',');
    const { outDir, ...input } = await prepare(`${names}\n${names.replaceAll('n', '')}\n`);
    await expect(extractFile(input, input.context)).rejects.toMatchObject({ code: 'COLUMN_TOO_MANY' });
    expect(await readdir(outDir)).toEqual([]);
  });

  it('keeps a number of a million digits as text', async () => {
    const input = await prepare(`id,n\n1,${'7'.repeat(1_000_000)}\n2,5\n`);
    const { profile, rows } = await extractFile(input, input.context);
    expect(profile.columns[1]?.type).toBe('text');
    expect(rows.loaded).toBe(2);
  });

  it('notices that a file grew between profile and load', async () => {
    const { outDir, path, spec, file, outPath, context } = await prepare(long(50));
    const profile = await parse({ spec, file }, context);
    await appendFile(path, '50,new,2020-01-02\n');
    await expect(extract({ spec, file, profile, outPath }, context)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    expect(await readdir(outDir)).toEqual([]);
  });

  it.each(['', 'Total: 50\n', '50,x\n', '50,\0,2020-01-02\n'])('notices that a file is gone (%j)', async (end) => {
    const { path, spec, file, outPath, context } = await prepare(long(60_000) + end);
    const inspected = await inspectSource(spec, file, context.signal);
    const profile = await parse({ spec, file }, context);
    await rm(path);
    const gone = { code: 'SOURCE_CHANGED' };
    await expect(extract({ spec, file, profile, outPath }, context)).rejects.toMatchObject(gone);
    await expect(parse({ spec, file }, context)).rejects.toMatchObject(gone);
    await expect(profileInspected(inspected, context)).rejects.toMatchObject(gone);
    await expect(
      loadChecked(inspected, outPath, { add: async () => {}, settle: async () => {} }, context),
    ).rejects.toMatchObject(gone);
  });

  it('notices that a file shrank between profile and load', async () => {
    const { outDir, path, spec, file, outPath, context } = await prepare(long(50));
    const profile = await parse({ spec, file }, context);
    await writeFile(path, long(40));
    await expect(extract({ spec, file, profile, outPath }, context)).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
    expect(await readdir(outDir)).toEqual([]);
  });

  it('keeps the old extract when the engine is killed in the middle', async () => {
    const engine = await HyperProcess.start({ env: process.env });
    const { outPath, outDir, ...input } = await prepare(long(400_000), engine);
    await writeFile(outPath, 'the old extract');
    const emit = (): void => void engine.kill();
    await expect(extractFile({ ...input, outPath }, { ...input.context, emit })).rejects.toMatchObject({
      code: 'HYPER_ENGINE_DIED',
    });
    expect(await readFile(outPath, 'utf8')).toBe('the old extract');
    expect(await readdir(outDir)).toEqual(['out.hyper']);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const { outDir, outPath, ...input } = await prepare(long(400_000));
    const abort = new AbortController();
    const emit = (): void => abort.abort();
    const failure = extractFile({ ...input, outPath }, { ...input.context, signal: abort.signal, emit });
    await expect(failure).rejects.toThrow();
    expect(await readdir(outDir)).toEqual([]);
  });

  it.skipIf(!canMount)('says that the disk is full', async () => {
    const { outDir, outPath, ...input } = await prepare(long(400_000));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', outDir]);
    try {
      await expect(extractFile({ ...input, outPath }, input.context)).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(await readdir(outDir)).toEqual([]);
    } finally {
      execFileSync('umount', ['-l', outDir]);
    }
  });
});
