import { artifactCodes } from './codes/artifact.ts';
import { hyperCodes } from './codes/hyper.ts';
import { processCodes } from './codes/process.ts';
import { queueCodes } from './codes/queue.ts';
import { sourceCodes } from './codes/source.ts';
import { specCodes } from './codes/spec.ts';
import { tableauCodes } from './codes/tableau.ts';
import { workerCodes } from './codes/worker.ts';
import type { ErrorCodeEntry } from './error-code.ts';

/** Every error code of the product. A code is never renamed or reused; docs/errors.md explains each. */
export const errorCodes = {
  ...specCodes,
  ...sourceCodes,
  ...hyperCodes,
  ...tableauCodes,
  ...queueCodes,
  ...artifactCodes,
  ...processCodes,
  ...workerCodes,
};

export type ErrorCode = keyof typeof errorCodes;

/** The entry of a code; a code that this version doesn't know counts as INTERNAL. */
export function errorCodeEntry(code: string): ErrorCodeEntry {
  return isErrorCode(code) ? errorCodes[code] : errorCodes.INTERNAL;
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
