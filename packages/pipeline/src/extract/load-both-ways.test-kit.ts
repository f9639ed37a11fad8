import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startTestHyper } from '@hyperferry/hyper/testing';
import { type RowCounts, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { expect } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import type { SeenProfile } from '../parse/build-profile.ts';
import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { parse } from '../parse/parse.ts';
import { extract } from './extract.ts';
import { extractFile } from './extract-file.ts';

export interface LoadedBothWays {
  readonly rows: RowCounts;
  /** The extract, in the order of its first column. */
  readonly cells: readonly (readonly unknown[])[];
  /** What is in rejects.csv. */
  readonly rejects: string;
  readonly profile: SeenProfile;
  readonly types: readonly string[];
  readonly warnings: readonly string[];
}

export interface Loader extends AsyncDisposable {
  /** Loads a content in one pass and, as workers do, in two stages; both must come to the same. */
  load(content: string | Buffer, given?: Partial<ExtractSpecCore>, name?: string): Promise<LoadedBothWays>;
}

export async function startLoader(): Promise<Loader> {
  const test = await startTestHyper();
  const signal = new AbortController().signal;
  const context: EngineContext = {
    engine: test.hyper,
    runId: 'test',
    logger: silentLogger,
    signal,
    scratchDir: test.dir,
    emit() {},
  };
  let files = 0;

  const look = async (outPath: string, rejectsPath: string) => {
    await using connection = await test.hyper.connect({ database: outPath, alias: 'x' });
    const { rows } = await connection.query('SELECT * FROM "x"."Extract"."Extract" ORDER BY 1');
    return { cells: rows, rejects: await readFile(rejectsPath, 'utf8').catch(() => '') };
  };

  return {
    async load(content, given = {}, name = 'source.csv') {
      files += 1;
      const path = join(test.dir, `${files} ${name}`);
      await writeFile(path, content);
      const file = await checkSourceFile(path);
      const spec = { types: {}, allowEmpty: false, ...given };
      const outPath = join(test.dir, `out-${files % 10}.hyper`);
      const rejectsPath = join(test.dir, `rejects-${files}.csv`);
      const { rows, profile } = await extractFile({ spec, file, outPath, rejectsPath }, context);
      const once = await look(outPath, rejectsPath);
      const stored = await parse({ spec, file }, context);
      const second = await extract({ spec, file, profile: stored, outPath, rejectsPath }, context);
      const typesOf = ({ columns }: SeenProfile): string[] => columns.map(({ type }) => type);
      expect(rows.read).toBe(rows.loaded + rows.rejected + rows.filtered);
      expect(second.rows).toEqual(rows);
      expect(typesOf(stored)).toEqual(typesOf(profile));
      expect(stored.warnings).toEqual(profile.warnings);
      expect(await look(outPath, rejectsPath)).toEqual(once);
      return { rows, ...once, profile, types: typesOf(profile), warnings: profile.warnings };
    },
    async [Symbol.asyncDispose]() {
      await test.close();
    },
  };
}
