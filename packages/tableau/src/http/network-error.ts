import { TableauError } from '../errors.ts';

const notSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

const untrustedCodes = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

export interface NetworkFailure {
  readonly what: string;
  readonly host: string;
  readonly requestId: string;
  /** The socket was connected, so bytes may have arrived. */
  readonly connected: boolean;
  readonly redact: (text: string) => string;
}

/** A failure below HTTP as an error that says what to check. */
export function networkError(error: unknown, failure: NetworkFailure): TableauError {
  const { what, host, requestId, redact } = failure;
  const systemCode = errnoOf(error);
  const text = redact(error instanceof Error ? error.message : String(error));
  if (systemCode === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new TableauError('TABLEAU_TLS_UNTRUSTED', `${what}: the certificate is not for the host ${host}: ${text}`, {
      requestId,
      cause: error,
    });
  }
  if (systemCode !== undefined && untrustedCodes.has(systemCode)) {
    return new TableauError(
      'TABLEAU_TLS_UNTRUSTED',
      `${what}: the certificate of ${host} is not trusted (${systemCode})`,
      {
        requestId,
        cause: error,
      },
    );
  }
  const sent = failure.connected && !(systemCode !== undefined && notSentCodes.has(systemCode));
  return new TableauError('TABLEAU_UNREACHABLE', `${what}: no answer from ${host}: ${text}`, {
    requestId,
    ambiguous: sent,
    details: systemCode === undefined ? {} : { systemCode },
    cause: error,
  });
}

/** The system's code of an error, also where a library wrapped it. */
function errnoOf(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    const code = (current as { code?: unknown }).code;
    if (typeof code === 'string') return code;
  }
  return undefined;
}
