import { describe, expect, it } from 'vitest';

import { identifierName } from './identifier-name.ts';

describe('identifierName', () => {
  it.each([
    'zip',
    'ZIP Code',
    'zip_code',
    'ZIP_CD',
    'mail_zipcode',
    'Ship-To Postal Code',
    'billingPostCode',
    'PLZ',
    'Postleitzahl',
    'Code postal',
    'código postal',
  ])('finds postal codes by %j', (name) => {
    expect(identifierName(name)).toBe('postal codes');
  });

  it.each([
    'phone',
    'Phone Number',
    'phone_num',
    'Customer Phone #',
    'Tel.',
    'Tel. Nr.',
    'Telefonnummer',
    'Teléfono',
    'fax no',
  ])('finds phone numbers by %j', (name) => {
    expect(identifierName(name)).toBe('phone numbers');
  });

  it.each([
    'phone_calls',
    'zip size',
    'hotel',
    'Number of Phones',
    'code',
    'number',
    'postal charge',
    'gzip',
    'phones',
  ])('finds nothing by %j', (name) => {
    expect(identifierName(name)).toBeUndefined();
  });
});
