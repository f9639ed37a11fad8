import type { IncomingMessage } from 'node:http';

import type { FaultAction } from '../state/faults.ts';
import type { Session } from '../state/model.ts';
import type { World } from '../state/world.ts';
import { parsePayload, type PayloadNode } from './payload.ts';
import { RestError } from './rest-error.ts';

/** One request, as its route sees it. */
export interface RequestContext {
  readonly world: World;
  readonly method: string;
  readonly version: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingMessage['headers'];
  readonly body: AsyncIterable<Uint8Array>;
  /** Absent on routes without sign-in. */
  readonly session: Session | undefined;
  readonly fault: FaultAction | undefined;
  readonly baseUrl: string;
}

const MAX_PAYLOAD_BYTES = 10 * 1024 * 1024;

/** The session of a route that needs one. */
export function sessionOf(context: RequestContext): Session {
  if (context.session === undefined) throw new RestError('401000', 'No authentication credentials were provided.');
  return context.session;
}

/** The whole body as text. */
export async function readText(body: AsyncIterable<Uint8Array>, maxBytes = MAX_PAYLOAD_BYTES): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes <= maxBytes) chunks.push(chunk);
  }
  if (sizeBytes > maxBytes) throw new RestError('413000', 'The payload is too large.', 413);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The request's `<tsRequest>`.
 * @throws {RestError} 400000
 */
export async function readPayload(context: RequestContext): Promise<PayloadNode> {
  return parsePayload(await readText(context.body), context.headers['content-type']);
}
