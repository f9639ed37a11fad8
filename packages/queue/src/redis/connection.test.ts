import { expect, test } from 'vitest';

import { connectionFromUrl } from './connection.ts';

test.each([
  ['redis://127.0.0.1', '127.0.0.1:6379'],
  ['redis://user:p%40ss@redis.example:6380/2', 'redis.example:6380'],
  ['rediss://:secret@redis.example:6380', 'redis.example:6380'],
  ['redis://[::1]:7000', '::1:7000'],
  ['unix:///tmp/a%20b/redis.sock', '/tmp/a b/redis.sock'],
  ['redis-cluster://a:1,b:2,c', 'cluster a:1,b:2,c:6379'],
  ['redis-sentinel://a,b:1/mymaster/3', 'mymaster at sentinels a:26379,b:1'],
])('%s leads to %s, and its password is not told', (url, describe) => {
  const connection = connectionFromUrl(url);
  expect(connection.describe).toBe(describe);
  const client = connection.open({ failFast: true, name: 'test' });
  expect(client.status).toBe('wait');
  client.disconnect();
});

test.each([
  '',
  'localhost:6379',
  'http://redis',
  'redis://',
  'redis://a:notaport',
  'redis-sentinel://a',
  'redis://a/x',
])('%s has the code QUEUE_URL_INVALID, and the message does not repeat it', (url) => {
  expect(() => connectionFromUrl(url)).toThrow(expect.objectContaining({ code: 'QUEUE_URL_INVALID' }));
});
