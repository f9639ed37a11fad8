import type { Readable } from 'node:stream';

import type { z } from 'zod';

import type { WireBody } from '../http/transport.ts';
import type { RateLimitKind } from '../rate-limit.ts';
import type { Session } from '../session-store.ts';
import type { ServerInfo } from '../session/server-info.ts';

/** What may be repeated after a failure: anything, only what surely was not carried out, or nothing. */
export type Repeat = 'safe' | 'clean' | 'never';

/** One call of the REST API. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/{version}/sites/{site}`, e.g. `/projects`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: WireBody;
  readonly repeat: Repeat;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Awaited right before the bytes of each try are written; needs a body in memory. */
  readonly gate?: () => Promise<void>;
  readonly rateLimit?: RateLimitKind;
}

/** An answer whose body is read by the caller. */
export interface StreamedReply {
  readonly headers: { get(name: string): string | null };
  readonly body: Readable;
}

/** What the resources (projects, data sources, uploads, jobs) need of the client. */
export interface Api {
  /** Sends a call in the current session; signs in first, and once again when the session has ended. */
  call<T extends z.ZodType>(call: ApiCall, replySchema: T): Promise<z.output<T>>;
  /** The same for an answer that is not text; `consume` runs while the time-out holds. */
  stream<T>(call: ApiCall, consume: (reply: StreamedReply) => Promise<T>): Promise<T>;
  server(signal?: AbortSignal): Promise<ServerInfo>;
  session(signal?: AbortSignal): Promise<Session>;
  /** Waits; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  readonly nowMs: () => number;
}
