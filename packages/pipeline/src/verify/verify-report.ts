/** What one flow of the client showed. */
export interface VerifyStep {
  readonly name: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly ms: number;
  /** What the server does where its documentation leaves it open. */
  readonly findings: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Result of `verifyServer`. */
export interface VerifyReport {
  readonly ok: boolean;
  readonly server: { readonly productVersion: string; readonly apiVersion: string };
  readonly steps: readonly VerifyStep[];
  /** Things of ours that could not be removed. */
  readonly leftBehind: readonly string[];
  /** JSON lines: the report, then every exchange, redacted. */
  readonly recordingPath: string;
}
