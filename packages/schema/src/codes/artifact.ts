import { defineCodes } from '../error-code.ts';

export const artifactCodes = defineCodes({
  ARTIFACT_MISSING: { retryable: false, exit: 9, http: 410, next: 'Submit the file again: its artifact is gone.' },
  ARTIFACT_CORRUPT: {
    retryable: false,
    exit: 9,
    http: 500,
    next: 'Submit the file again; check the disk of the artifact store.',
  },
  ARTIFACT_STORE_FAILED: {
    retryable: true,
    exit: 9,
    http: 503,
    next: 'Check that the artifact store is reachable and has space.',
  },
  ARTIFACT_STORE_FOREIGN: {
    retryable: false,
    exit: 4,
    http: 409,
    next: 'Give HYPERFERRY_ARTIFACTS the value that the workers have: the same folder on all hosts, or the same bucket.',
  },
  ARTIFACT_KEY_INVALID: { retryable: false, exit: 7, http: 400, next: 'Submit runs only through hyperferry.' },
  DATA_FOLDER_NOT_WRITABLE: {
    retryable: false,
    exit: 4,
    http: 500,
    next: 'Set HYPERFERRY_DATA to a folder that you may write.',
  },
});
