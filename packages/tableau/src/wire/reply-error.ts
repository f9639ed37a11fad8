import type { ErrorCode } from '@hyperferry/schema';
import { z } from 'zod';

import { TableauError } from '../errors.ts';
import { readReplyBody, wireText } from './reply-body.ts';

const errorBodySchema = z.object({
  error: z.object({ code: wireText, summary: wireText.optional(), detail: wireText.optional() }),
});

/** Tableau's codes that mean something of their own to us; the rest is decided by HTTP status. */
const codeTable: Readonly<Record<string, ErrorCode>> = {
  '400011': 'TABLEAU_PUBLISH_REFUSED',
  '400031': 'TABLEAU_JOB_UNKNOWN',
  '400054': 'TABLEAU_PUBLISH_REFUSED',
  '401000': 'TABLEAU_SESSION_ENDED',
  '401001': 'TABLEAU_SIGN_IN_DENIED',
  '401002': 'TABLEAU_SESSION_ENDED',
  '401003': 'TABLEAU_SIGN_IN_DENIED',
  '403008': 'TABLEAU_QUOTA_EXCEEDED',
  '403014': 'TABLEAU_REQUEST_INVALID',
  '403132': 'TABLEAU_PUBLISH_REFUSED',
  '404000': 'TABLEAU_REQUEST_INVALID',
  '404001': 'TABLEAU_VERSION_UNSUPPORTED',
  '404003': 'TABLEAU_VERSION_UNSUPPORTED',
  '404004': 'TABLEAU_DATASOURCE_UNKNOWN',
  '404005': 'TABLEAU_PROJECT_UNKNOWN',
  '404015': 'TABLEAU_UPLOAD_LOST',
  '404018': 'TABLEAU_JOB_UNKNOWN',
  '405000': 'TABLEAU_REQUEST_INVALID',
  '409006': 'TABLEAU_PROJECT_EXISTS',
  '409015': 'TABLEAU_DATASOURCE_EXISTS',
  '409093': 'TABLEAU_REFRESH_QUEUED',
};

export interface ReplyFacts {
  readonly status: number;
  readonly text: string;
  /** Method and path, for the message. */
  readonly what: string;
  readonly requestId: string;
  readonly retryAfterMs: number | undefined;
  /** Values that must not appear in a message, whatever the server echoes. */
  readonly redact: (text: string) => string;
}

/** The error in a reply that is not a success. Never throws itself: gateways answer with any bytes. */
export function replyError(facts: ReplyFacts): TableauError {
  const { status, what, requestId, retryAfterMs } = facts;
  const parsed = errorBodySchema.safeParse(readReplyBody(facts.text));
  if (!parsed.success) return foreignReplyError(facts);
  const { code: tableauCode, summary, detail } = parsed.data.error;
  const text = [summary, detail].filter((part) => part !== undefined && part !== '').join(': ');
  return new TableauError(
    codeTable[tableauCode] ?? codeOfStatus(status),
    facts.redact(`${what}: Tableau answered ${tableauCode}${text === '' ? '' : ` ${text.slice(0, 600)}`}`),
    { status, tableauCode, requestId, retryAfterMs, ambiguous: isAmbiguousStatus(status) },
  );
}

/** The error for a reply whose body the REST API cannot have written. */
export function foreignReplyError(facts: ReplyFacts): TableauError {
  const { status, what, requestId, retryAfterMs } = facts;
  if (status === 407) {
    return new TableauError('TABLEAU_PROXY_REFUSED', `${what}: the proxy asks for user and password (407)`, {
      status,
      requestId,
    });
  }
  const begin = facts.text.slice(0, 120).replaceAll(/\s+/g, ' ').trim();
  const quoted = begin === '' ? 'an empty body' : `"${begin}"`;
  const known = status === 429 || status === 413 || status >= 500 || status === 408;
  const text = known ? `${status} with ${quoted}` : `${status}, not a reply of the Tableau REST API: ${quoted}`;
  return new TableauError(
    known ? codeOfStatus(status) : 'TABLEAU_NOT_AN_API',
    facts.redact(`${what}: the server answered ${text}`),
    { status, requestId, retryAfterMs, ambiguous: status < 300 || isAmbiguousStatus(status) },
  );
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'TABLEAU_SESSION_ENDED';
  if (status === 403) return 'TABLEAU_PERMISSION_DENIED';
  if (status === 413) return 'TABLEAU_PAYLOAD_TOO_LARGE';
  if (status === 429) return 'TABLEAU_THROTTLED';
  if (status === 408 || status === 504) return 'TABLEAU_TIMEOUT';
  if (status >= 500) return 'TABLEAU_SERVER_ERROR';
  return 'TABLEAU_REQUEST_INVALID';
}

/** After these the request may have been carried out all the same. */
function isAmbiguousStatus(status: number): boolean {
  return status === 408 || status >= 500;
}
