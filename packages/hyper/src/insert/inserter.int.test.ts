import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Connection } from '../connection/connection.ts';
import { CreateMode } from '../create-mode.ts';
import { TableName } from '../names.ts';
import { type ColumnInput, TableDefinition } from '../table-definition.ts';
import { startTestHyper, type TestHyper } from '../testing.ts';
import { Inserter } from './inserter.ts';
import type { InsertRow } from './row-encoder.ts';
import type { InsertValue } from './value-writer.ts';

let test: TestHyper;
let connection: Connection;
let tables = 0;

beforeAll(async () => {
  test = await startTestHyper({ databaseVersion: 4 });
  connection = await test.hyper.connect({ database: join(test.dir, 'types.hyper'), createMode: CreateMode.create });
});
afterAll(async () => {
  await connection.close();
  await test.close();
});

async function newTable(columns: readonly ColumnInput[]): Promise<TableDefinition> {
  tables += 1;
  const definition = TableDefinition(TableName('types', 'public', `t${tables}`), columns);
  await connection.catalog.createTable(definition);
  return definition;
}

async function insert(
  definition: TableDefinition,
  rows: Iterable<InsertRow> | AsyncIterable<InsertRow>,
): Promise<number> {
  await using inserter = await Inserter.open(connection, definition);
  await inserter.addRows(rows);
  return await inserter.execute();
}

