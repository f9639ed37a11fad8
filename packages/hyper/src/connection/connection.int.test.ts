import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';

import { CreateMode } from '../create-mode.ts';
import { copyFromCsv, external, STDIN } from '../csv/external.ts';
import { TableName } from '../names.ts';
import { TableDefinition } from '../table-definition.ts';
import { startTestHyper, type TestHyper } from '../testing.ts';
import type { Connection } from './connection.ts';

const longQuery =
  'SELECT count(*) FROM generate_series(1, 3000000) a, generate_series(1, 100000) b WHERE (a.a * b.b) % 7 = 1';

let test: TestHyper;
let connection: Connection;

beforeAll(async () => {
  test = await startTestHyper();
});
afterAll(async () => {
  await test.close();
});
beforeEach(async () => {
  connection = await test.hyper.connect();
});
afterEach(async () => {
  await connection.close();
});

describe('a query', () => {
  it('brings exact values: bigint as bigint, numeric and dates as text', async () => {
    const { columns, rows } = await connection.query(
      "SELECT 9007199254740993::bigint AS big, 1.50::numeric(10,2) AS money, date '2024-02-29' AS day, true AS yes, NULL::int AS nothing",
    );
    expect(rows).toEqual([[9_007_199_254_740_993n, '1.50', '2024-02-29', true, null]]);
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'big bigint',
      'money numeric(10,2)',
      'day date',
      'yes boolean',
      'nothing integer',
    ]);
  });

  it('that fails says SQLSTATE and code, and the connection goes on', async () => {
    await expect(connection.query('SELECT * FROM nowhere')).rejects.toMatchObject({
      code: 'HYPER_QUERY_FAILED',
      sqlState: '42P01',
    });
    expect(await connection.scalar('SELECT 1')).toBe(1);
  });

  it('whose result is not one row is refused by queryOne', async () => {
    await expect(connection.queryOne('SELECT 1 WHERE false')).rejects.toMatchObject({
      code: 'HYPER_RESULT_UNEXPECTED',
    });
  });

  it('never shows a cell in its error', async () => {
    const failure = connection.query("SELECT 'sekret-cell'::int");
    await expect(failure).rejects.toMatchObject({ code: 'HYPER_VALUE_INVALID', sqlState: '22P02' });
    const error = (await failure.catch((thrown: unknown) => thrown)) as Error;
    expect(
      `${error.message} ${error.stack} ${(error.cause as Error).message} ${(error.cause as Error).stack}`,
    ).not.toContain('sekret');
  });

  it('is cancelled in the engine by its signal', async () => {
    const startedAt = performance.now();
    const failure = connection.query(longQuery, { signal: AbortSignal.timeout(200) });
    await expect(failure).rejects.toMatchObject({ code: 'HYPER_CANCELLED' });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(await connection.scalar('SELECT 2')).toBe(2);
  });

  it('does not start when its signal was aborted before', async () => {
    await expect(connection.query('SELECT 1', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'HYPER_CANCELLED',
    });
  });

  it('after close is refused', async () => {
    await connection.close();
    await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'HYPER_CONNECTION_CLOSED' });
  });

  it('waits for those called before on the same connection', async () => {
    const values = await Promise.all([1, 2, 3].map(async (value) => await connection.scalar(`SELECT ${value}`)));
    expect(values).toEqual([1, 2, 3]);
  });
});

describe('a stream', () => {
  it('brings all rows', async () => {
    let sum = 0;
    for await (const [value] of connection.stream('SELECT generate_series(1, 50000)')) sum += Number(value);
    expect(sum).toBe(1_250_025_000);
  });

  it('left early cancels the query and frees the connection', async () => {
    for await (const [value] of connection.stream('SELECT * FROM generate_series(1, 100000000)')) {
      expect(Number(value)).toBeGreaterThan(0);
      break;
    }
    expect(await connection.scalar('SELECT 3')).toBe(3);
  });

  it('holds the engine back while the reader rests', async () => {
    const before = process.memoryUsage().rss;
    let count = 0;
    for await (const [text] of connection.stream("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)")) {
      expect(text).toHaveLength(1000);
      if (count === 10) await delay(500);
      count += 1;
      if (count === 2000) break;
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('holds the engine back when its rows are few and large, too', async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    let count = 0;
    for await (const [text] of connection.stream("SELECT repeat('x', 1000000) FROM generate_series(1, 1000)")) {
      expect(text).toHaveLength(1_000_000);
      count += 1;
      if (count === 3) await delay(1000);
      most = Math.max(most, process.memoryUsage().rss - before);
      if (count === 100) break;
    }
    expect(count).toBe(100);
    expect(most).toBeLessThan(150e6);
  });

  it('refuses another statement inside its loop instead of waiting for ever', async () => {
    for await (const row of connection.stream('SELECT generate_series(1, 5000)')) {
      expect(row).toHaveLength(1);
      await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'HYPER_CONNECTION_BUSY' });
      break;
    }
  });

  it('fails in the loop when the query fails', async () => {
    const rows = connection.stream('SELECT 1/(a-3) FROM generate_series(1, 5) AS t(a)');
    await expect(drain(rows)).rejects.toMatchObject({
      sqlState: '22012',
    });
  });

  it('of COPY TO STDOUT brings the bytes', async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of connection.stdout(
      "COPY (SELECT 1 AS a, 'x,y' AS b) TO STDOUT WITH (format => 'csv', header => true)",
    )) {
      chunks.push(chunk);
    }
    expect(Buffer.concat(chunks).toString()).toBe('a,b\n1,"x,y"\n');
  });
});

