import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startTestRedis, type TestRedis } from '../testing.ts';
import { openRateLimit } from './rate-limit.ts';
import { openSessionStore, type SharedSession, type SharedSessionKey } from './session-store.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.close());

const keyOf = (principal: string, more: Partial<SharedSessionKey> = {}): SharedSessionKey => ({
  serverUrl: 'https://t',
  siteContentUrl: 'main',
  kind: 'pat',
  principal,
  secret: `secret of ${principal}`,
  ...more,
});
let signIns = 0;
async function signIn(): Promise<SharedSession> {
  await sleep(20);
  signIns += 1;
  const token = `token ${signIns}`;
  return { token, siteId: 's', siteContentUrl: 'main', userId: 'u', baseUrl: 'https://t', signedInAt: '2026' };
}

test('ten workers with one personal access token sign in once', async () => {
  const stores = Array.from({ length: 10 }, () => openSessionStore(redis.connection));
  const before = signIns;
  const sessions = await Promise.all(stores.flatMap((store) => [1, 2].map(() => store.obtain(keyOf('ten'), signIn))));
  expect(new Set(sessions.map((session) => session.token)).size).toBe(1);
  expect(signIns - before).toBe(1);
  const refusedToken = sessions[0]?.token;
  const renewed = await Promise.all(stores.map((store) => store.obtain(keyOf('ten'), signIn, { refusedToken })));
  expect(new Set(renewed.map((session) => session.token)).size).toBe(1);
  expect(signIns - before).toBe(2);
  await Promise.all(stores.map((store) => store.close()));
});

test('nothing of a session can be read in Redis', async () => {
  await using store = openSessionStore(redis.connection);
  const { token } = await store.obtain(keyOf('hidden'), signIn);
  const client = redis.connection.open({ failFast: false, name: 'test' });
  const all: string[] = [];
  for (const key of await client.keys('{hf}:session:*')) {
    all.push(key, JSON.stringify(await client.hgetall(key).catch(() => '')));
  }
  client.disconnect();
  expect(all.join()).not.toContain(token);
  expect(all.join()).not.toContain('secret of');
});

test('one token under two sites is refused: the two would end each other', async () => {
  await using store = openSessionStore(redis.connection);
  await store.obtain(keyOf('sites'), signIn);
  const other = store.obtain(keyOf('sites', { siteContentUrl: 'other' }), signIn);
  await expect(other).rejects.toMatchObject({ code: 'SESSION_SITE_CONFLICT' });
});

test('a failed sign-in is told and leaves the next caller free to try', async () => {
  await using store = openSessionStore(redis.connection);
  await expect(store.obtain(keyOf('fails'), () => Promise.reject(new Error('denied')))).rejects.toThrow('denied');
  expect((await store.obtain(keyOf('fails'), signIn)).token).toMatch(/^token/);
});

test('a forgotten session is asked for again; one with another token stays', async () => {
  await using store = openSessionStore(redis.connection);
  const { token } = await store.obtain(keyOf('forget'), signIn);
  await store.forget(keyOf('forget'), 'another');
  expect((await store.obtain(keyOf('forget'), signIn)).token).toBe(token);
  await store.forget(keyOf('forget'), token);
  expect((await store.obtain(keyOf('forget'), signIn)).token).not.toBe(token);
});

test('sessions by password stay in their process', async () => {
  await using one = openSessionStore(redis.connection);
  await using two = openSessionStore(redis.connection);
  const key = keyOf('person', { kind: 'password' });
  const [a, b, again] = [await one.obtain(key, signIn), await two.obtain(key, signIn), await one.obtain(key, signIn)];
  expect(a.token).not.toBe(b.token);
  expect(again.token).toBe(a.token);
});

test('a caller who gives up does not end the sign-in of the others', async () => {
  await using store = openSessionStore(redis.connection);
  const impatient = store.obtain(keyOf('signal'), signIn, { signal: AbortSignal.timeout(5) });
  const patient = store.obtain(keyOf('signal'), signIn);
  await expect(impatient).rejects.toMatchObject({ name: 'TimeoutError' });
  expect((await patient).token).toMatch(/^token/);
});

test('a limited kind goes out at its rate after the burst; an unlimited one at once', async () => {
  await using limit = openRateLimit(redis.connection, { publish: { count: 20, perMs: 1000 } });
  const bucket = { serverUrl: 'https://t', siteContentUrl: 'main', kind: 'publish' } as const;
  const startMs = performance.now();
  await Promise.all(Array.from({ length: 6 }, () => limit.take(bucket)));
  const tookMs = performance.now() - startMs;
  expect(tookMs).toBeGreaterThan(150);
  for (let index = 0; index < 50; index += 1) await limit.take({ ...bucket, kind: 'call' });
});
