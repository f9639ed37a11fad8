import { expect, test } from 'vitest';

import { seal, tokenIdOf, unseal } from './seal.ts';

const identity = { serverUrl: 'https://t', siteContentUrl: 'main', principal: 'ci', secret: 's3cret' };

test('what was sealed opens for the same identity', () => {
  expect(unseal(identity, seal(identity, 'token'))).toBe('token');
});

test.each([
  { ...identity, secret: 'other' },
  { ...identity, siteContentUrl: 'other' },
  { ...identity, serverUrl: 'https://other' },
  { ...identity, principal: 'other' },
])('it does not open for another identity: %j', (other) => {
  expect(unseal(other, seal(identity, 'token'))).toBeUndefined();
});

test('damage is seen', () => {
  const bytes = Buffer.from(seal(identity, 'token'), 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  expect(unseal(identity, bytes.toString('base64'))).toBeUndefined();
  expect(unseal(identity, 'short')).toBeUndefined();
});

test('neither the sealed text nor the id of the token shows the secret', () => {
  const shown = seal(identity, 'token') + tokenIdOf(identity);
  expect(shown).not.toMatch(/s3cret|token/);
  expect(tokenIdOf({ ...identity, secret: 'x' })).not.toBe(tokenIdOf(identity));
});
