import { XMLParser } from 'fast-xml-parser';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { element, listElement, textElement, writeJson, writeXml } from './element.ts';

describe('writeXml', () => {
  it('begins with a declaration and the namespace', () => {
    expect(writeXml([])).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?><tsResponse xmlns="http:\/\/tableau.com\/api"/,
    );
  });

  it('keeps any text that XML can hold', () => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      htmlEntities: true,
      parseAttributeValue: false,
    });
    const possible = fc
      .string({ unit: 'binary' })
      .filter((text) => /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(text));
    fc.assert(
      fc.property(possible, (text) => {
        const parsed = parser.parse(writeXml([element('a', { v: text })])) as { tsResponse: { a: { v?: string } } };
        expect(parsed.tsResponse.a.v ?? '').toBe(text);
      }),
    );
  });

  it('leaves out attributes without value', () => {
    expect(writeXml([element('a', { b: undefined, c: false })])).toContain('<a c="false"/>');
  });
});

describe('writeJson', () => {
  it('writes scalars as strings, lists in two levels, empty lists without inner key', () => {
    const reply = [
      element('pagination', { pageSize: 100 }),
      listElement('projects', [element('project', { id: 'x', open: true }, [element('owner', { id: 'y' })])]),
      listElement('tags', []),
    ];
    expect(JSON.parse(writeJson(reply))).toEqual({
      pagination: { pageSize: '100' },
      projects: { project: [{ id: 'x', open: 'true', owner: { id: 'y' } }] },
      tags: {},
    });
  });

  it('writes text with attributes as a value beside them', () => {
    const info = element('serverInfo', {}, [
      textElement('productVersion', '1', { build: '2' }),
      textElement('api', '3'),
    ]);
    expect(JSON.parse(writeJson([info]))).toEqual({
      serverInfo: { productVersion: { value: '1', build: '2' }, api: '3' },
    });
  });
});
