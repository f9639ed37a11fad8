import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { HyperProcess } from '@hyperferry/hyper';

import type { SoakSimulator } from './simulator.ts';

/** What stands in a published data source: for each run its rows, and how many different ones. */
export type Content = ReadonlyMap<string, { readonly rows: number; readonly distinct: number }>;

/** Downloads a data source and counts its rows by run with the engine. */
export async function contentOf(
  simulator: SoakSimulator,
  engine: HyperProcess,
  id: string,
  folder: string,
): Promise<Content> {
  const path = join(folder, 'content.hyper');
  await simulator.download(id, path);
  try {
    await using connection = await engine.connect({ database: path });
    const { rows } = await connection.query(
      'SELECT "run", count(*)::text, count(DISTINCT "row")::text FROM "Extract"."Extract" GROUP BY "run"',
    );
    return new Map(
      rows.map(([run, all, distinct]) => [String(run), { rows: Number(all), distinct: Number(distinct) }]),
    );
  } finally {
    await rm(path, { force: true });
  }
}
