import { type ErrorCode, errorCodeEntry } from './error-codes.ts';
import type { ErrorReport } from './error-report.ts';

export interface HyperferryErrorOptions {
  /** Where it happened and what was seen: JSON values only, never a secret and never a whole cell. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Base of all errors that a user may see. The message says what and where; `next` says what to do.
 * Across packages errors are told apart by `code`, not by `instanceof`.
 */
export class HyperferryError extends Error {
  override readonly name: string = 'HyperferryError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: HyperferryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get retryable(): boolean {
    return errorCodeEntry(this.code).retryable;
  }

  get exit(): number {
    return errorCodeEntry(this.code).exit;
  }

  get next(): string {
    return errorCodeEntry(this.code).next;
  }
}

export function isHyperferryError(error: unknown): error is HyperferryError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string' && 'details' in error;
}

/** Any thrown value as a HyperferryError; what is not one already becomes INTERNAL with its cause kept. */
export function toHyperferryError(thrown: unknown): HyperferryError {
  if (isHyperferryError(thrown)) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HyperferryError('INTERNAL', message, { cause: thrown });
}

/** Any thrown value as it travels: in a report, in job data, over HTTP, in `--json` output. */
export function toErrorReport(thrown: unknown): ErrorReport {
  const error = toHyperferryError(thrown);
  return {
    code: error.code,
    message: error.message,
    next: error.next,
    retryable: error.retryable,
    details: { ...error.details },
  };
}

/**
 * What a failed write of a file is to users; errors that are not of the file system stay as they are.
 * @returns a HyperferryError DISK_FULL or OUTPUT_NOT_WRITABLE, or `error`
 */
export function outputError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const options = { details: { path }, cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new HyperferryError('DISK_FULL', `no space left to write ${path}`, options);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EISDIR')
    return new HyperferryError('OUTPUT_NOT_WRITABLE', `cannot write ${path}: ${(error as Error).message}`, options);
  return error;
}
