import { describe, expect, it } from 'vitest';

import { toLocale } from './locale-options.ts';

describe('toLocale', () => {
  it.each([
    [{ dateOrder: 'DMY' }, { dateOrder: 'dmy' }],
    [{ decimal: ',' }, { decimal: ',' }],
    [{ decimal: 'point' }, { decimal: '.' }],
    [{ dateOrder: 'day=dmy,"a,b=c=mdy"' }, { dateOrder: { day: 'dmy', 'a,b=c': 'mdy' } }],
    [{ decimal: 'price=comma,rate=dot' }, { decimal: { price: ',', rate: '.' } }],
    [{}, {}],
  ])('reads %j', async (options, locale) => {
    expect(await toLocale(options)).toEqual(locale);
  });

  it.each([{ dateOrder: 'ydm' }, { dateOrder: 'day=' }, { decimal: 'price' }, { decimal: '=comma' }, { decimal: ';' }])(
    'refuses %j',
    async (options) => {
      await expect(toLocale(options)).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    },
  );
});
