import { expect, it } from 'vitest';

import { parseColumns, parseTypes } from './column-options.ts';

it('reads column names, quoted ones with commas too', async () => {
  expect(await parseColumns('a, b ,"c, d"')).toEqual(['a', 'b', 'c, d']);
});

it('reads types with their own commas', async () => {
  expect(await parseTypes('date=date,zip=text,price=numeric(18,2),b=Double Precision')).toEqual({
    date: 'date',
    zip: 'text',
    price: 'numeric(18,2)',
    b: 'double',
  });
});

it('knows the names that other databases have for types', async () => {
  expect(await parseTypes('a=decimal(10,2),b=NUMERIC( 10 ),c=real,d=decimal(38, 4)')).toEqual({
    a: 'numeric(10,2)',
    b: 'numeric(10,0)',
    c: 'double',
    d: 'numeric(38,4)',
  });
});

it('takes the last = of a name that has some', async () => {
  expect(await parseTypes('a=b=text')).toEqual({ 'a=b': 'text' });
});

it.each(['zip', '=text', 'a=text,,'])('refuses %j as types', async (text) => {
  await expect(parseTypes(text)).rejects.toMatchObject({ code: 'USAGE_INVALID' });
});

it('names a type that does not exist', async () => {
  await expect(parseTypes('zip=zipcode')).rejects.toMatchObject({ code: 'SPEC_INVALID', message: /zipcode/ });
});

it('refuses an empty list of columns', async () => {
  await expect(parseColumns('a,,b')).rejects.toMatchObject({ code: 'USAGE_INVALID' });
});
