import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { QueueError } from '../errors.ts';
import type { RedisClient } from '../lines/run-script.ts';
import type { QueueConnection } from '../redis/connection.ts';
import { withinReach } from '../redis/fail-fast.ts';
import { seal, tokenIdOf, unseal } from './seal.ts';

const sessionSchema = z.strictObject({
  token: z.string().min(1),
  siteId: z.string(),
  siteContentUrl: z.string(),
  userId: z.string(),
  baseUrl: z.string(),
  signedInAt: z.string(),
});
/** A signed-in session, as packages/tableau has it. */
export type SharedSession = z.infer<typeof sessionSchema>;

/** Whose session, as packages/tableau has it. */
export interface SharedSessionKey {
  readonly serverUrl: string;
  readonly siteContentUrl: string;
  readonly kind: 'pat' | 'password' | 'jwt';
  readonly principal: string;
  readonly secret: string;
}

type SignIn = (signal?: AbortSignal) => Promise<SharedSession>;
interface ObtainOptions {
  readonly refusedToken?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Fits the SessionStore of packages/tableau. */
export interface RedisSessionStore extends AsyncDisposable {
  readonly shared: true;
  /** @throws {QueueError} QUEUE_UNREACHABLE, SESSION_SITE_CONFLICT; the errors of `signIn` */
  obtain(key: SharedSessionKey, signIn: SignIn, options?: ObtainOptions): Promise<SharedSession>;
  forget(key: SharedSessionKey, token: string): Promise<void>;
  close(): Promise<void>;
}

/** A session that nobody has asked for during this time is forgotten; the server ends idle ones as well. */
const idleMs = 4 * 3600 * 1000;
/** A use by another site within this time means that both are in use. */
const conflictMs = 10 * 60 * 1000;
const lockMs = 15_000;

/** Keeps the session if the lock is still the caller's. KEYS: session, lock. ARGV: owner, sealed, site, now, ttl. */
const luaKeep = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'sealed', ARGV[2], 'site', ARGV[3], 'usedAt', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('DEL', KEYS[2])
return 1`;
/** KEYS: lock. ARGV: owner, ttl or 0 to release. */
const luaLock = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;
/** KEYS: session. ARGV: sealed. */
const luaForget = `
if redis.call('HGET', KEYS[1], 'sealed') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * One session for one personal access token, shared by all workers and sealed with the token's own secret: who reads
 * Redis learns nothing. Sessions by password or JWT don't end each other and stay in this process.
 */
export function openSessionStore(connection: QueueConnection): RedisSessionStore {
  const redis = connection.open({ failFast: true, name: 'hf-sessions' });
  const reach = <T>(action: () => Promise<T>): Promise<T> => withinReach(redis, connection.describe, action);
  const pending = new Map<string, Promise<SharedSession>>();
  const local = new Map<string, SharedSession>();
  const store: RedisSessionStore = {
    shared: true,
    async obtain(key, signIn, { refusedToken, signal } = {}) {
      const id = JSON.stringify([key.kind, tokenIdOf(key), key.siteContentUrl]);
      if (key.kind !== 'pat') {
        const known = local.get(id);
        if (known && known.token !== refusedToken) return known;
      }
      // One question for all callers of this process; not bound to the signal of the first.
      const inFlight = `${id} ${refusedToken ?? ''}`;
      let answer = pending.get(inFlight);
      if (answer === undefined) {
        answer = key.kind === 'pat' ? obtainShared({ redis, reach }, key, signIn, refusedToken) : signIn();
        pending.set(inFlight, answer);
        answer.finally(() => pending.delete(inFlight)).catch(() => {});
      }
      const session = await orAborted(answer, signal);
      if (key.kind !== 'pat') local.set(id, session);
      return session;
    },
    async forget(key, token) {
      if (key.kind !== 'pat') {
        for (const [id, session] of local) if (session.token === token) local.delete(id);
        return;
      }
      const { session, sealed } = await reach(() => read(redis, key));
      if (session?.token === token) await reach(() => redis.eval(luaForget, 1, sessionKey(key), sealed));
    },
    async close() {
      redis.disconnect();
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
  return store;
}

interface Access {
  readonly redis: RedisClient;
  readonly reach: <T>(action: () => Promise<T>) => Promise<T>;
}

async function obtainShared(
  { redis, reach }: Access,
  key: SharedSessionKey,
  signIn: SignIn,
  refusedToken: string | undefined,
): Promise<SharedSession> {
  const owner = randomUUID();
  const lockKey = `${sessionKey(key)}:lock`;
  for (;;) {
    const known = await reach(() => read(redis, key));
    if (known.session && known.session.token !== refusedToken) {
      await reach(() => redis.hset(sessionKey(key), 'usedAt', Date.now()));
      return known.session;
    }
    if ((await reach(() => redis.set(lockKey, owner, 'PX', lockMs, 'NX'))) !== 'OK') {
      await sleep(30 + Math.random() * 70);
      continue;
    }
    const renewal = setInterval(() => {
      redis.eval(luaLock, 1, lockKey, owner, lockMs).catch(() => {});
    }, lockMs / 3);
    try {
      const meanwhile = await reach(() => read(redis, key));
      if (meanwhile.session && meanwhile.session.token !== refusedToken) return meanwhile.session;
      const session = sessionSchema.parse(await signIn());
      const sealed = seal(key, JSON.stringify(session));
      const args = [owner, sealed, key.siteContentUrl, Date.now(), idleMs];
      const kept = await reach(() => redis.eval(luaKeep, 2, sessionKey(key), lockKey, ...args));
      // Not kept: this process was frozen and another has signed in since, which ended this session.
      if (kept === 1) return session;
    } finally {
      clearInterval(renewal);
      await reach(() => redis.eval(luaLock, 1, lockKey, owner, 0)).catch(() => {});
    }
  }
}

async function read(
  redis: RedisClient,
  key: SharedSessionKey,
): Promise<{ readonly session: SharedSession | undefined; readonly sealed: string }> {
  const { sealed = '', site = key.siteContentUrl, usedAt = '0' } = await redis.hgetall(sessionKey(key));
  if (site !== key.siteContentUrl) {
    if (Date.now() - Number(usedAt) > conflictMs) return { session: undefined, sealed };
    throw new QueueError(
      'SESSION_SITE_CONFLICT',
      `personal access token "${key.principal}" is in use for site "${site}" of the same server; used for "${key.siteContentUrl}" too, the two would end each other's sessions`,
    );
  }
  const text = sealed === '' ? undefined : unseal(key, sealed);
  return { session: text === undefined ? undefined : sessionSchema.parse(JSON.parse(text)), sealed };
}

function sessionKey(key: SharedSessionKey): string {
  return `{hf}:session:${tokenIdOf(key)}`;
}

async function orAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
