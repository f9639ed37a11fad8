import type { HyperProcess } from '@hyperferry/hyper';
import type { StageContext } from '@hyperferry/schema';
import type { PublishLedger, TableauClient } from '@hyperferry/tableau';

/** What the publish stage gets beside its input. */
export interface PublishContext extends StageContext {
  readonly client: TableauClient;
  /** Asked right before the irreversible request; rejects when this worker may no longer publish. */
  confirm(): Promise<unknown>;
  /** Told when an inherited intent turned out to have had no effect. */
  settle?(): Promise<unknown>;
  /** Remembers intents and outcomes; without it an append whose answer was lost can only be held. */
  readonly ledger?: PublishLedger | undefined;
  /** How long the published state is watched after an answer was lost, in ms. Default: 60,000. */
  readonly lookForMs?: number | undefined;
  /** Lets the preflight look into the file; for extracts that the extract stage has not built. */
  readonly engine?: HyperProcess | undefined;
}
