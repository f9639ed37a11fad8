import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { readReplyBody } from './reply-body.ts';
import { xmlElement } from './xml.ts';

test('an XML reply reads like its JSON form', () => {
  const xml = `<?xml version='1.0' encoding='UTF-8'?><tsResponse xmlns="http://tableau.com/api"><pagination pageNumber="1" pageSize="100" totalAvailable="2"/><projects><project id="a" name="N&#228;me &amp; x"/><project id="b" name="b"/></projects></tsResponse>`;
  expect(readReplyBody(xml)).toMatchObject({
    pagination: { totalAvailable: '2' },
    projects: { project: [{ id: 'a', name: 'Näme & x' }, { id: 'b' }] },
  });
});

test('any attribute value survives writing and reading', () => {
  const value = fc
    .string({ unit: 'binary', maxLength: 20 })
    .filter((text) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text));
  fc.assert(
    fc.property(value, (name) => {
      const body = readReplyBody(xmlElement('tsResponse', {}, xmlElement('project', { name })));
      expect(body).toEqual({ project: { name } });
    }),
  );
});

test('characters that XML cannot hold are left out', () => {
  expect(xmlElement('a', { name: 'x\u0000\u0007\uD800y' })).toBe('<a name="xy"/>');
});

test('a page of a proxy is not a reply', () => {
  expect(readReplyBody('<!DOCTYPE html><html><tsResponse/></html>')).toBeUndefined();
  expect(readReplyBody('Bad gateway')).toBeUndefined();
  expect(readReplyBody('{"cut')).toBeUndefined();
});
