export type { ActiveRun } from './consume/active-run.ts';
export type { RunHandler } from './consume/coordinator.ts';
export type { Deadlines, LeaseSettings, RetrySettings } from './consume/runtime.ts';
export type { SendPermit, StageHandler, StageJob } from './consume/stage-job.ts';
export {
  type ConsumerHandlers,
  type Consumers,
  startConsumers,
  type StartConsumersOptions,
} from './consume/start-consumers.ts';
export { QueueError } from './errors.ts';
export { isEnded, type RunState, runStates, type TableauSite } from './lines/run-record.ts';
export { connectionFromUrl, connectRedis, type ConnectRedisOptions, type QueueConnection } from './redis/connection.ts';
export {
  joinPrivateRedis,
  type PrivateRedis,
  startPrivateRedis,
  type StartPrivateRedisOptions,
} from './redis/private-redis.ts';
export { cachedRedisServer, findRedisServer, redisCacheDir, type RedisPathEnv } from './redis/redis-path.ts';
export { type KeptRun, type KeptRuns, openKeptRuns } from './runs/kept-runs.ts';
export { type BoardQueues, openBoardQueues } from './runs/board-queues.ts';
export type { StageInputs, StageResults } from './runs/job-data.ts';
export { createRunId, isRunId } from './runs/run-id.ts';
export {
  openRunQueue,
  type OpenRunQueueOptions,
  type RunQueue,
  type SubmitInput,
  type Submitted,
} from './runs/run-queue.ts';
export type { RunView } from './runs/run-view.ts';
export type { WaitReason } from './runs/run-wait.ts';
export type { WaitForRunOptions } from './runs/wait-for-run.ts';
export type { LineView } from './runs/list-lines.ts';
export type { ListRunsOptions, RunPage } from './runs/list-runs.ts';
export type { Pauses, PauseScope, ResumeScope } from './runs/pause-queue.ts';
export type { AcceptUnknown, RetryOptions, Steered } from './runs/steer-runs.ts';
export { announceWorker, type AnnouncedWorker, type AnnounceWorkerOptions } from './workers/announce-worker.ts';
export type { FleetStore } from './workers/fleet-store.ts';
export type { WorkerView } from './workers/list-workers.ts';
export type { Resource, WorkerJob, WorkerRecord } from './workers/worker-record.ts';
export { openRateLimit, type RateLimitRule, type RedisRateLimit } from './tableau/rate-limit.ts';
export { openSessionStore, type RedisSessionStore } from './tableau/session-store.ts';
