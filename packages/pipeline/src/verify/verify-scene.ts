import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { HyperProcess } from '@hyperferry/hyper';
import type { PublishMode } from '@hyperferry/schema';
import type { Datasource, TableauClient } from '@hyperferry/tableau';

/** Everything of ours on the site is called like this. */
export const verifyPrefix = 'hyperferry verify';

/** What the flows share: the client, a few small extracts, and the names in use. */
export interface VerifyScene {
  readonly client: TableauClient;
  readonly engine: HyperProcess;
  readonly scratchDir: string;
  readonly signal: AbortSignal;
  /** A name nobody else has. */
  readonly name: string;
  /** Path of the project to work in; its own one where it could be created. */
  projectPath: string;
  projectId: string;
  /** The data source of the main flows. */
  datasource: Datasource | undefined;
  readonly createdProjectIds: string[];
  readonly createdDatasourceIds: string[];
}

export function createScene(
  parts: Pick<VerifyScene, 'client' | 'engine' | 'scratchDir' | 'signal'>,
  projectPath: string | undefined,
): VerifyScene {
  const name = `${verifyPrefix} ${randomBytes(4).toString('hex')}`;
  return {
    ...parts,
    name,
    projectPath: projectPath ?? '',
    projectId: '',
    datasource: undefined,
    createdProjectIds: [],
    createdDatasourceIds: [],
  };
}

/** A new extract with rows `from`…`to` in `"Extract"."Extract"`. */
export async function buildExtract(scene: VerifyScene, from: number, to: number) {
  const path = join(scene.scratchDir, `verify-${from}-${to}.hyper`);
  await rm(path, { force: true });
  await using connection = await scene.engine.connect({ signal: scene.signal });
  await connection.createDatabase(path);
  const database = await connection.attach(path, 'db');
  await connection.execute('CREATE SCHEMA IF NOT EXISTS "db"."Extract"');
  await connection.execute(
    `CREATE TABLE "db"."Extract"."Extract" AS SELECT n, 'row ' || n::text AS label FROM generate_series(${from}, ${to}) AS s(n)`,
  );
  await connection.detach(database);
  return { path, sizeBytes: (await stat(path)).size };
}

/** Uploads rows and publishes them; remembers what has to be removed. */
export async function publishRows(
  scene: VerifyScene,
  rows: readonly [from: number, to: number],
  how: { mode: PublishMode; asJob?: boolean; name?: string },
): Promise<Datasource> {
  const { client, signal, projectId } = scene;
  const { mode, asJob = false, name = scene.name } = how;
  const upload = await client.uploads.send(await buildExtract(scene, ...rows), { signal });
  const before = await client.datasources.findByName(name, projectId, { signal });
  const input = { upload, name, projectId, mode, asJob, before };
  const published = await client.datasources.publish(input, { signal, lookForMs: 60_000 });
  if (!scene.createdDatasourceIds.includes(published.id)) scene.createdDatasourceIds.push(published.id);
  return published;
}

/** Rows of a data source as it stands on the server now: downloaded and counted. */
export async function countRows(scene: VerifyScene, datasourceId: string): Promise<number> {
  const path = join(scene.scratchDir, 'verify-download.hyper');
  await rm(path, { force: true });
  await scene.client.datasources.downloadExtract(datasourceId, path, { signal: scene.signal });
  await using connection = await scene.engine.connect({ signal: scene.signal });
  const database = await connection.attach(path, 'db');
  const [table] = await connection.catalog.tableNames(database);
  const count = table === undefined ? 0 : await connection.catalog.rowCount(table);
  await connection.detach(database);
  return count;
}

/** The code of Tableau that refuses `act`; undefined when it is accepted. */
export async function refusalOf(
  act: () => Promise<unknown>,
): Promise<{ code: string; tableauCode: unknown } | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    const { code, tableauCode } = error as { code?: unknown; tableauCode?: unknown };
    if (typeof code !== 'string') throw error;
    return { code, tableauCode };
  }
}
