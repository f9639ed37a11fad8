import { join } from 'node:path';

import { type Connection, HyperProcess } from '@hyperferry/hyper';

const COLUMNS = '"id" bigint, "region" text, "amount" numeric(18,2), "day" date';

/** Writes the `.hyper` files that the Python client publishes: it has no engine of its own. */
export async function writeFixtures(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  await using engine = await HyperProcess.start({ env });
  const write = async (name: string, statements: readonly string[]): Promise<void> => {
    const path = join(dir, `${name}.hyper`);
    await using connection = await engine.connect({ database: path, createMode: 'createAndReplace' });
    await connection.execute('CREATE SCHEMA "Extract"');
    for (const statement of statements) await connection.execute(statement);
  };
  await write('sales', [...table(COLUMNS), rows(1, 1000)]);
  await write('more', [...table(COLUMNS), rows(1001, 1100)]);
  await write('other-schema', ['CREATE TABLE "Extract"."Extract" ("id" bigint, "colour" text)']);
  await write('upsert', [...table(COLUMNS), rows(991, 1010, 'changed')]);
  await write('keys', ['CREATE TABLE "Extract"."Extract" ("id" bigint)', ...keys(1, 10)]);
  await write('two-tables', [
    'CREATE TABLE "Extract"."orders" ("id" bigint)',
    'CREATE TABLE "Extract"."lines" ("id" bigint, "order" bigint)',
  ]);
  await using connection = await engine.connect();
  await writeBig(connection, join(dir, 'big.hyper'));
}

function table(columns: string): readonly string[] {
  return [`CREATE TABLE "Extract"."Extract" (${columns})`];
}

function rows(from: number, to: number, region = 'north'): string {
  return `INSERT INTO "Extract"."Extract" SELECT g, '${region}', g * 1.25, date '2024-01-01' + CAST(g % 365 AS int) FROM generate_series(${from}, ${to}) AS t(g)`;
}

function keys(from: number, to: number): readonly string[] {
  return [`INSERT INTO "Extract"."Extract" SELECT g FROM generate_series(${from}, ${to}) AS t(g)`];
}

/** More than 3 MB that does not compress, so that 1 MB blocks make several. */
async function writeBig(connection: Connection, path: string): Promise<void> {
  await connection.createDatabase(path);
  await connection.attach(path, 'big');
  await connection.execute('CREATE SCHEMA "big"."Extract"');
  await connection.execute('CREATE TABLE "big"."Extract"."Extract" ("id" bigint, "noise" double precision)');
  await connection.execute(
    'INSERT INTO "big"."Extract"."Extract" SELECT g, random() FROM generate_series(1, 500000) AS t(g)',
  );
  await connection.detach('big');
}
