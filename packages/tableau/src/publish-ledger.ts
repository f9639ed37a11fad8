import type { PublishMode } from '@hyperferry/schema';

/** What is written down before the irreversible request, so that another attempt can tell whether it took effect. */
export interface PublishIntent {
  readonly runId: string;
  readonly mode: PublishMode;
  readonly siteId: string;
  readonly projectId: string;
  readonly name: string;
  /** The data source before; absent when there was none. */
  readonly before?: { readonly id: string; readonly updatedAt?: string };
  /** Spent by the request when it takes effect. */
  readonly uploadSessionId: string;
  readonly sizeBytes: number;
  /** An earlier request of this run may still take effect: this one's upload proves nothing about it. */
  readonly afterDoubt?: boolean;
  /** ISO time. */
  readonly writtenAt: string;
}

/** How an intent ended: it took effect, or it surely didn't. */
export type PublishOutcome =
  | { readonly state: 'published'; readonly datasourceId: string; readonly updatedAt?: string }
  | { readonly state: 'absent' };

/** An intent that an earlier attempt has left. */
export interface EarlierIntent extends PublishIntent {
  /** Time since the intent, by a clock that its writer and its reader share. */
  readonly ageMs: number;
  /** Present when it is known that the request took effect; absent when that has to be looked up. */
  readonly published?: { readonly datasourceId: string; readonly updatedAt?: string };
}

/**
 * Remembers intents and outcomes of publishes beyond the life of a worker. What makes append safe: rows added twice
 * cannot be told from rows meant twice.
 */
export interface PublishLedger {
  /** The newest intent of a run, unless it is known that it had no effect. */
  earlierIntent(runId: string): Promise<EarlierIntent | undefined>;
  /** Durable when it resolves. */
  recordIntent(intent: PublishIntent): Promise<void>;
  recordOutcome(runId: string, outcome: PublishOutcome): Promise<void>;
}

/** A ledger for one process, for programs that publish without a queue. */
export function createMemoryLedger(): PublishLedger {
  const intents = new Map<string, Omit<EarlierIntent, 'ageMs'>>();
  return {
    earlierIntent: async (runId) => {
      const intent = intents.get(runId);
      return intent && { ...intent, ageMs: Math.max(0, Date.now() - Date.parse(intent.writtenAt)) };
    },
    recordIntent: async (intent) => {
      intents.set(intent.runId, intent);
    },
    recordOutcome: async (runId, outcome) => {
      const intent = intents.get(runId);
      if (outcome.state === 'absent') intents.delete(runId);
      else if (intent !== undefined) intents.set(runId, { ...intent, published: publishedOf(outcome) });
    },
  };
}

/** What is kept of an outcome beside its intent. */
export function publishedOf({ datasourceId, updatedAt }: PublishOutcome & { readonly state: 'published' }) {
  return { datasourceId, ...(updatedAt === undefined ? {} : { updatedAt }) };
}
