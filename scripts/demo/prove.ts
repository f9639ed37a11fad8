import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { escapeName, type HyperProcess } from '@hyperferry/hyper';
import { parse } from 'fast-csv';
import { unzipSync } from 'fflate';

export interface Proof {
  readonly rows: number;
  readonly checksum: string;
}

/** Row count and checksum of two columns, as the CSV has them. */
export async function proofOfCsv(path: string, columns: readonly [string, string]): Promise<Proof> {
  const rows: string[] = [];
  await pipeline(
    createReadStream(path),
    parse({ headers: true }),
    async (records: AsyncIterable<Record<string, string>>) => {
      for await (const record of records) rows.push(columns.map((column) => canonical(record[column] ?? '')).join('|'));
    },
  );
  return proofOf(rows);
}

/** The same of the extract inside a downloaded `.tdsx`, read by the engine. */
export async function proofOfDownload(
  engine: HyperProcess,
  tdsxPath: string,
  folder: string,
  columns: readonly [string, string],
): Promise<Proof> {
  const entries = unzipSync(await readFile(tdsxPath));
  const [name, content] = Object.entries(entries).find(([entry]) => entry.endsWith('.hyper')) ?? [];
  if (name === undefined || content === undefined) throw new Error(`no .hyper in ${tdsxPath}`);
  const path = join(folder, 'download.hyper');
  await writeFile(path, content);
  await using connection = await engine.connect({ database: path });
  const list = columns.map((column) => `${escapeName(column)}::text`).join(', ');
  const { rows } = await connection.query(`SELECT ${list} FROM "Extract"."Extract"`);
  return proofOf(rows.map((row) => row.map((value) => canonical(String(value))).join('|')));
}

/** One spelling for equal values: 5 and 5.0 are the same number, but 00501 is not 501. */
function canonical(text: string): string {
  return /^-?(?:0|[1-9]\d*)\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}

function proofOf(rows: string[]): Proof {
  const hash = createHash('sha256');
  for (const row of rows.sort()) hash.update(row).update('\n');
  return { rows: rows.length, checksum: hash.digest('hex') };
}
