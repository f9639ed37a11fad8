import { DEFAULT_RETENTION_SECONDS } from '../lines/lines.ts';
import type { QueueConnection } from '../redis/connection.ts';
import { withinReach } from '../redis/fail-fast.ts';

/**
 * Remembers intents and outcomes of publishes beyond the life of a worker; fits the PublishLedger of packages/tableau,
 * whose types are given as parameters.
 */
export interface RedisPublishLedger<Intent extends { readonly runId: string }, Outcome> extends AsyncDisposable {
  openIntent(runId: string): Promise<Intent | undefined>;
  recordIntent(intent: Intent): Promise<void>;
  recordOutcome(runId: string, outcome: Outcome): Promise<void>;
  close(): Promise<void>;
}

/** @throws {QueueError} QUEUE_UNREACHABLE from every verb: nothing may be sent whose intent could not be written */
export function openPublishLedger<Intent extends { readonly runId: string }, Outcome>(
  connection: QueueConnection,
  retentionSeconds = DEFAULT_RETENTION_SECONDS,
): RedisPublishLedger<Intent, Outcome> {
  const redis = connection.open({ failFast: true, name: 'hf-ledger' });
  const reach = <T>(action: () => Promise<T>): Promise<T> => withinReach(redis, connection.describe, action);
  const keyOf = (runId: string): string => `{hf}:ledger:${runId}`;
  const ledger: RedisPublishLedger<Intent, Outcome> = {
    async openIntent(runId) {
      const { intent, outcome } = await reach(() => redis.hgetall(keyOf(runId)));
      if (intent === undefined || outcome !== undefined) return undefined;
      return JSON.parse(intent) as Intent;
    },
    async recordIntent(intent) {
      const key = keyOf(intent.runId);
      // In one step: an old outcome beside the new intent would hide it.
      await reach(() =>
        redis.multi().del(key).hset(key, 'intent', JSON.stringify(intent)).expire(key, retentionSeconds).exec(),
      );
    },
    async recordOutcome(runId, outcome) {
      await reach(() => redis.hset(keyOf(runId), 'outcome', JSON.stringify(outcome)));
    },
    async close() {
      redis.disconnect();
    },
    [Symbol.asyncDispose]: () => ledger.close(),
  };
  return ledger;
}
