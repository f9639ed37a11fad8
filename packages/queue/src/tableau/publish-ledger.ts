import { DEFAULT_RETENTION_SECONDS } from '../lines/lines.ts';
import type { QueueConnection } from '../redis/connection.ts';
import { withinReach } from '../redis/fail-fast.ts';

interface AnyOutcome {
  readonly state: 'published' | 'absent';
}

/** What is known of a published outcome, beside its intent. */
type PublishedOf<Outcome extends AnyOutcome> = Omit<Extract<Outcome, { readonly state: 'published' }>, 'state'>;

/**
 * Remembers intents and outcomes of publishes beyond the life of a worker; fits the PublishLedger of packages/tableau,
 * whose types are given as parameters.
 */
export interface RedisPublishLedger<
  Intent extends { readonly runId: string },
  Outcome extends AnyOutcome,
> extends AsyncDisposable {
  /** The newest intent of a run with what is known of its effect; undefined when it is known that it had none. */
  earlierIntent(runId: string): Promise<(Intent & { readonly published?: PublishedOf<Outcome> }) | undefined>;
  recordIntent(intent: Intent): Promise<void>;
  recordOutcome(runId: string, outcome: Outcome): Promise<void>;
  close(): Promise<void>;
}

/** @throws {QueueError} QUEUE_UNREACHABLE from every verb: nothing may be sent whose intent could not be written */
export function openPublishLedger<Intent extends { readonly runId: string }, Outcome extends AnyOutcome>(
  connection: QueueConnection,
  retentionSeconds = DEFAULT_RETENTION_SECONDS,
): RedisPublishLedger<Intent, Outcome> {
  const redis = connection.open({ failFast: true, name: 'hf-ledger' });
  const reach = <T>(action: () => Promise<T>): Promise<T> => withinReach(redis, connection.describe, action);
  const keyOf = (runId: string): string => `{hf}:ledger:${runId}`;
  const ledger: RedisPublishLedger<Intent, Outcome> = {
    async earlierIntent(runId) {
      const fields = await reach(() => redis.hgetall(keyOf(runId)));
      if (fields['intent'] === undefined) return undefined;
      const intent = JSON.parse(fields['intent']) as Intent;
      if (fields['outcome'] === undefined) return intent;
      const { state, ...published } = JSON.parse(fields['outcome']) as Extract<Outcome, { state: 'published' }>;
      return state === 'published' ? { ...intent, published } : undefined;
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
