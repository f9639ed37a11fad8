import { afterAll, beforeAll, expect, it } from 'vitest';

import { TableName } from '../names.ts';
import { TableDefinition } from '../table-definition.ts';
import { startTestHyper, type TestHyper } from '../testing.ts';
import { Inserter } from './inserter.ts';
import type { InsertRow } from './row-encoder.ts';

let test: TestHyper;

beforeAll(async () => {
  test = await startTestHyper();
});

afterAll(async () => {
  await test.close();
});

it('refuses what is no row, naming it, and adds nothing of it', async () => {
  await using connection = await test.hyper.connect();
  const table = TableDefinition(TableName('sizes'), [{ name: 'size', type: 'bigint' }]);
  await connection.execute(String(table).replace('CREATE TABLE', 'CREATE TEMP TABLE'));
  await using inserter = await Inserter.open(connection, table);
  const noRows: readonly (readonly [unknown, string])[] = [
    [7, 'number'],
    [true, 'boolean'],
    ['ab', 'string'],
    [null, 'null'],
    [undefined, 'undefined'],
    [new Map([['size', 5n]]), 'a Map'],
    [new Date(), 'a Date'],
    [Promise.resolve([1]), 'a Promise'],
  ];
  for (const [row, what] of noRows) {
    expect(() => inserter.addRow(row as InsertRow), what).toThrow(
      expect.objectContaining({
        code: 'HYPER_VALUE_INVALID',
        message: `row 1 is ${what}: neither an array of values nor an object with the names of the columns`,
        context: `insert into ${table.tableName}`,
      }),
    );
  }
  for (const rows of [undefined, null, 'ab', { size: 1 }, 7])
    await expect(inserter.addRows(rows as never)).rejects.toMatchObject({ code: 'HYPER_VALUE_INVALID' });
  await expect(inserter.addRows([[1], 2, [3]] as never)).rejects.toMatchObject({
    code: 'HYPER_VALUE_INVALID',
    details: { row: 2 },
  });
  // An object of a class, with or without own properties, is a row by its properties.
  const bySize = new (class {
    get size(): bigint {
      return 3n;
    }
  })();
  inserter.addRow(bySize as unknown as InsertRow);
  inserter.addRow({});
  expect(await inserter.execute()).toBe(3);
});
