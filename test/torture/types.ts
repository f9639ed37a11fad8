import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { HyperProcess, type SqlType, TableName } from '@hyperferry/hyper';

import { unpackedCorpus } from './corpus.ts';

// Real files, and the types that somebody who looked at each column expects of them: expected-types.json holds the names of
// files and columns and no data. What counts is the extract: its columns, and an account of every row.

/** By archive and file: rows, and the columns of each type, their names separated by ` | `. */
type Expected = Readonly<Record<string, Readonly<Record<string, ExpectedFile>>>>;

interface ExpectedFile {
  readonly rows: number;
  /** Rows that are too short or too long; none by default. */
  readonly rejected?: number;
  readonly columns: Readonly<Record<string, string>>;
}

/** What was found out, printed as the last line. */
export interface TypesResult {
  readonly files: number;
  readonly columns: number;
  readonly right: number;
  readonly share: number;
  readonly wrong: readonly string[];
  readonly unaccounted: readonly string[];
}

const separator = ' | ';

/** Extracts every file, and compares types and rows with what is expected; undefined where an archive is absent. */
export async function tortureTypes(hyperferry: string): Promise<TypesResult | undefined> {
  const expected = JSON.parse(await readFile(join(import.meta.dirname, 'expected-types.json'), 'utf8')) as Expected;
  const out = mkdtempSync(join(tmpdir(), 'hf-types-'));
  await using hyper = await HyperProcess.start({ env: process.env });
  const counts = { files: 0, columns: 0, right: 0 };
  const wrong: string[] = [];
  const unaccounted: string[] = [];
  try {
    for (const [archive, files] of Object.entries(expected)) {
      const folder = unpackedCorpus(archive);
      if (folder === undefined) return undefined;
      sayWhatIsNoCsv(archive, folder);
      for (const [file, { rows, columns, rejected = 0 }] of Object.entries(files)) {
        const outPath = join(out, `${counts.files}.hyper`);
        const { plan, extract } = run(hyperferry, join(folder, file), outPath);
        const found = extract === undefined ? new Map<string, string>() : await columnTypes(hyper, outPath);
        const wanted = Object.entries(columns).flatMap(([type, names]) =>
          names.split(separator).map((name) => [name, type] as const),
        );
        const planned = new Map(plan?.columns.map(({ name, type }) => [name, type]));
        const bad = wanted.flatMap(([name, type]) => {
          const said = [found.get(name) ?? 'absent', planned.get(name) ?? 'absent'];
          return said.every((other) => other === type) ? [] : [`${file}: ${name} is ${said[0]!} instead of ${type}`];
        });
        counts.files += 1;
        counts.columns += wanted.length;
        counts.right += wanted.length - bad.length;
        wrong.push(...bad);
        if (extract?.read !== rows || extract.loaded !== rows - rejected || extract.rejected !== rejected)
          unaccounted.push(`${file}: ${JSON.stringify(extract)} of ${rows} rows`);
      }
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return { ...counts, share: Number((counts.right / counts.columns).toFixed(4)), wrong, unaccounted };
}

function sayWhatIsNoCsv(archive: string, folder: string): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (/[.](?:hyper|xlsx|parquet)$/.test(path))
      process.stdout.write(`skipped, no CSV: ${archive}, ${basename(path)}\n`);
}

interface Plan {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

interface Extract {
  readonly read: number;
  readonly loaded: number;
  readonly rejected: number;
}

function run(hyperferry: string, file: string, outPath: string): { plan?: Plan; extract?: Extract } {
  const json = (args: readonly string[]): unknown => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [hyperferry, ...args, '--json'], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status === 0) return JSON.parse(stdout);
    process.stdout.write(`${file}: ${stderr}\n`);
    return undefined;
  };
  return { plan: json(['plan', file]) as Plan, extract: json(['extract', file, '-o', outPath]) as Extract };
}

async function columnTypes(hyper: HyperProcess, database: string): Promise<Map<string, string>> {
  await using connection = await hyper.connect({ database });
  const { columns } = await connection.catalog.tableDefinition(TableName('Extract', 'Extract'));
  return new Map(columns.map(({ name, type }) => [name, ourName(type)]));
}

function ourName(type: SqlType): string {
  return type.tag === 'double' ? 'double' : String(type).replaceAll(' ', '');
}
