import type { Stage } from '@hyperferry/schema';
import { z } from 'zod';

import { luaCancel, luaPauseLine, luaRelease, luaRetry, luaSkip, luaSubmit } from './lua-order.ts';
import { luaFinish, luaHeads, luaReappoint, luaStart, luaTimeOut } from './lua-run.ts';
import { luaBeginStage, luaConfirm, luaEndStage, luaReadNote, luaSettle, luaWriteNote } from './lua-stage.ts';
import { QueueError } from '../errors.ts';
import { runRecordSchema, type RunRecord, runStateSchema } from './run-record.ts';
import { lineScript, type RedisClient, runScript } from './run-script.ts';

const scripts = {
  submit: lineScript(luaSubmit),
  cancel: lineScript(luaCancel),
  release: lineScript(luaRelease),
  skip: lineScript(luaSkip),
  retry: lineScript(luaRetry),
  pauseLine: lineScript(luaPauseLine),
  start: lineScript(luaStart),
  timeOut: lineScript(luaTimeOut),
  finish: lineScript(luaFinish),
  reappoint: lineScript(luaReappoint),
  heads: lineScript(luaHeads),
  beginStage: lineScript(luaBeginStage),
  confirm: lineScript(luaConfirm),
  settle: lineScript(luaSettle),
  writeNote: lineScript(luaWriteNote),
  readNote: lineScript(luaReadNote),
  endStage: lineScript(luaEndStage),
} as const;

const headSchema = z.object({
  runId: z.string(),
  n: z.int(),
  priority: z.number(),
  state: runStateSchema,
  /** The target as JSON. */
  target: z.string(),
});
/** The first run of a line that may have a job: `<runId>.<n>` on the queue `runs`. */
export type Head = z.infer<typeof headSchema>;

const replySchema = z.object({
  status: z.string(),
  /** '' where there is none, or one that this version doesn't know. */
  state: z
    .union([runStateSchema, z.literal('')])
    .optional()
    .catch(''),
  position: z.int().optional(),
  head: headSchema.optional(),
  superseded: z.array(z.object({ runId: z.string(), n: z.int() })).optional(),
  n: z.int().optional(),
  error: z.string().optional(),
  by: z.string().optional(),
  fence: z.string().optional(),
  intent: z.string().optional(),
  cancel: z.string().optional(),
  sentSince: z.boolean().optional(),
  note: z.string().optional(),
  ageMs: z.number().optional(),
  result: z.string().optional(),
  record: z.array(z.string()).optional(),
});
/** What a script of the lines answers; `status` says which of the other fields are there. */
export type LineReply = z.infer<typeof replySchema>;

export interface SubmitEntry {
  readonly runId: string;
  readonly line: string;
  readonly mode: string;
  readonly bodyHash: string;
  readonly priority: number;
  readonly onFailure: 'continue' | 'hold';
  /** Further fields of the record, as text. */
  readonly fields: Readonly<Record<string, string>>;
}

/** One execution's claim on a stage of a run. */
export interface StageClaim {
  readonly runId: string;
  readonly gen: number;
  readonly stage: Stage;
  readonly fence: string;
}

/** Where the lease of a job stands, and what stands there as long as it is this execution's. */
export interface JobLease {
  readonly key: string;
  readonly token: string;
}

/** The verbs of the lines, each one atomic script. `ttlSeconds` is how long an ended run's record is kept. */
export interface Lines {
  submit(entry: SubmitEntry): Promise<LineReply>;
  cancel(runId: string, acceptUnknown: boolean): Promise<LineReply>;
  release(runId: string): Promise<LineReply>;
  skip(runId: string, acceptUnknown: boolean): Promise<LineReply>;
  retry(runId: string, options: { readonly force: boolean; readonly restart: boolean }): Promise<LineReply>;
  pauseLine(line: string, paused: boolean, target: string): Promise<LineReply>;
  start(runId: string, n: number, nonce: string, lease?: JobLease): Promise<LineReply>;
  timeOut(runId: string, fence: string): Promise<LineReply>;
  finish(end: {
    readonly runId: string;
    readonly fence: string;
    readonly outcome: 'succeeded' | 'failed' | 'cancelled';
    readonly error?: string;
    readonly report?: string;
  }): Promise<LineReply>;
  reappoint(
    head: { readonly runId: string; readonly n: number },
    limit: number,
    limitError: string,
  ): Promise<LineReply>;
  heads(lines: readonly string[]): Promise<Head[]>;
  beginStage(claim: Omit<StageClaim, 'fence'>, nonce: string, lease?: JobLease): Promise<LineReply>;
  confirm(claim: StageClaim): Promise<LineReply>;
  settle(claim: StageClaim): Promise<LineReply>;
  writeNote(claim: StageClaim, text: string): Promise<LineReply>;
  readNote(runId: string, stage: Stage): Promise<LineReply>;
  endStage(claim: StageClaim, outcome: { readonly result: string } | { readonly error: string }): Promise<LineReply>;
}

