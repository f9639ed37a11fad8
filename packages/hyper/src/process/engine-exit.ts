/** How an engine process ended. */
export interface EngineExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last 4 KB that it wrote to stderr. */
  readonly stderr: string;
}

/** The end of an engine in words. */
export function exitText(exit: EngineExit): string {
  const how = exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`;
  return exit.stderr === '' ? how : `${how}: ${exit.stderr}`;
}
