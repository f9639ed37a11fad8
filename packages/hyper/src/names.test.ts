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
