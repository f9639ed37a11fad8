import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { startTestHyper, type TestHyper } from '@hyperferry/hyper/testing';
import { profileSchema, silentLogger } from '@hyperferry/schema';
import { checkSourceFile } from '@hyperferry/sources';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineContext } from '../engine-context.ts';
import type { ExtractSpecCore } from '../parse/inspect-source.ts';
import { parse } from '../parse/parse.ts';
import { extract } from './extract.ts';
import { extractFile } from './extract-file.ts';

/** Rows of a file that is larger than what is looked at first. */
const LARGE = 40_000;

describe('a footer', () => {
  let test: TestHyper;
  let context: EngineContext;
  let files = 0;

  beforeAll(async () => {
    test = await startTestHyper();
    context = {
      engine: test.hyper,
      runId: 'test',
      logger: silentLogger,
      signal: new AbortController().signal,
      scratchDir: test.dir,
      emit() {},
    };
  });

  afterAll(async () => {
    await test.close();
  });

  /** Loads in one pass and, as workers do, in two stages; both must come to the same. */
  async function load(content: string | Buffer, given: Partial<ExtractSpecCore> = {}) {
    files += 1;
    const path = join(test.dir, `source ${files}.csv`);
    await writeFile(path, content);
    const file = await checkSourceFile(path);
    const spec = { types: {}, allowEmpty: false, ...given };
    const outPath = join(test.dir, `out-${files}.hyper`);
    const { rows, profile } = await extractFile({ spec, file, outPath }, context);
    const stored = profileSchema.parse(JSON.parse(JSON.stringify(await parse({ spec, file }, context))));
    const second = await extract({ spec, file, profile: stored, outPath: `${outPath}2.hyper` }, context);
    expect(second.rows).toEqual(rows);
    expect(rows.read).toBe(rows.loaded + rows.rejected + rows.filtered);
    for (const { dialect, rowCount } of [profile, stored]) {
      expect(dialect.footerRows).toBe(rows.filtered);
      expect(rowCount).toBe(rows.read - rows.filtered);
    }
    const typesOf = ({ columns }: typeof profile): string[] => columns.map(({ type }) => type);
    expect(typesOf(stored)).toEqual(typesOf(profile));
    expect(stored.warnings).toEqual(profile.warnings);
    await using connection = await test.hyper.connect({ database: outPath, alias: 'x' });
    const { rows: cells } = await connection.query('SELECT * FROM "x"."Extract"."Extract"');
    return { rows, cells, types: typesOf(profile), warnings: profile.warnings };
  }

  const data = (count: number): string =>
    `day;region;amount\n${Array.from({ length: count }, (_, index) => `2026-01-${10 + (index % 20)};"North; ${index}";${index % 100},25`).join('\n')}\n`;

  async function expectFooter(content: string | Buffer, count: number, filtered: number): Promise<void> {
    const { rows, types, warnings } = await load(content);
    expect(rows).toEqual({ read: count + filtered, loaded: count, rejected: 0, filtered });
    expect(types).toEqual(['date', 'text', 'numeric(18,2)']);
    expect(warnings.join()).toMatch(/footer/);
  }

  it.each([
    ['Total;;1.234,50', 1],
    ['Gesamt;;1.234,50\n', 1],
    ['Total;1.234,50\n', 1],
    ['Summe:;;300\n\n*** Ende des Berichts ***\n', 2],
    ['\n(12 rows)\n', 1],
    ['12 rows affected\n', 1],
    ['----------;------;------\nGrand total;;300\nExported on 24 Nov 2026, 10:00\nConfidential\n', 4],
  ])('%j is not loaded, and counted', async (footer, filtered) => {
    await expectFooter(data(12) + footer, 12, filtered);
  });

  it.each([
    ['of more than 1 MiB', LARGE, (text: string) => text],
    ['with CR LF', LARGE, (text: string) => text.replaceAll('\n', '\r\n')],
    ['in Windows-1252', LARGE, (text: string) => Buffer.from(text.replaceAll('North', 'Öst'), 'latin1')],
    ['in UTF-16', LARGE, (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['with a preamble', LARGE, (text: string) => `Sales of the year\n\n${text}`],
    ['with more records than are looked at', 5000, (text: string) => text],
    ['packed and small', 5000, (text: string) => gzipSync(text)],
  ] as const)('in a file %s is not loaded, and counted', async (_, count, form) => {
    await expectFooter(form(`${data(count)}Total;;1.234,50\n\n(${count} rows)\n`), count, 2);
  });

  it.each([12, LARGE])('is not found where rows only look odd (%i rows)', async (count) => {
    for (const last of ['2026-02-01;Total;5', '2026-02-01;;', '2026-02-01;Sum', 'x;y;z']) {
      const { rows } = await load(`${data(count)}${last}\n`);
      expect(rows.filtered).toBe(0);
      expect(rows.read).toBe(count + 1);
    }
  });

  it.each([12, LARGE])('beside bad rows leaves these rejected (%i rows)', async (count) => {
    const { rows } = await load(`${data(count)}2026-01-01;short\nTotal;;5\n`);
    expect(rows).toEqual({ read: count + 2, loaded: count, rejected: 1, filtered: 1 });
  });

  it.each([12, LARGE])(
    'is loaded or rejected as any row when the spec says that there is none (%i rows)',
    async (count) => {
      const { rows, warnings } = await load(`${data(count)}2 rows affected\n`, { csv: { footerRows: 0 } });
      expect(rows).toEqual({ read: count + 1, loaded: count, rejected: 1, filtered: 0 });
      expect(warnings).toEqual([]);
    },
  );

  it.each([
    ['small', 12, (text: string) => text],
    ['large', LARGE, (text: string) => text],
    ['packed', LARGE, (text: string) => gzipSync(text)],
  ] as const)('has as many records as the spec says (%s)', async (_, count, form) => {
    const { rows } = await load(form(`${data(count)}See page 7\nand page 8;`), { csv: { footerRows: 2 } });
    expect(rows).toEqual({ read: count + 2, loaded: count, rejected: 0, filtered: 2 });
    const auto = await load(form(`${data(count)}Total;;7\n`), { csv: { footerRows: 1 } });
    expect(auto.rows).toEqual({ read: count + 1, loaded: count, rejected: 0, filtered: 1 });
  });

  it('does not make dates text', async () => {
    const { types, cells } = await load('day,amount\n2026-01-01,1\n2026-01-02,2\n2026-01-03,3\nTotal,6\n');
    expect(types).toEqual(['date', 'bigint']);
    expect(cells.map(([, amount]) => amount)).toEqual([1n, 2n, 3n]);
  });
});
