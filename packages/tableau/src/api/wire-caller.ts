import { randomUUID } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';

import type { Logger } from '@hyperferry/schema';
import type { Response } from 'node-fetch';

import { cancelledError, isTableauError, TableauError } from '../errors.ts';
import type { Agents } from '../http/agents.ts';
import { redirectTarget } from '../http/redirect.ts';
import { maxTransientRetries, readRetryAfter, retryDelayMs } from '../http/retry-timing.ts';
import { readReply, sendOnce, type WireBody, type WireReply } from '../http/transport.ts';
import type { Recorder } from '../recording/exchange.ts';
import { foreignReplyError, replyError } from '../wire/reply-error.ts';
import type { Repeat } from './api-call.ts';

export interface WireCallerOptions {
  readonly agents: Agents;
  readonly logger: Logger;
  readonly redact: (text: string) => string;
  readonly userAgent: string;
  /** Time spent on throttled calls before their error is passed on. */
  readonly throttleBudgetMs: number;
  readonly recorder?: Recorder | undefined;
}

export interface WireCall {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: WireBody | undefined;
  readonly repeat: Repeat;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly gate?: (() => Promise<void>) | undefined;
  /** Told when an answer sends the request on to another address. */
  readonly onRedirect?: (to: URL) => void;
}

/** Sends calls with back-off, redirects and logs; knows nothing of sessions. */
export interface WireCaller {
  /** @throws {TableauError} for every answer that is not a success of the REST API */
  text(call: WireCall): Promise<WireReply>;
  stream<T>(call: WireCall, consume: (response: Response) => Promise<T>): Promise<T>;
}

/** Waits; rejects with the coded error when the signal aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted) throw cancelledError(signal, 'waiting for Tableau');
    throw error;
  }
}

export function createWireCaller(options: WireCallerOptions): WireCaller {
  const { agents, logger, redact } = options;

  async function once<T>(
    call: WireCall,
    url: URL,
    consume: (response: Response) => Promise<T>,
    redirects: number,
  ): Promise<T> {
    const requestId = randomUUID();
    const what = `${call.method} ${url.pathname}`;
    const startedMs = performance.now();
    const log = (status: number | string) =>
      logger.debug(
        { requestId, method: call.method, path: url.pathname, status, ms: Math.round(performance.now() - startedMs) },
        'tableau call',
      );
    const headers = {
      Accept: 'application/json',
      'User-Agent': options.userAgent,
      'X-Request-Id': requestId,
      ...call.headers,
    };
    const { body, timeoutMs, signal, gate } = call;
    const record = (response?: Response, replyText?: string) =>
      options.recorder?.({
        method: call.method,
        url,
        requestHeaders: headers,
        requestBody: readSmallBody(body),
        requestBytes: body?.sizeBytes ?? 0,
        status: response?.status,
        replyType: response?.headers.get('content-type') ?? undefined,
        replyText,
        ms: performance.now() - startedMs,
      });
    const request = { method: call.method, url, headers, body, timeoutMs, signal, gate, requestId, redact };
    try {
      const result = await sendOnce(agents, request, async (response) => {
        log(response.status);
        const { status } = response;
        const target = await redirectTarget(url, status, response.headers.get('location'), what);
        if (target !== undefined) {
          await response.text();
          return { redirect: target };
        }
        if (status >= 200 && status < 300) {
          const value = await consume(response);
          record(response, (value as Partial<WireReply> | undefined)?.text);
          return { value };
        }
        const { text } = await readReply(response);
        record(response, text);
        const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), Date.now());
        throw replyError({ status, text, what, requestId, retryAfterMs, redact });
      });
      if ('value' in result) return result.value;
      if (redirects >= 3) throw new TableauError('TABLEAU_NOT_AN_API', `${what}: redirected more than 3 times`);
      call.onRedirect?.(result.redirect);
      return await once(call, result.redirect, consume, redirects + 1);
    } catch (error) {
      if (isTableauError(error) && error.status === undefined) {
        log(error.code);
        record();
      }
      throw error;
    }
  }

  async function withRetries<T>(call: WireCall, consume: (response: Response) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    let throttled = 0;
    let transient = 0;
    for (;;) {
      try {
        return await once(call, call.url, consume, 0);
      } catch (error) {
        if (!isTableauError(error)) throw error;
        const kind = retryKind(error, call.repeat);
        if (kind === undefined) throw error;
        const retry = kind === 'throttled' ? throttled++ : transient++;
        if (kind === 'transient' && retry >= maxTransientRetries) throw error;
        const delayMs = retryDelayMs(kind, retry, error.retryAfterMs, Math.random());
        if (performance.now() - startedMs + delayMs > options.throttleBudgetMs) throw error;
        logger.info({ code: error.code, delayMs, path: call.url.pathname }, 'tableau call is tried again');
        await sleep(delayMs, call.signal);
      }
    }
  }

  return {
    text: (call) =>
      withRetries(call, async (response) => {
        const reply = await readReply(response);
        if (reply.text.trim() !== '' && !/^\s*[{<]/.test(reply.text)) {
          throw foreignReplyError({
            status: reply.status,
            text: reply.text,
            what: `${call.method} ${call.url.pathname}`,
            requestId: '',
            retryAfterMs: undefined,
            redact,
          });
        }
        return reply;
      }),
    stream: withRetries,
  };
}

function retryKind(error: TableauError, repeat: Repeat): 'throttled' | 'transient' | undefined {
  if (repeat === 'never') return undefined;
  if (error.code === 'TABLEAU_THROTTLED') return 'throttled';
  const transient =
    error.code === 'TABLEAU_UNREACHABLE' || error.code === 'TABLEAU_TIMEOUT' || error.code === 'TABLEAU_SERVER_ERROR';
  if (!transient) return undefined;
  return repeat === 'safe' || !error.ambiguous ? 'transient' : undefined;
}

/** The text of a body that is in memory and small; files are not looked at. */
function readSmallBody(body: WireBody | undefined): string | undefined {
  if (body === undefined || body.sizeBytes > 8_192 || body.isStream === true) return undefined;
  const bytes = body.open();
  return Buffer.isBuffer(bytes) ? bytes.toString('utf8') : undefined;
}
