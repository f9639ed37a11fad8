/** What is known about an error code before it happens: the one table that decides retry, exit status and advice. */
export interface ErrorCodeEntry {
  /** May the same action succeed later without anybody changing anything? Alone decides whether a stage is retried. */
  readonly retryable: boolean;
  /** Exit status of the CLI, 1 to 63. 2: usage, 3: input data, 4: configuration, 5: Tableau refused, 6: unreachable, 7: queue, 8: engine, 9: resources, 10: cancelled. */
  readonly exit: number;
  /** HTTP status when the error answers a request to our own API. */
  readonly http: number;
  /** What to do next, one imperative sentence. */
  readonly next: string;
}

/** Declares one area's codes with their literal names kept. */
export function defineCodes<const T extends Record<string, ErrorCodeEntry>>(codes: T): T {
  return codes;
}
