/** One request with its answer, as it went over the wire; still with everything in it. */
export interface RawExchange {
  readonly method: string;
  readonly url: URL;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Text of a small body; undefined for files. */
  readonly requestBody: string | undefined;
  readonly requestBytes: number;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  readonly replyType: string | undefined;
  readonly replyText: string | undefined;
  readonly ms: number;
}

/** Told every exchange of a client. */
export type Recorder = (exchange: RawExchange) => void;
