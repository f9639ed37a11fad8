import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Connection } from './connection/connection.ts';
import { DatabaseName, SchemaName, TableName } from './names.ts';
import { TableDefinition } from './table-definition.ts';
import { startTestHyper, type TestHyper } from './testing.ts';

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

const columns = [{ name: 'a', type: 'int' }] as const;

describe('the catalog', () => {
  it('creates, attaches, detaches and drops databases', async () => {
    const { catalog } = connection;
    const path = join(test.dir, 'made.hyper');
    await catalog.createDatabase(path, { databaseVersion: 3 });
    await expect(catalog.createDatabase(path)).rejects.toMatchObject({ code: 'HYPER_DATABASE_EXISTS' });
    await catalog.createDatabaseIfNotExists(path);
    expect(String(await catalog.attachDatabase(path))).toBe('"made"');
    await catalog.createDatabase(join(test.dir, 'other.hyper'));
    await catalog.attachDatabase(join(test.dir, 'other.hyper'), 'alias');
    expect((await catalog.databaseNames()).map(({ name }) => name).sort()).toEqual(['alias', 'made']);
    expect(await catalog.databaseVersion('made')).toBe(3);
    await expect(catalog.dropDatabase(path)).rejects.toMatchObject({ code: 'HYPER_DATABASE_LOCKED' });
    await catalog.detachDatabase('alias');
    await catalog.detachAllDatabases();
    expect(await catalog.databaseNames()).toEqual([]);
    await catalog.dropDatabase(path);
    expect(existsSync(path)).toBe(false);
    await expect(catalog.dropDatabase(path)).rejects.toMatchObject({ code: 'HYPER_DATABASE_MISSING' });
    await catalog.dropDatabaseIfExists(path);
  });

  it('lists the tables of a schema that is given by its name alone, of a database, and of all', async () => {
    const { catalog } = connection;
    const path = join(test.dir, 'tables.hyper');
    await catalog.createDatabase(path);
    const database = await catalog.attachDatabase(path, 'db');
    await catalog.createSchema('Extract');
    await catalog.createSchemaIfNotExists('Extract');
    await catalog.createSchema(SchemaName('db', 'other'));
    await catalog.createTable(TableDefinition(TableName('Extract', 'Extract'), columns));
    await catalog.createTable(TableDefinition(TableName('db', 'other', 't'), columns));
    await catalog.createTableIfNotExists(TableDefinition(TableName('db', 'other', 't'), columns));
    expect((await catalog.tableNames('Extract')).map(String)).toEqual(['"Extract"."Extract"']);
    expect((await catalog.tableNames('db')).map(String)).toEqual([]);
    expect((await catalog.tableNames(SchemaName('db', 'other'))).map(String)).toEqual(['"db"."other"."t"']);
    expect((await catalog.tableNames(database)).map(String)).toEqual(['"db"."Extract"."Extract"', '"db"."other"."t"']);
    expect((await catalog.tableNames()).map(String)).toEqual(['"Extract"."Extract"', '"other"."t"']);
    await connection.execute('CREATE TEMP TABLE passing AS SELECT 1 AS x');
    const schemas = (await catalog.schemaNames(DatabaseName('db'))).map(String);
    expect(schemas).toEqual(['"db"."Extract"', '"db"."other"', '"db"."public"']);
    expect((await catalog.schemaNames()).map(String)).toEqual(['"Extract"', '"other"', '"public"']);
    expect((await catalog.tableNames()).map(String)).toEqual(['"Extract"."Extract"', '"other"."t"']);
    await catalog.detachDatabase(database);
  });

  it('knows the collations of a table, so that its definition makes the same table again', async () => {
    const made = TableDefinition('collated', [
      { name: 'a', type: 'text', collation: 'en_US_CI' },
      { name: 'b', type: 'varchar(3)', collation: 'de_DE', nullability: 'notNullable' },
      { name: 'c', type: 'text' },
      { name: 'd', type: 'bigint' },
    ]);
    await connection.execute(String(made).replace('CREATE TABLE', 'CREATE TEMP TABLE'));
    const found = await connection.catalog.tableDefinition(TableName('collated'));
    expect(String(found)).toBe(String(made));
    expect(found.columns.map(({ collation }) => collation)).toEqual(['en_US_CI', 'de_DE', undefined, undefined]);
  });

  it('takes a text or a name for a table, and says which one is missing', async () => {
    const { catalog } = connection;
    await connection.execute('CREATE TEMP TABLE "a ""b" AS SELECT 1 AS x');
    for (const table of ['a "b', TableName('a "b')]) {
      expect(await catalog.hasTable(table)).toBe(true);
      expect((await catalog.tableDefinition(table)).columns.map(({ name }) => name)).toEqual(['x']);
      expect(await catalog.rowCount(table)).toBe(1);
    }
    for (const table of ['nope', TableName('nope', 'nope')]) {
      expect(await catalog.hasTable(table)).toBe(false);
      const missing = (method: string) => ({
        code: 'HYPER_TABLE_MISSING',
        context: `${method} ${TableName(table)}`,
      });
      await expect(catalog.tableDefinition(table)).rejects.toMatchObject(missing('tableDefinition'));
      await expect(catalog.rowCount(table)).rejects.toMatchObject(missing('rowCount'));
    }
    await expect(catalog.hasTable(undefined as never)).rejects.toMatchObject({ code: 'HYPER_NAME_INVALID' });
    await expect(catalog.rowCount(7 as never)).rejects.toMatchObject({ code: 'HYPER_NAME_INVALID' });
  });

  it('asks for the name of the database where several are attached', async () => {
    const { catalog } = connection;
    for (const alias of ['one', 'two']) {
      await catalog.createDatabase(join(test.dir, `${alias}.hyper`));
      await catalog.attachDatabase(join(test.dir, `${alias}.hyper`), alias);
    }
    const table = TableName('two', 'public', 't');
    await catalog.createTable(TableDefinition(table, columns));
    expect(await catalog.hasTable(table)).toBe(true);
    expect(await catalog.rowCount(table)).toBe(0);
    expect(await catalog.databaseVersion('two')).toBe(2);
    expect((await catalog.schemaNames('two')).map(String)).toEqual(['"two"."public"']);
    const unsaid = {
      code: 'HYPER_NAME_INVALID',
      message: expect.stringMatching(/"one", "two": name the one/) as unknown,
    };
    await expect(catalog.hasTable(TableName('public', 't'))).rejects.toMatchObject(unsaid);
    await expect(catalog.tableDefinition('t')).rejects.toMatchObject(unsaid);
    await expect(catalog.schemaNames()).rejects.toMatchObject(unsaid);
    await expect(catalog.tableNames('public')).rejects.toMatchObject(unsaid);
    await expect(catalog.databaseVersion()).rejects.toMatchObject(unsaid);
    // A temporary table is in none of them.
    await connection.execute('CREATE TEMP TABLE passing AS SELECT 1 AS x');
    expect(await catalog.hasTable('passing')).toBe(true);
    expect(await catalog.rowCount('passing')).toBe(1);
  });
});
