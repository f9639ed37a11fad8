import { expect, it } from 'vitest';

import { TableName } from '../names.ts';
import { copyInto, external, STDIN } from './external.ts';

it('writes every option as the engine names it', () => {
  const sql = external({
    source: ["/it's.csv", '/b.csv'],
    columns: [
      { name: 'a"b', type: 'numeric(9,2)' },
      { name: 'c', type: 'text', nullability: 'notNullable' },
    ],
    header: true,
    delimiter: '\t',
    quote: null,
    escape: '\\',
    nullText: "N'A",
    forceNull: ['c'],
    encoding: 'utf-16',
    compression: 'zstd',
    sanitize: false,
    onCastFailure: 'set_null',
  });
  expect(sql).toBe(
    `external(array['/it''s.csv', '/b.csv'], columns => descriptor("a""b" numeric(9,2), "c" text NOT NULL), format => 'csv', ` +
      String.raw`header => true, delimiter => E'\x09', quote => E'\x01', escape => '\', "null" => 'N''A', force_null => array['c'], ` +
      `encoding => 'utf-16', compression => 'zstd', sanitize => false, on_cast_failure => 'set_null')`,
  );
});

it('copies into a table from a file or from STDIN', () => {
  expect(copyInto('t', { source: '/x.csv' })).toBe(`COPY "t" FROM '/x.csv' WITH (format => 'csv')`);
  expect(copyInto(TableName('s', 't'), { source: STDIN, columns: ['b', 'a'], forceNull: true })).toBe(
    `COPY "s"."t" ("b", "a") FROM STDIN WITH (format => 'csv', force_null => true)`,
  );
});

it('takes relative paths as those of this process, and leaves URLs alone', () => {
  expect(copyInto('t', { source: 'in/x.csv' })).toContain(`FROM '${process.cwd()}/in/x.csv'`);
  expect(external({ source: ['x.csv', 's3://bucket/x.csv'], columns: [{ name: 'a', type: 'int' }] })).toContain(
    `array['${process.cwd()}/x.csv', 's3://bucket/x.csv']`,
  );
});

it('refuses a type that is no type', () => {
  expect(() => external({ source: STDIN, columns: [{ name: 'a', type: "int) , '" }] })).toThrow(
    expect.objectContaining({ code: 'HYPER_TABLE_INVALID' }),
  );
});
