import type { Target } from '@hyperferry/schema';
import {
  type Datasource,
  type EarlierIntent,
  hasMoved,
  isTableauError,
  type Project,
  TableauError,
} from '@hyperferry/tableau';

import type { PublishContext } from './publish-context.ts';

export interface EarlierAttempt {
  readonly target: Target;
  readonly project: Project;
  /** The data source as it stands now. */
  readonly now: Datasource | undefined;
  readonly inheritedIntent: boolean;
}

/** A state that hasn't moved for this long after the intent won't move by itself any more. */
const earlierLookForMs = 15_000;

/**
 * What an attempt before this one left open: the data source that it published after all, or undefined when it surely
 * published nothing and this attempt may send. Whole-table modes may be sent again in doubt, an append never.
 * @throws {TableauError} TABLEAU_PUBLISH_UNKNOWN
 */
export async function settleEarlierAttempt(
  attempt: EarlierAttempt,
  context: PublishContext,
): Promise<{ published: Datasource; existedBefore: boolean } | undefined> {
  const { target, project, now } = attempt;
  const intent = await context.ledger?.earlierIntent(context.runId);
  if (intent === undefined && !attempt.inheritedIntent) return undefined;
  const published = await findEarlierPublish(attempt, intent, context);
  if (published !== undefined) {
    await context.ledger?.recordOutcome(context.runId, outcomeOf(published));
    return { published, existedBefore: intent?.before !== undefined };
  }
  if (target.mode === 'append' && !(await isSurelyAbsent(intent, context))) {
    throw new TableauError(
      'TABLEAU_PUBLISH_UNKNOWN',
      `an earlier attempt may have appended its rows to "${target.name}" in "${project.path}", and the site doesn't show whether it did; nothing was sent`,
      { ambiguous: true, details: { datasourceId: now?.id, updatedAt: now?.updatedAt } },
    );
  }
  // In this order: an intent in the ledger alone is looked up again, one in the queue alone could not be.
  await context.settle?.();
  await context.ledger?.recordOutcome(context.runId, { state: 'absent' });
  return undefined;
}

/** How a data source that was published goes into the ledger. */
export function outcomeOf({ id, updatedAt }: Datasource) {
  return { state: 'published', datasourceId: id, ...(updatedAt === undefined ? {} : { updatedAt }) } as const;
}

async function findEarlierPublish(
  attempt: EarlierAttempt,
  intent: EarlierIntent | undefined,
  context: PublishContext,
): Promise<Datasource | undefined> {
  const { target, project, now } = attempt;
  if (intent === undefined) {
    // Without a ledger only `create` says something: the name was free right before the intent.
    return target.mode === 'create' ? now : undefined;
  }
  if (intent.published !== undefined) {
    return context.client.datasources.get(intent.published.datasourceId, { signal: context.signal });
  }
  const { before } = intent;
  if (now !== undefined && hasMoved(before, now)) return now;
  try {
    const wanted = { name: target.name, projectId: project.id, before, startedAt: new Date(intent.writtenAt) };
    const lookForMs = Math.min(earlierLookForMs, context.lookForMs ?? earlierLookForMs);
    const ageMs = Date.now() - Date.parse(intent.writtenAt);
    const options = { lookForMs: Math.max(0, lookForMs - ageMs), signal: context.signal };
    return await context.client.datasources.waitUntilMoved(wanted, options);
  } catch (error) {
    if (isTableauError(error) && error.code === 'TABLEAU_PUBLISH_UNKNOWN') return undefined;
    throw error;
  }
}

/** A publish spends its upload session: one that still takes bytes was never committed. */
async function isSurelyAbsent(intent: EarlierIntent | undefined, context: PublishContext): Promise<boolean> {
  if (intent === undefined) return false;
  const spent = await context.client.uploads.isSpent(intent.uploadSessionId, { signal: context.signal });
  return !spent;
}