describe('STDIN', () => {
  const source = external({
    source: STDIN,
    columns: [
      { name: 'a', type: 'int' },
      { name: 'b', type: 'text' },
    ],
  });

  it('feeds any query, from strings or bytes', async () => {
    const { rows } = await connection.stdin(`SELECT sum(a), max(b) FROM ${source}`, ['1,x\n2,', Buffer.from('y\n')]);
    expect(rows).toEqual([[3n, 'y']]);
  });

  it('counts rows that are copied from a file stream', async () => {
    await connection.execute('CREATE TEMP TABLE t (a int, b text)');
    const path = join(test.dir, 'copy.csv');
    await writeFile(path, Array.from({ length: 100_000 }, (_, index) => `${index},v${index}\n`).join(''));
    expect(await copyFromCsv(connection, 't', createReadStream(path))).toBe(100_000);
    expect(await copyFromCsv(connection, 't', path)).toBe(100_000);
  });

  it('throws the failure of its source as it is', async () => {
    async function* failing() {
      yield '1,x\n';
      await delay(1);
      throw new Error('source broke');
    }
    await expect(connection.stdin(`SELECT count(*) FROM ${source}`, failing())).rejects.toThrow('source broke');
    expect(await connection.scalar('SELECT 4')).toBe(4);
  });

  it('throws the failure of a file stream that cannot be opened, whenever it is asked for data', async () => {
    await connection.execute('CREATE TEMP TABLE nothing_comes (a int, b text)');
    const missing = () => createReadStream(join(test.dir, 'missing.csv'));
    const [, ...failed] = await Promise.allSettled([
      connection.query('SELECT count(*) FROM generate_series(1, 20000000)'),
      connection.stdin(`SELECT count(*) FROM ${source}`, missing()),
      copyFromCsv(connection, 'nothing_comes', missing()),
      connection.stdin('SELECT * FROM nowhere', missing()),
      connection.stdin('SELECT 1', missing(), { signal: AbortSignal.abort() }),
    ]);
    await delay(50);
    const codes = failed.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : one));
    expect(codes).toEqual(['ENOENT', 'ENOENT', 'HYPER_QUERY_FAILED', 'HYPER_CANCELLED']);
    expect(await connection.scalar('SELECT 7')).toBe(7);
  });

  it('destroys its source when the statement fails early, even when the source is slow', async () => {
    let released = false;
    async function* endless() {
      try {
        yield 'not a number,x\n'.repeat(100_000);
        for (;;) {
          await delay(20);
          yield '1,x\n'.repeat(100_000);
        }
      } finally {
        released = true;
      }
    }
    await expect(connection.stdin(`SELECT sum(a) FROM ${source}`, endless())).rejects.toMatchObject({
      code: 'HYPER_VALUE_INVALID',
    });
    await delay(100);
    expect(released).toBe(true);
    expect(await connection.scalar('SELECT 5')).toBe(5);
  });

  it('is cancelled while its source has nothing to give', async () => {
    async function* stuck() {
      yield '1,x\n';
      await new Promise(() => {});
    }
    const failure = connection.stdin(`SELECT sum(a) FROM ${source}`, stuck(), { signal: AbortSignal.timeout(100) });
    await expect(failure).rejects.toMatchObject({ code: 'HYPER_CANCELLED' });
    expect(await connection.scalar('SELECT 6')).toBe(6);
  });
});

describe('a database', () => {
  it('is created, filled, closed and read again', async () => {
    const path = join(test.dir, 'it\'s a; "name" ☂.hyper');
    const writer = await test.hyper.connect({ database: path, createMode: CreateMode.create });
    const table = TableName('Extract', 'Extract');
    await writer.execute('CREATE SCHEMA "Extract"');
    await writer.catalog.createTable(
      TableDefinition(table, [{ name: 'a', type: 'bigint', nullability: 'notNullable' }]),
    );
    await writer.execute(`INSERT INTO ${table} VALUES (1), (2)`);
    await writer.close();
    const reader = await test.hyper.connect({ database: path, alias: 'other' });
    expect(await reader.catalog.rowCount(TableName('other', 'Extract', 'Extract'))).toBe(2);
    expect((await reader.catalog.tableNames()).map(String)).toEqual(['"Extract"."Extract"']);
    expect(String(await reader.catalog.tableDefinition(table))).toBe(
      'CREATE TABLE "Extract"."Extract" ("a" bigint NOT NULL)',
    );
    await reader.close();
  });

  it('is refused by create when it exists, and replaced by createAndReplace', async () => {
    const path = join(test.dir, 'twice.hyper');
    await connection.createDatabase(path);
    const again = test.hyper.connect({ database: path, createMode: CreateMode.create });
    await expect(again).rejects.toMatchObject({ code: 'HYPER_DATABASE_EXISTS' });
    const replaced = await test.hyper.connect({ database: path, createMode: CreateMode.createAndReplace });
    await replaced.close();
  });

  it('that is missing or broken says so', async () => {
    await expect(connection.attach(join(test.dir, 'missing.hyper'))).rejects.toMatchObject({
      code: 'HYPER_DATABASE_MISSING',
    });
    const broken = join(test.dir, 'broken.hyper');
    await writeFile(broken, 'this is no database');
    await expect(connection.attach(broken)).rejects.toMatchObject({ code: 'HYPER_DATABASE_INVALID' });
    const nowhere = join(test.dir, 'no', 'folder', 'x.hyper');
    await expect(connection.createDatabase(nowhere)).rejects.toMatchObject({ code: 'OUTPUT_NOT_WRITABLE' });
  });
});

async function drain(rows: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const row of rows) count += row === undefined ? 0 : 1;
  return count;
}
