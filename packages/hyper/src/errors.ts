import type { ErrorCode } from '@hyperferry/schema';
import { HyperferryError, type HyperferryErrorOptions } from '@hyperferry/schema/errors';

/** What the engine said besides its message. */
export interface EngineErrorFields {
  /** The five characters of the SQL standard, as sent by the engine. */
  readonly sqlState?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** What was being done: `attach /path/x.hyper`, `COPY`, … */
  readonly context?: string | undefined;
}

/** Every error of this package. `code` says what it means for us, `sqlState`, `detail` and `hint` what the engine said. */
export class HyperException extends HyperferryError {
  override readonly name: string = 'HyperException';
  readonly sqlState: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly context: string | undefined;

  constructor(code: ErrorCode, message: string, options: HyperferryErrorOptions & EngineErrorFields = {}) {
    const { sqlState, detail, hint, context } = options;
    const told = Object.entries({ sqlState, detail, hint, context }).filter(([, value]) => value !== undefined);
    super(code, message, { ...options, details: { ...options.details, ...Object.fromEntries(told) } });
    this.sqlState = sqlState;
    this.detail = detail;
    this.hint = hint;
    this.context = context;
  }
}

/** Any error of the wire as a HyperException; `context` says what was being done. */
export function toHyperException(thrown: unknown, context: string): HyperException {
  if (thrown instanceof HyperException) return thrown;
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as Error & Record<string, unknown>;
  const sqlState =
    /^[0-9A-Z]{5}$/.test(text(error['code']) ?? '') && 'severity' in error ? text(error['code']) : undefined;
  if (sqlState === undefined) {
    const what = context === 'connect' ? 'the engine could not be reached' : 'the connection to the engine was lost';
    return new HyperException('HYPER_ENGINE_DIED', `${context}: ${what} (${error.message})`, {
      context,
      cause: error,
    });
  }
  if (sqlState.startsWith('22')) redactValues(error);
  const detail = text(error['detail']);
  const where = detail === undefined ? '' : ` (${detail.replaceAll(/\s+/g, ' ')})`;
  return new HyperException(codeOf(sqlState, error.message), `${context}: ${error.message}${where} [${sqlState}]`, {
    sqlState,
    detail,
    hint: text(error['hint']),
    context,
    cause: error,
  });
}

const codesBySqlState: Readonly<Record<string, ErrorCode>> = {
  '42501': 'HYPER_FILE_REFUSED',
  '42809': 'HYPER_DATABASE_INVALID',
  '42P04': 'HYPER_DATABASE_EXISTS',
  '53100': 'DISK_FULL',
  '53200': 'HYPER_MEMORY_EXCEEDED',
  '53S01': 'HYPER_CANCELLED',
  '53S02': 'HYPER_MEMORY_EXCEEDED',
  '53S03': 'DISK_FULL',
  '54011': 'HYPER_TABLE_INVALID',
  '55006': 'HYPER_DATABASE_LOCKED',
  '57014': 'HYPER_CANCELLED',
  '57P01': 'HYPER_ENGINE_DIED',
  '58S01': 'HYPER_DATABASE_MISSING',
};

function codeOf(sqlState: string, message: string): ErrorCode {
  // A full disk comes as 53200, like memory that ran out.
  if (/no space left on device|disk full|growing the database file failed/i.test(message)) return 'DISK_FULL';
  if (/directory does not exist|permission denied|read-only file system/i.test(message)) return 'OUTPUT_NOT_WRITABLE';
  if (sqlState === '42809' && !message.includes('database')) return 'HYPER_QUERY_FAILED';
  return codesBySqlState[sqlState] ?? (sqlState.startsWith('22') ? 'HYPER_VALUE_INVALID' : 'HYPER_QUERY_FAILED');
}

// The engine quotes the cell that it could not read, in the message or the detail. Cells are the user's data and have no
// place in logs; `file: '/path' line:4 column:2` is what the user needs and stays.
function redactValues(error: Error & Record<string, unknown>): void {
  const raw = error.message;
  error.message = withoutQuoted(raw);
  if (error.stack !== undefined) error.stack = error.stack.replace(raw, () => error.message);
  const detail = text(error['detail']);
  if (detail !== undefined) error['detail'] = withoutQuoted(detail);
}

function withoutQuoted(message: string): string {
  return message.replaceAll(/(?<!\bfile:\s?)'(?:[^']|'')*'/gs, "'…'");
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
