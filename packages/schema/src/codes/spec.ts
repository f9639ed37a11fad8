import { defineCodes } from '../error-code.ts';

export const specCodes = defineCodes({
  SPEC_INVALID: { retryable: false, exit: 2, http: 400, next: 'Correct the named field of the job spec.' },
  SPEC_NOT_READABLE: {
    retryable: false,
    exit: 2,
    http: 400,
    next: 'Give the path of a YAML or JSON file that you may read; docs/job-spec.md shows one.',
  },
  SPEC_VERSION_UNKNOWN: {
    retryable: false,
    exit: 2,
    http: 400,
    next: 'Use a hyperferry of the version that wrote this job, or write the spec for this version.',
  },
  SPEC_TYPE_UNKNOWN: { retryable: false, exit: 2, http: 400, next: 'Use one of the listed column types.' },
  USAGE_INVALID: { retryable: false, exit: 2, http: 400, next: 'See the command with --help.' },
  CONFIG_INVALID: { retryable: false, exit: 4, http: 500, next: 'Correct the named environment variable.' },
  CONNECTION_UNKNOWN: {
    retryable: false,
    exit: 4,
    http: 400,
    next: 'Set HYPERFERRY_CONNECTION_<NAME>_URL, _SITE, _PAT_NAME and _PAT_SECRET (or _PAT_SECRET_FILE) for the worker.',
  },
  CONNECTION_INVALID: { retryable: false, exit: 4, http: 400, next: 'Correct the named setting of the connection.' },
  INTERNAL: {
    retryable: false,
    exit: 1,
    http: 500,
    next: 'This is a defect of hyperferry: report it with the stack (--verbose).',
  },
});
