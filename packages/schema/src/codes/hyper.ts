import { defineCodes } from '../error-code.ts';

export const hyperCodes = defineCodes({
  HYPER_ENGINE_MISSING: {
    retryable: false,
    exit: 8,
    http: 500,
    next: 'Run: npm run setup (or set HYPERD_PATH to a hyperd binary).',
  },
  HYPER_PLATFORM_UNSUPPORTED: {
    retryable: false,
    exit: 8,
    http: 500,
    next: 'Run on Linux x64 (glibc), macOS arm64 or Windows through WSL2, or set HYPERD_PATH.',
  },
  HYPER_START_FAILED: {
    retryable: true,
    exit: 8,
    http: 500,
    next: 'See the text of the engine in the message; check memory and the temporary folder.',
  },
  HYPER_START_TIMEOUT: { retryable: true, exit: 8, http: 500, next: 'The machine may be overloaded: try again.' },
  HYPER_ENGINE_DIED: {
    retryable: true,
    exit: 8,
    http: 500,
    next: 'Try again; look for the out-of-memory killer in the system log if it happens twice.',
  },
  HYPER_QUERY_FAILED: { retryable: false, exit: 8, http: 500, next: 'See SQLSTATE and the detail in the message.' },
  HYPER_CANCELLED: { retryable: false, exit: 10, http: 409, next: 'The run was cancelled or timed out.' },
  HYPER_DATABASE_EXISTS: {
    retryable: false,
    exit: 8,
    http: 409,
    next: 'Choose another path or a create mode that replaces.',
  },
  HYPER_DATABASE_MISSING: { retryable: false, exit: 8, http: 404, next: 'Check the path of the .hyper file.' },
  HYPER_DATABASE_INVALID: {
    retryable: false,
    exit: 8,
    http: 400,
    next: 'The file is not a Hyper database or is damaged: build it again.',
  },
  HYPER_DATABASE_LOCKED: {
    retryable: true,
    exit: 8,
    http: 409,
    next: 'Close the other program that has the .hyper file open.',
  },
  HYPER_NAME_INVALID: {
    retryable: false,
    exit: 2,
    http: 400,
    next: 'Choose a name that is not empty and has no NUL character.',
  },
  HYPER_MEMORY_EXCEEDED: {
    retryable: false,
    exit: 9,
    http: 507,
    next: 'Raise the memory limit of the engine, or leave out what needs sorting.',
  },
  HYPER_VALUE_INVALID: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Correct the value: it does not fit the type of its column.',
  },
  HYPER_TABLE_INVALID: {
    retryable: false,
    exit: 3,
    http: 400,
    next: 'Use 1 to 16,384 columns with different names and types of the Hyper SQL.',
  },
  HYPER_FILE_REFUSED: {
    retryable: false,
    exit: 4,
    http: 403,
    next: 'Name a file in a folder that the engine was allowed to read when it was started.',
  },
  HYPER_CONNECTION_CLOSED: {
    retryable: false,
    exit: 8,
    http: 500,
    next: 'Open a new connection: this one was closed before it was used.',
  },
  DISK_FULL: { retryable: true, exit: 9, http: 507, next: 'Free disk space in the named folder.' },
  OUTPUT_NOT_WRITABLE: {
    retryable: false,
    exit: 9,
    http: 500,
    next: 'Choose a folder that exists and that you may write.',
  },
});
