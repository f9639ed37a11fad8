import { type ErrorCode, HyperferryError, type HyperferryErrorOptions } from '@hyperferry/schema';

export interface TableauErrorOptions extends HyperferryErrorOptions {
  /** HTTP status of the answer, when there was one. */
  readonly status?: number | undefined;
  /** Tableau's own code, six digits, e.g. `403007`. */
  readonly tableauCode?: string | undefined;
  /** Our id of the request, as in the log. */
  readonly requestId?: string | undefined;
  /** The request may have taken effect although no usable answer came. Default: false. */
  readonly ambiguous?: boolean;
  /** How long the server asked to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** Everything that `@hyperferry/tableau` throws. Decide by `code` (ours) or `tableauCode`, never by text: texts are localized. */
export class TableauError extends HyperferryError {
  override readonly name = 'TableauError';
  readonly status: number | undefined;
  readonly tableauCode: string | undefined;
  readonly ambiguous: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: TableauErrorOptions = {}) {
    const { status, tableauCode, requestId, ambiguous = false, retryAfterMs, details, cause } = options;
    super(code, message, {
      details: {
        ...details,
        ...(status === undefined ? {} : { status }),
        ...(tableauCode === undefined ? {} : { tableauCode }),
        ...(requestId === undefined ? {} : { requestId }),
        ...(ambiguous ? { ambiguous } : {}),
      },
      ...(cause === undefined ? {} : { cause }),
    });
    this.status = status;
    this.tableauCode = tableauCode;
    this.ambiguous = ambiguous;
    this.retryAfterMs = retryAfterMs;
  }
}

export function isTableauError(error: unknown): error is TableauError {
  return error instanceof Error && error.name === 'TableauError' && 'ambiguous' in error;
}

/** What to throw when a signal ended the work: the signal's own reason when it has a code, else RUN_CANCELLED. */
export function cancelledError(signal: AbortSignal, what: string): HyperferryError {
  if (signal.reason instanceof HyperferryError) return signal.reason;
  return new TableauError('RUN_CANCELLED', `${what} was cancelled`, { cause: signal.reason });
}