/** How long the record of an ended run is kept by default: 14 days. */
export const DEFAULT_RETENTION_SECONDS = 14 * 24 * 3600;

/** The lines on one Redis. */
export function createLines(redis: RedisClient, ttlSeconds = DEFAULT_RETENTION_SECONDS): Lines {
  const ttl = String(ttlSeconds);
  const call = async (name: keyof typeof scripts, ...args: (string | number)[]): Promise<LineReply> =>
    replySchema.parse(await runScript(redis, scripts[name], args));
  const flag = (value: boolean): string => (value ? '1' : '0');
  const claimArgs = (claim: StageClaim): (string | number)[] => [claim.runId, claim.gen, claim.stage, claim.fence];
  return {
    submit: ({ runId, line, mode, bodyHash, priority, onFailure, fields }) =>
      call('submit', runId, line, mode, bodyHash, priority, onFailure, ttl, JSON.stringify(fields)),
    cancel: (runId, acceptUnknown) => call('cancel', runId, flag(acceptUnknown), ttl),
    release: (runId) => call('release', runId, ttl),
    skip: (runId, acceptUnknown) => call('skip', runId, flag(acceptUnknown), ttl),
    retry: (runId, { force, restart }) => call('retry', runId, flag(force), flag(restart), ttl),
    pauseLine: (line, paused, target) => call('pauseLine', line, flag(paused), ttl, target),
    start: (runId, n, nonce, lease) => call('start', runId, n, nonce, lease?.key ?? '', lease?.token ?? ''),
    timeOut: (runId, fence) => call('timeOut', runId, fence),
    finish: ({ runId, fence, outcome, error = '', report = '' }) =>
      call('finish', runId, fence, outcome, error, report, ttl),
    reappoint: ({ runId, n }, limit, limitError) => call('reappoint', runId, n, limit, limitError, ttl),
    heads: async (lines) =>
      lines.length === 0 ? [] : z.array(headSchema).parse(await runScript(redis, scripts.heads, [ttl, ...lines])),
    beginStage: ({ runId, gen, stage }, nonce, lease) =>
      call('beginStage', runId, gen, stage, nonce, lease?.key ?? '', lease?.token ?? ''),
    confirm: (claim) => call('confirm', ...claimArgs(claim)),
    settle: (claim) => call('settle', ...claimArgs(claim)),
    writeNote: (claim, text) => call('writeNote', ...claimArgs(claim), text),
    readNote: (runId, stage) => call('readNote', runId, stage),
    endStage: (claim, outcome) =>
      'result' in outcome
        ? call('endStage', ...claimArgs(claim), outcome.result, '')
        : call('endStage', ...claimArgs(claim), '', outcome.error),
  };
}

/** The key of a run's record. */
export function runKey(runId: string): string {
  return `{hf}:run:${runId}`;
}

/** The fields of a run's record as they stand in Redis; none where there is no record. */
export async function readFields(redis: RedisClient, runId: string): Promise<Record<string, string>> {
  return redis.hgetall(runKey(runId)).catch((error: unknown) => {
    if (isWrongType(error)) return {};
    throw error;
  });
}

/** True when there is something else under a key than what we keep there: somebody else has put it. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE');
}

/**
 * The record of a run, or undefined where none is known.
 * @throws {QueueError} RUN_UNREADABLE
 */
export async function readRecord(redis: RedisClient, runId: string): Promise<RunRecord | undefined> {
  return recordOf(runId, await readFields(redis, runId));
}

/**
 * A record from its fields; undefined where there are none.
 * @throws {QueueError} RUN_UNREADABLE, naming the fields but none of their values
 */
export function recordOf(runId: string, fields: Readonly<Record<string, string>>): RunRecord | undefined {
  if (Object.keys(fields).length === 0) return undefined;
  const result = runRecordSchema.safeParse(fields);
  if (result.success) return result.data;
  const names = [...new Set(result.error.issues.map(({ path }) => String(path[0] ?? '')))];
  throw new QueueError(
    'RUN_UNREADABLE',
    `the record of run ${runId} has wrong or missing fields: ${names.join(', ')}`,
    {
      cause: result.error,
    },
  );
}
