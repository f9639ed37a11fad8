import { defineCodes } from '../error-code.ts';

export const workerCodes = defineCodes({
  WORKER_REFUSED: { retryable: false, exit: 7, http: 409, next: 'See the reason in the message.' },
  WORKER_SHORT_OF_DISK: {
    retryable: true,
    exit: 9,
    http: 507,
    next: 'Make room in the named folder, or lower HYPERFERRY_MIN_FREE_DISK; the worker goes on by itself.',
  },
  WORKER_SHORT_OF_MEMORY: {
    retryable: true,
    exit: 9,
    http: 503,
    next: 'End what else uses memory there, or lower HYPERFERRY_MIN_FREE_MEMORY; the worker goes on by itself.',
  },
});
