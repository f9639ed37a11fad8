import { describe, expect, it } from 'vitest';

import { SqlType } from './sql-type.ts';

describe('a type read from SQL text', () => {
  it.each([
    ['BIGINT', 'bigint'],
    ['int8', 'bigint'],
    ['double', 'double precision'],
    ['double  precision', 'double precision'],
    ['numeric(38, 10)', 'numeric(38,10)'],
    ['decimal(5)', 'numeric(5,0)'],
    ['character varying(7)', 'varchar(7)'],
    ['varchar', 'text'],
    ['char', 'char(1)'],
    ['bytea', 'bytes'],
    ['timestamp with time zone', 'timestamptz'],
    ['tabgeography', 'tableau.tabgeography'],
  ])('%s is %s', (text, expected) => {
    expect(String(SqlType.parse(text))).toBe(expected);
  });

  it.each([
    '',
    'money',
    'numeric(39,0)',
    'numeric(5,6)',
    'numeric(0)',
    'bigint(3)',
    'varchar(0)',
    'int; DROP TABLE t',
    'text) --',
  ])('%j is refused', (text) => {
    expect(() => SqlType.parse(text)).toThrow(expect.objectContaining({ code: 'HYPER_TABLE_INVALID' }));
  });

  it('is the same as the one that was made', () => {
    for (const type of [
      SqlType.bool(),
      SqlType.numeric(20, 3),
      SqlType.char(4),
      SqlType.tabgeography(),
      SqlType.interval(),
    ]) {
      expect({ ...SqlType.parse(String(type)), toString: undefined }).toEqual({ ...type, toString: undefined });
    }
  });
});
