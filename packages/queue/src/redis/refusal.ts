import { QueueError } from '../errors.ts';

const tlsCodes =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO)$/;
/** Where a Sentinel client has kept nothing but the text. */
const tlsTexts = /\bcertificate\b|\bSSL routines\b/;

/** What a server or its TLS refuses, with a code of ours; undefined for an error that waiting may mend, or of another kind. Ours stay. */
export function refusalOf(thrown: unknown, where: string): QueueError | undefined {
  if (thrown instanceof QueueError) return thrown;
  for (const error of withInner(thrown)) {
    const { message } = error;
    // OpenSSL's own text is half source code.
    const { code = '', reason = message } = error as NodeJS.ErrnoException & { reason?: string };
    if (tlsCodes.test(code) || tlsTexts.test(message)) {
      return new QueueError('QUEUE_TLS_FAILED', `no TLS with Redis at ${where}: ${reason}`, { cause: thrown });
    }
    if (/\b(?:WRONGPASS|NOAUTH|invalid password)\b/.test(message)) {
      return new QueueError('QUEUE_SIGN_IN_DENIED', `Redis at ${where} refuses the sign-in: ${message}`, {
        cause: thrown,
      });
    }
    if (/\bNOPERM\b/.test(message)) {
      return new QueueError('QUEUE_PERMISSION_DENIED', `Redis at ${where} refuses a command: ${message}`, {
        cause: thrown,
      });
    }
  }
  return undefined;
}

/**
 * A write that the server does not take for want of disk or memory, with a code of ours; undefined for another error.
 * Nothing was written, and it ends by itself when there is room: so it is no refusal of the connection.
 */
export function fullOf(thrown: unknown): QueueError | undefined {
  for (const { message } of withInner(thrown)) {
    if (
      !/^(?:ReplyError: )?(?:MISCONF|OOM)\b|\b(?:MISCONF Redis is|MISCONF Errors writing|OOM command not allowed)/.test(
        message,
      )
    )
      continue;
    return new QueueError('QUEUE_REDIS_FULL', `Redis takes no writes: ${message}`, { cause: thrown });
  }
  return undefined;
}

/** Cluster and Sentinel clients wrap what a node has said. */
function* withInner(thrown: unknown): Generator<Error> {
  if (!(thrown instanceof Error)) return;
  yield thrown;
  const { lastNodeError, cause } = thrown as Error & { lastNodeError?: unknown };
  yield* withInner(lastNodeError);
  yield* withInner(cause);
}
