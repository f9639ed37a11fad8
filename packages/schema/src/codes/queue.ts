import { defineCodes } from '../error-code.ts';

export const queueCodes = defineCodes({
  QUEUE_UNREACHABLE: {
    retryable: true,
    exit: 7,
    http: 503,
    next: 'Start a worker (`hyperferry-worker`), or set REDIS_URL to the Redis of your workers.',
  },
  QUEUE_NOT_RUNNING: {
    retryable: false,
    exit: 7,
    http: 503,
    next: 'Start a worker first: hyperferry-worker (it brings its own Redis), or set REDIS_URL.',
  },
  QUEUE_REDIS_MISSING: {
    retryable: false,
    exit: 7,
    http: 503,
    next: 'Run: npm run setup, or install redis-server, or set REDIS_URL.',
  },
  QUEUE_REDIS_START_FAILED: {
    retryable: false,
    exit: 7,
    http: 503,
    next: 'See the text of redis-server in the message.',
  },
  QUEUE_REDIS_UNSAFE: {
    retryable: false,
    exit: 7,
    http: 503,
    next: 'Set maxmemory-policy to noeviction on that Redis.',
  },
  RUN_UNKNOWN: { retryable: false, exit: 7, http: 404, next: 'List the runs with: hyperferry runs.' },
  RUN_CONFLICT: {
    retryable: false,
    exit: 7,
    http: 409,
    next: 'This key was used for another job spec: choose a new key.',
  },
  RUN_STALE: {
    retryable: false,
    exit: 7,
    http: 409,
    next: 'Another worker has taken over this run; nothing was sent.',
  },
  RUN_CANCELLED: {
    retryable: false,
    exit: 10,
    http: 409,
    next: 'The run was cancelled; submit it again if that was not intended.',
  },
  RUN_SUPERSEDED: { retryable: false, exit: 10, http: 409, next: 'A newer run of the same target replaced this one.' },
  RUN_OUTDATED: {
    retryable: false,
    exit: 7,
    http: 409,
    next: 'A newer run of this target has succeeded: pass --force to publish the older data again.',
  },
  RUN_HELD: { retryable: false, exit: 7, http: 409, next: 'Release or skip the held run of this target.' },
  RUN_STATE_INVALID: {
    retryable: false,
    exit: 7,
    http: 409,
    next: 'See the state of the run with: hyperferry show RUN_ID.',
  },
  RUN_RETRY_DIRECT: {
    retryable: false,
    exit: 7,
    http: 409,
    next: 'Use: hyperferry retry RUN_ID (a retry on the board cannot keep the order of the line).',
  },
  RUN_WAIT_TIMEOUT: {
    retryable: true,
    exit: 7,
    http: 504,
    next: 'The run goes on: look at it with hyperferry show RUN_ID.',
  },
  JOB_DATA_INVALID: { retryable: false, exit: 7, http: 400, next: 'Submit runs only through hyperferry.' },
  STAGE_TIMEOUT: { retryable: true, exit: 10, http: 504, next: 'Raise the deadline of the stage.' },
  WORKER_REFUSED: { retryable: false, exit: 7, http: 409, next: 'See the reason in the message.' },
});
