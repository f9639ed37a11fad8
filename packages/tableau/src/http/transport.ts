import type { Readable } from 'node:stream';

import fetch, { type Response } from 'node-fetch';

import { cancelledError, TableauError } from '../errors.ts';
import type { Agents } from './agents.ts';
import { createHeldBody, type HeldBody, watchConnect } from './connected-gate.ts';
import { networkError } from './network-error.ts';

/** A request body: `open` is called again for each try. */
export interface WireBody {
  readonly contentType: string;
  readonly sizeBytes: number;
  open(): Buffer | Readable;
  /** True for bodies that come from disk. Default: false. */
  readonly isStream?: boolean;
}

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: WireBody | undefined;
  /** Until the whole answer has been read. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Awaited when the socket is connected, right before the first byte is written; a rejection sends nothing. */
  readonly gate?: (() => Promise<void>) | undefined;
  readonly requestId: string;
  readonly redact: (text: string) => string;
}

export interface WireReply {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
}

/**
 * Sends one request and lets `consume` read the answer; redirects are answers. Nothing is repeated here.
 * @throws {TableauError} TABLEAU_UNREACHABLE, TABLEAU_TIMEOUT, TABLEAU_TLS_UNTRUSTED; `ambiguous` says whether the
 * request may have been carried out
 */
export async function sendOnce<T>(
  agents: Agents,
  request: WireRequest,
  consume: (response: Response) => Promise<T>,
): Promise<T> {
  const { url, signal, requestId, redact, timeoutMs } = request;
  const what = `${request.method} ${url.pathname}`;
  if (signal?.aborted) throw cancelledError(signal, what);
  const attempt = createAttempt(request);
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop.abort();
  }, timeoutMs);
  try {
    const agent = watchConnect(agents.agentFor(url), attempt.onConnected);
    const response = await fetch(url, {
      method: request.method,
      headers: attempt.headers,
      body: attempt.body,
      agent,
      redirect: 'manual',
      signal: stop.signal,
    });
    return await consume(response);
  } catch (error) {
    const connected = attempt.mayHaveBeenSent();
    if (attempt.gateError !== undefined) throw attempt.gateError;
    if (error instanceof TableauError) throw error;
    if (signal?.aborted) {
      if (!connected || request.gate === undefined) throw cancelledError(signal, what);
      throw networkError(error, { what, host: url.host, requestId, connected, redact });
    }
    if (timedOut) {
      throw new TableauError('TABLEAU_TIMEOUT', `${what}: no answer within ${Math.round(timeoutMs / 1000)} s`, {
        requestId,
        ambiguous: connected,
        cause: error,
      });
    }
    throw networkError(error, { what, host: url.host, requestId, connected, redact });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Reads a whole text answer. */
export async function readReply(response: Response): Promise<WireReply> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The changing part of one try: whether anything was sent, and the gate. */
function createAttempt(request: WireRequest) {
  const { body, gate } = request;
  const held = gate === undefined ? undefined : createHeldBody(bytesOf(body));
  const state = {
    gateError: undefined as Error | undefined,
    headers: {
      ...request.headers,
      ...(body === undefined ? {} : { 'Content-Type': body.contentType, 'Content-Length': String(body.sizeBytes) }),
    },
    body: held?.stream ?? body?.open() ?? null,
    onConnected: (): void => {
      if (held === undefined || gate === undefined) sent = true;
      else void release(held, gate);
    },
    mayHaveBeenSent: () => sent,
  };
  let sent = false;

  async function release(heldBody: HeldBody, ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      state.gateError = error instanceof Error ? error : new Error(String(error));
      heldBody.stream.destroy(state.gateError);
      return;
    }
    sent = true;
    heldBody.release();
  }

  return state;
}

function bytesOf(body: WireBody | undefined): Buffer {
  const opened = body?.open();
  if (!Buffer.isBuffer(opened)) throw new TypeError('a gated request has its body in memory');
  return opened;
}
