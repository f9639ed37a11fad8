import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DatabaseName, escapeName, escapeStringLiteral, SchemaName, TableName } from './names.ts';

const sendable = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));

describe('escaping', () => {
  it('of any name and any text can be undone, and ends nowhere inside', () => {
    fc.assert(
      fc.property(sendable, (text) => {
        expect(escapeName(text)).toMatch(/^"(?:[^"]|"")+"$/s);
        expect(escapeName(text).slice(1, -1).replaceAll('""', '"')).toBe(text);
        expect(escapeStringLiteral(text)).toMatch(/^'(?:[^']|'')*'$/s);
        expect(escapeStringLiteral(text).slice(1, -1).replaceAll("''", "'")).toBe(text);
      }),
    );
  });

  it.each(['\0', 'a\0b', '\uD800', 'x\uDC00'])('refuses what cannot be sent: %j', (text) => {
    const invalid = expect.objectContaining({ code: 'HYPER_NAME_INVALID' }) as unknown;
    expect(() => escapeName(text)).toThrow(invalid);
    expect(() => escapeStringLiteral(text)).toThrow(invalid);
  });

  it('refuses an empty name, not an empty text', () => {
    expect(() => escapeName('')).toThrow(expect.objectContaining({ code: 'HYPER_NAME_INVALID' }));
    expect(escapeStringLiteral('')).toBe("''");
  });
});

it('names read as SQL in templates', () => {
  expect(
    `${DatabaseName('db')} ${SchemaName('db', 's"x')} ${TableName('t')} ${TableName('s', 't')} ${TableName('d', 's', 't')}`,
  ).toBe('"db" "db"."s""x" "t" "s"."t" "d"."s"."t"');
  expect(TableName('d', 's', 't')).toMatchObject({ database: 'd', schema: 's', name: 't' });
});

it('names are made of texts and of names', () => {
  const [database, schema] = [DatabaseName('d'), SchemaName('d', 's')];
  expect(String(SchemaName(database, 'x'))).toBe('"d"."x"');
  expect(TableName(schema, 't')).toMatchObject({ database: 'd', schema: 's', name: 't' });
  expect(TableName(SchemaName('s'), 't')).toMatchObject({ database: undefined, schema: 's', name: 't' });
  expect(String(TableName(database, 's', 't'))).toBe('"d"."s"."t"');
  expect(String(TableName(TableName(schema, 't')))).toBe('"d"."s"."t"');
  expect(String(SchemaName(schema))).toBe('"d"."s"');
  expect(String(DatabaseName(database))).toBe('"d"');
});

it.each([
  () => TableName(undefined as never),
  () => TableName(7 as never),
  () => TableName(...([] as never)),
  () => TableName({ toString: () => 't; DROP TABLE t' } as never),
  () => TableName(SchemaName('s') as never),
  () => TableName('d', SchemaName('d', 's') as never, 't'),
  () => SchemaName(...(['a', 'b', 'c'] as never)),
  () => DatabaseName(SchemaName('s') as never),
  () => escapeName(7 as never),
  () => escapeStringLiteral(null as never),
])('what is no name is refused: %s', (name) => {
  expect(name).toThrow(expect.objectContaining({ code: 'HYPER_NAME_INVALID' }));
});