// Type, what is inserted, what comes back where that differs. A row number keeps the order.
const cases: Readonly<Record<string, readonly (readonly [InsertValue] | readonly [InsertValue, unknown])[]>> = {
  boolean: [[true], [false]],
  smallint: [[-32_768], [32_767], [0], [7n, 7]],
  integer: [[-2_147_483_648], [2_147_483_647], [0]],
  bigint: [
    [-(2n ** 63n)],
    [2n ** 63n - 1n],
    [0, 0n],
    [-1, -1n],
    [Number.MAX_SAFE_INTEGER, 9_007_199_254_740_991n],
    [-5_000_000_000, -5_000_000_000n],
  ],
  'numeric(1,0)': [['9'], ['-9'], [0, '0']],
  'numeric(18,2)': [
    ['9999999999999999.99'],
    ['-9999999999999999.99'],
    [1.1, '1.10'],
    [-0.01, '-0.01'],
    [3n, '3.00'],
    ['1e3', '1000.00'],
    ['+.50', '0.50'],
  ],
  'numeric(18,18)': [['0.999999999999999999'], ['-0.000000000000000001']],
  'numeric(19,0)': [['9999999999999999999'], ['-9999999999999999999'], [5, '5']],
  'numeric(38,0)': [
    [10n ** 38n - 1n, '9'.repeat(38)],
    [-(10n ** 38n) + 1n, `-${'9'.repeat(38)}`],
    [-1n, '-1'],
  ],
  'numeric(38,38)': [[`0.${'9'.repeat(38)}`], [`-0.${'0'.repeat(37)}1`]],
  real: [
    [Math.fround(3.402_823_466_385_288_6e38)],
    [Math.fround(1e-45)],
    [0.1, Math.fround(0.1)],
    [Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY],
    [Number.NaN],
  ],
  double: [
    [Number.MAX_VALUE],
    [Number.MIN_VALUE],
    [0.1],
    [-0],
    [1e22],
    [123_456_789_012_345_680],
    [Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY],
    [Number.NaN],
  ],
  oid: [[0], [4_294_967_295]],
  text: [
    [''],
    ['a'],
    ['\0 and \u0001'],
    ['NULL'],
    ['é漢字😀👩‍👩‍👧'],
    ['x'.repeat(63) + 'é'],
    ['é'.repeat(100_000)],
    ['line\nbreak\r\n"quoted"\t\\N'],
  ],
  'varchar(3)': [['abc'], ['😀é漢'], ['']],
  'char(3)': [['abc'], ['a', 'a  '], ['😀é漢']],
  'char(1)': [['a'], ['é']],
  json: [['{"a":[1,2.5,null,"é"]}'], ['null'], ['"text"']],
  bytes: [[Buffer.from([0, 255, 10])], [Buffer.alloc(0)], [Uint8Array.from([1, 2]), Buffer.from([1, 2])]],
  date: [
    ['4713-01-01 BC'],
    ['0044-03-15 BC'],
    ['0001-01-01'],
    ['1582-10-10'],
    ['1970-01-01'],
    ['2000-02-29'],
    ['9999-12-31'],
    ['10000-01-01'],
    ['294276-12-31'],
    [new Date(Date.UTC(2024, 0, 2, 23, 59)), '2024-01-02'],
    [new Date(-1), '1969-12-31'],
  ],
  time: [['00:00:00'], ['23:59:59.999999'], ['24:00:00'], ['12:30', '12:30:00']],
  timestamp: [
    ['4713-01-01 00:00:00 BC'],
    ['0001-01-01 00:00:00.000001'],
    ['1969-12-31 23:59:59.999999'],
    ['2024-02-29T12:00:00.5', '2024-02-29 12:00:00.5'],
    ['27000-01-01 01:02:03.000004'],
    ['294276-12-31 23:59:59.999999'],
    ['2024-06-01', '2024-06-01 00:00:00'],
    [new Date(Date.UTC(2024, 6, 1, 2, 3, 4, 5)), '2024-07-01 02:03:04.005'],
    ['2024-12-31 24:00:00', '2025-01-01 00:00:00'],
  ],
  timestamptz: [
    ['2024-06-01 00:30:00+02:00', '2024-05-31 22:30:00+00'],
    ['2024-06-01T00:30:00Z', '2024-06-01 00:30:00+00'],
    ['2024-06-01 00:30:00', '2024-06-01 00:30:00+00'],
    ['2024-06-01 00:30:00.000001-0330', '2024-06-01 04:00:00.000001+00'],
    [new Date(0), '1970-01-01 00:00:00+00'],
    ['294276-12-31 23:59:59.999999+00'],
    ['4713-01-01 00:00:00+00 BC'],
  ],
  interval: [
    ['P1Y2M3DT4H5M6.000007S'],
    ['PT0S'],
    ['P-1M-1DT-1S'],
    ['-P1D', 'P-1D'],
    ['P2W', 'P14D'],
    [{ months: 13, days: -1, microseconds: 1 }, 'P1Y1M-1DT0.000001S'],
    ['P178000000Y'],
  ],
  geography: [['POINT(1 2)', 'POINT(1.0000000 2.0000000)']],
  tabgeography: [['POINT(-180 90)', expect.stringMatching(/^POINT\(/)]],
  uuid: [['7c9e6679-7425-40de-944b-e07fc1f90ae7']],
};

describe('every type comes back as it was inserted, at its limits, and NULL', () => {
  it.each(Object.keys(cases))('%s', async (type) => {
    const definition = await newTable([
      { name: 'n', type: 'int', nullability: 'notNullable' },
      { name: 'v', type },
    ]);
    const values = [...(cases[type] ?? []), [null] as const];
    expect(
      await insert(
        definition,
        values.map(([value], index) => [index, value]),
      ),
    ).toBe(values.length);
    const { rows } = await connection.query(`SELECT v FROM ${definition.tableName} ORDER BY n`);
    expect(rows.map(([value]) => value)).toEqual(values.map((pair) => (pair.length === 1 ? pair[0] : pair[1])));
  });

  it.each(Object.keys(cases))('%s NOT NULL, defined by the catalog', async (type) => {
    const made = await newTable([
      { name: 'n', type: 'int' },
      { name: 'v', type, nullability: 'notNullable' },
    ]);
    const definition = await connection.catalog.tableDefinition(made.tableName);
    expect(definition.columns[1]).toMatchObject({ nullability: 'notNullable' });
    const values = cases[type] ?? [];
    expect(
      await insert(
        definition,
        values.map(([value], index) => ({ n: index, v: value })),
      ),
    ).toBe(values.length);
    const { rows } = await connection.query(`SELECT v FROM ${definition.tableName} ORDER BY n`);
    expect(rows.map(([value]) => value)).toEqual(values.map((pair) => (pair.length === 1 ? pair[0] : pair[1])));
    await expect(insert(definition, [[1, null]])).rejects.toMatchObject({ code: 'HYPER_VALUE_INVALID' });
  });
});

const refused: Readonly<Record<string, readonly InsertValue[]>> = {
  boolean: [1, 'true'],
  smallint: [32_768, 1.5, '1'],
  integer: [2_147_483_648, Number.NaN],
  bigint: [2n ** 63n, 2 ** 53, 0.5, '1'],
  'numeric(18,2)': ['1.005', 0.1 + 0.2, '10000000000000000', Number.NaN, 'NaN', '', '.', '1 000', '0x10', 10n ** 16n],
  'numeric(38,0)': [10n ** 38n, '1e38'],
  real: [1e39],
  double: ['1.5', 1n],
  oid: [-1],
  text: [1, '\uD800', `${'x'.repeat(80)}\uDC00`],
  'varchar(3)': ['abcd'],
  'char(3)': ['😀é漢x'],
  bytes: ['text'],
  date: [
    '2023-02-29',
    '2024-13-01',
    '0000-01-01',
    '2024-1-1',
    '01/02/2024',
    '2024-01-01 00:00',
    '294277-01-01',
    '4714-01-01 BC',
    'infinity',
    new Date(Number.NaN),
  ],
  time: ['24:00:00.1', '12:60', '12', '1:00'],
  timestamp: [
    '2024-01-01 00:00:00Z',
    '2024-01-01 00:00:00+02',
    '2024-01-01 25:00',
    '2024-01-01 00:00:00.1234567',
    '0000-01-01 00:00:00',
    '2024-01-01x00:00:00',
  ],
  timestamptz: ['2024-01-01 00:00:00 Europe/Berlin', '294276-12-31 23:59:59-01'],
  interval: ['P', 'PT', '1 day', 'P1.5D', { months: 2 ** 31, days: 0, microseconds: 0 }],
};

describe('a value that does not fit is refused before it is sent, and not shown', () => {
  it.each(Object.keys(refused))('%s', async (type) => {
    const definition = await newTable([{ name: 'v', type }]);
    await using inserter = await Inserter.open(connection, definition);
    for (const value of refused[type] ?? []) {
      expect(() => inserter.addRow([value]), typeof value).toThrow(
        expect.objectContaining({ code: 'HYPER_VALUE_INVALID' }),
      );
    }
    expect(await inserter.execute()).toBe(0);
  });
});

describe('the inserter', () => {
  const columns = [
    { name: 'a', type: 'bigint' },
    { name: 'b', type: 'text' },
  ] as const;

  it('takes more rows than may wait, from an async iterable', async () => {
    const definition = await newTable(columns);
    async function* rows() {
      for (let index = 0; index < 200_000; index += 1) yield [index, `text ${index} ${'x'.repeat(20)}`];
    }
    expect(await insert(definition, rows())).toBe(200_000);
    const sum = await connection.scalar(
      `SELECT sum(a) FROM ${definition.tableName} WHERE b LIKE 'text ' || a || ' x%'`,
    );
    expect(String(sum)).toBe(String((199_999 * 200_000) / 2));
  });

  it('fills some of the columns, the others with NULL', async () => {
    const definition = await newTable(columns);
    await using inserter = await Inserter.open(connection, definition.tableName, { columns: ['b'] });
    inserter.addRow(['x']);
    await inserter.execute();
    expect((await connection.query(`SELECT * FROM ${definition.tableName}`)).rows).toEqual([[null, 'x']]);
  });

  it('refuses a misspelt name, too many values and an unknown column', async () => {
    const definition = await newTable(columns);
    await using inserter = await Inserter.open(connection, definition);
    const invalid = expect.objectContaining({ code: 'HYPER_VALUE_INVALID' }) as unknown;
    expect(() => inserter.addRow({ a: 1, B: 'x' })).toThrow(invalid);
    expect(() => inserter.addRow([1, 'x', 2])).toThrow(invalid);
    await expect(Inserter.open(connection, definition, { columns: ['c'] })).rejects.toMatchObject({
      code: 'HYPER_TABLE_INVALID',
    });
    inserter.addRow({ a: 1 });
    expect(await inserter.execute()).toBe(1);
  });

  it('that is closed without execute leaves nothing in the table', async () => {
    const definition = await newTable(columns);
    const inserter = await Inserter.open(connection, definition);
    for (let index = 0; index < 50_000; index += 1) inserter.addRow([index, 'x'.repeat(50)]);
    await inserter.drained();
    await inserter.close();
    expect(() => inserter.addRow([1, 'x'])).toThrow(expect.objectContaining({ code: 'HYPER_CONNECTION_CLOSED' }));
    expect(await connection.catalog.rowCount(definition.tableName)).toBe(0);
  });

  it('says what the engine said, once it did, and does not hang', async () => {
    const definition = await newTable(columns);
    async function* endless() {
      for (let index = 0; ; index += 1) yield [index, 'x'.repeat(1000)];
    }
    await using inserter = await Inserter.open(connection, definition);
    await connection.execute(`DROP TABLE ${definition.tableName}`);
    await expect(inserter.addRows(endless())).rejects.toMatchObject({ sqlState: '42P01' });
  });

  it('is cancelled before the engine has asked for data', async () => {
    const definition = await newTable(columns);
    const stop = new AbortController();
    const inserter = await Inserter.open(connection, definition, { signal: stop.signal });
    inserter.addRow([1, 'x']);
    const inserted = inserter.execute();
    await Promise.resolve();
    stop.abort();
    const startedAt = performance.now();
    await expect(inserted).rejects.toMatchObject({ code: 'HYPER_CANCELLED' });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(await connection.catalog.rowCount(definition.tableName)).toBe(0);
  });

  it('is cancelled by its signal', async () => {
    const definition = await newTable(columns);
    const inserter = await Inserter.open(connection, definition, { signal: AbortSignal.timeout(200) });
    function* endless() {
      for (let index = 0; ; index += 1) yield [index, 'x'.repeat(1000)];
    }
    await expect(inserter.addRows(endless())).rejects.toMatchObject({ code: 'HYPER_CANCELLED' });
    expect(await connection.catalog.rowCount(definition.tableName)).toBe(0);
  });
});

it('any rows at all come back equal', async () => {
  const day = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  const row = fc.tuple(
    fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    fc.option(fc.double({ noNaN: true })),
    fc.option(fc.string({ unit: 'grapheme', maxLength: 100 })),
    fc.option(fc.boolean()),
    fc.option(day.map((date) => date.toISOString().slice(0, 10))),
    fc.option(day.map((date) => date.toISOString().slice(0, 23).replace('T', ' '))),
    fc.option(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })),
    fc.option(fc.uint8Array({ maxLength: 50 })),
  );
  const types = ['bigint', 'double', 'text', 'boolean', 'date', 'timestamp', 'numeric(38,5)', 'bytes'];
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 50 }), async (rows) => {
      const definition = await newTable([
        { name: 'n', type: 'int' },
        ...types.map((type, index) => ({ name: `c${index}`, type })),
      ]);
      await insert(
        definition,
        rows.map((values, index) => [
          index,
          ...values.map((value, at) => (at === 6 && value !== null ? decimal(value as bigint) : value)),
        ]),
      );
      const back = await connection.query(`SELECT * FROM ${definition.tableName} ORDER BY n`);
      expect(back.rows.map((values) => values.slice(1))).toEqual(
        rows.map((values) => values.map((value, at) => expected(value, at))),
      );
    }),
    { numRuns: 30 },
  );
});

function decimal(scaled: bigint): string {
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(6, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -5)}.${digits.slice(-5)}`;
}

function expected(value: unknown, at: number): unknown {
  if (value === null) return null;
  if (at === 6) return decimal(value as bigint);
  if (at === 7) return Buffer.from(value as Uint8Array);
  return at === 5
    ? (value as string).replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros)).replace(/(\.\d*?)0+$/, '$1')
    : value;
}
