import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Connection } from '../connection/connection.ts';
import { CreateMode } from '../create-mode.ts';
import { TableName } from '../names.ts';
import { type ColumnInput, TableDefinition } from '../table-definition.ts';
import { freeze, startTestHyper, type TestHyper } from '../testing.ts';
import { Inserter } from './inserter.ts';

// An inserter beside what else there is: its table, its connection, its engine.

const columns: readonly ColumnInput[] = [
  { name: 'a', type: 'int' },
  { name: 'b', type: 'text' },
];

let test: TestHyper;
let connection: Connection;
let tables = 0;

beforeAll(async () => {
  test = await startTestHyper();
  connection = await test.hyper.connect({ database: join(test.dir, 'types.hyper'), createMode: CreateMode.create });
});
afterAll(async () => {
  await connection.close();
  await test.close();
});

async function newTable(of: readonly ColumnInput[]): Promise<TableDefinition> {
  tables += 1;
  const definition = TableDefinition(TableName('types', 'public', `t${tables}`), of);
  await connection.catalog.createTable(definition);
  return definition;
}

it('is refused for a table that is not there, or is another one than its definition says', async () => {
  const missing = TableDefinition(TableName('types', 'public', 'missing'), columns);
  await expect(Inserter.open(connection, missing)).rejects.toMatchObject({ code: 'HYPER_TABLE_MISSING' });
  const { tableName } = await newTable([
    { name: 'a', type: 'bigint' },
    { name: 'b', type: 'numeric(18,2)', nullability: 'notNullable' },
  ]);
  const others: readonly ColumnInput[] = [
    { name: 'a', type: 'double' },
    { name: 'b', type: 'numeric(18,4)', nullability: 'notNullable' },
    { name: 'b', type: 'numeric(18,2)' },
    { name: 'c', type: 'bigint' },
  ];
  for (const other of others) {
    const refused = Inserter.open(connection, TableDefinition(tableName, [other]));
    await expect(refused).rejects.toMatchObject({ code: 'HYPER_TABLE_INVALID', details: { column: other.name } });
  }
  const part = TableDefinition(tableName, [{ name: 'b', type: 'decimal(18, 2)', nullability: 'notNullable' }]);
  await using inserter = await Inserter.open(connection, part);
  inserter.addRow(['1.50']);
  expect(await inserter.execute()).toBe(1);
  expect((await connection.query(`SELECT * FROM ${tableName}`)).rows).toEqual([[null, '1.50']]);
});

it('fills a temporary table', async () => {
  await connection.execute('CREATE TEMP TABLE passing (a bigint)');
  await using inserter = await Inserter.open(connection, TableDefinition('passing', [{ name: 'a', type: 'bigint' }]));
  inserter.addRow([5]);
  expect(await inserter.execute()).toBe(1);
  expect(await connection.scalar('SELECT a FROM passing')).toBe(5n);
});

it('refuses other statements of its connection while it sends, instead of letting them wait for ever', async () => {
  const definition = await newTable(columns);
  await using inserter = await Inserter.open(connection, definition);
  for (let index = 0; index < 5000; index += 1) inserter.addRow([index, 'x'.repeat(50)]);
  await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'HYPER_CONNECTION_BUSY' });
  await expect(connection.catalog.rowCount(definition.tableName)).rejects.toThrow(/inserter/);
  expect(await inserter.execute()).toBe(5000);
  expect(await connection.catalog.rowCount(definition.tableName)).toBe(5000);
});

it('is held back while the engine takes nothing, and goes on when it does', async () => {
  await using other = await startTestHyper();
  await using own = await other.hyper.connect();
  await own.execute('CREATE TEMP TABLE slow (a int, b text)');
  await using inserter = await Inserter.open(own, 'slow');
  await freeze(other.hyper.pid);
  let rows = 0;
  try {
    for (let hasRoom = true; hasRoom; rows += 1) hasRoom = inserter.addRow([rows, 'x'.repeat(1000)]);
    const drained = inserter.drained().then(() => 'drained');
    expect(await Promise.race([drained, delay(300, 'held back')])).toBe('held back');
    process.kill(other.hyper.pid, 'SIGCONT');
    expect(await drained).toBe('drained');
  } finally {
    process.kill(other.hyper.pid, 'SIGCONT');
  }
  expect(inserter.addRow([rows, 'last'])).toBe(true);
  expect(await inserter.execute()).toBe(rows + 1);
  // A few MB wait at most: what 32 chunks of 64 kB hold.
  expect(rows).toBeLessThan(5000);
});
