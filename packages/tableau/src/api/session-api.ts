import type { Logger } from '@hyperferry/schema';
import type { Readable } from 'node:stream';
import type { z } from 'zod';

import type { ConnectionSettings } from '../connection/connection-settings.ts';
import { cancelledError, isTableauError, TableauError } from '../errors.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { Session, SessionStore } from '../session-store.ts';
import { fetchServerInfo, type ServerInfo } from '../session/server-info.ts';
import { sessionKey, signIn } from '../session/sign-in.ts';
import { readReplyBody } from '../wire/reply-body.ts';
import type { Api, ApiCall } from './api-call.ts';
import { queryString } from './query-string.ts';
import { sleep, type WireCall, type WireCaller } from './wire-caller.ts';

export interface SessionApiOptions {
  readonly settings: ConnectionSettings;
  readonly wire: WireCaller;
  readonly store: SessionStore;
  readonly rateLimit: RateLimit | undefined;
  readonly logger: Logger;
  /** The session in use; shared with the client, which redacts its token and signs it out. */
  readonly current: CurrentSession;
}

/** The session that calls are made in. */
export interface CurrentSession {
  session?: Session;
  /** When the store gave it out. */
  obtainedMs?: number;
}

/** How long a session is used before the store is asked again: a shared store needs to know that it is in use. */
const askStoreEveryMs = 60_000;

/** Calls in a session: signs in at the first one, and once more when the server says that the session has ended. */
export function createSessionApi(options: SessionApiOptions): Api {
  const { settings, wire, store, rateLimit, logger } = options;
  const key = sessionKey(settings);
  let serverInfo: Promise<ServerInfo> | undefined;

  function server(signal?: AbortSignal): Promise<ServerInfo> {
    serverInfo ??= fetchServerInfo(wire, settings, signal).catch((error: unknown) => {
      // Not kept: the next call asks again.
      serverInfo = undefined;
      throw error;
    });
    return serverInfo;
  }

  async function session(signal?: AbortSignal, refusedToken?: string): Promise<Session> {
    const { current } = options;
    const isFresh = performance.now() - (current.obtainedMs ?? Number.NEGATIVE_INFINITY) < askStoreEveryMs;
    if (current.session !== undefined && isFresh && current.session.token !== refusedToken) return current.session;
    const info = await server(signal);
    const signInAgain = async (signInSignal?: AbortSignal) => {
      logger.info({ connection: settings.name, kind: key.kind, again: refusedToken !== undefined }, 'tableau sign-in');
      return signIn(wire, settings, info, signInSignal);
    };
    // Others may wait for the same sign-in: an abort ends this wait, not theirs.
    const obtained = await untilAborted(store.obtain(key, signInAgain, { refusedToken, signal }), signal);
    current.session = obtained;
    current.obtainedMs = performance.now();
    return obtained;
  }

  async function inSession<T>(call: ApiCall, send: (wireCall: WireCall) => Promise<T>): Promise<T> {
    const info = await server(call.signal);
    let current = await session(call.signal);
    for (let replays = 0; ; replays += 1) {
      await rateLimit?.take(
        { serverUrl: settings.serverUrl, siteContentUrl: settings.siteContentUrl, kind: call.rateLimit ?? 'call' },
        call.signal,
      );
      try {
        return await send(toWireCall(call, info, current));
      } catch (error) {
        if (!isTableauError(error) || error.code !== 'TABLEAU_SESSION_ENDED') throw error;
        if (replays > 0) throw explainLostSession(error, settings);
        current = await session(call.signal, current.token);
      }
    }
  }

  return {
    server,
    session: (signal) => session(signal),
    call: (call, replySchema) =>
      inSession(call, async (wireCall) => {
        const reply = await wire.text(wireCall);
        return parseReply(reply.text, reply.status, replySchema, call);
      }),
    stream: (call, consume) =>
      inSession(call, (wireCall) =>
        wire.stream(wireCall, (response) => consume({ headers: response.headers, body: response.body as Readable })),
      ),
    sleep,
    nowMs: () => performance.now(),
  };
}

async function untilAborted<T>(waited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return waited;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(cancelledError(signal, 'the sign-in to Tableau'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([waited, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    waited.catch(() => undefined);
  }
}

function toWireCall(call: ApiCall, info: ServerInfo, session: Session): WireCall {
  const { method, path, query, headers, body, repeat, timeoutMs = 30_000, signal, gate } = call;
  return {
    method,
    url: new URL(`${session.baseUrl}/api/${info.apiVersion}/sites/${session.siteId}${path}${queryString(query)}`),
    headers: { ...headers, 'X-Tableau-Auth': session.token },
    body,
    repeat,
    timeoutMs,
    signal,
    gate,
  };
}

function parseReply<T extends z.ZodType>(text: string, status: number, schema: T, call: ApiCall): z.output<T> {
  const parsed = schema.safeParse(text.trim() === '' ? {} : readReplyBody(text));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const begin = text.slice(0, 120).replaceAll(/\s+/g, ' ');
  // A success with a body that we can't read: the request was carried out by somebody, perhaps only by a proxy.
  throw new TableauError(
    'TABLEAU_NOT_AN_API',
    `${call.method} ${call.path}: not a reply of the Tableau REST API: "${begin}"`,
    { status, ambiguous: call.method !== 'GET', details: { issues } },
  );
}

function explainLostSession(error: TableauError, settings: ConnectionSettings): TableauError {
  const { kind } = settings.credentials;
  const why =
    kind === 'pat'
      ? 'another program signs in with the same personal access token again and again; a token has one session only'
      : kind === 'jwt'
        ? 'the connected app lacks a scope for this call (jobs need API 3.25), or it was disabled'
        : 'the user was signed out or disabled';
  return new TableauError(
    'TABLEAU_SESSION_ENDED',
    `connection "${settings.name}": refused again right after a new sign-in: ${why}: ${error.message}`,
    { status: error.status, tableauCode: error.tableauCode, cause: error },
  );
}
