import type { Target } from '@hyperferry/schema';
import {
  type Datasource,
  type DatasourceState,
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
  /** Others may have published since. */
  readonly publishedSince: boolean;
}

/** A state that hasn't moved for this long after the intent won't move by itself any more. */
const earlierLookForMs = 15_000;

/** What is known of the attempts before this one. */
export type EarlierOutcome =
  | { readonly state: 'published'; readonly published: Datasource; readonly existedBefore: boolean }
  /** Surely nothing was published, or nothing was sent. */
  | { readonly state: 'absent' }
  /** A request may have taken effect, or may yet: a whole table may be sent again, but no refusal says that nothing stands there. */
  | { readonly state: 'doubt' };

/**
 * What an attempt before this one left open. Whole-table modes may be sent again in doubt, an append never.
 * @throws {TableauError} TABLEAU_PUBLISH_UNKNOWN
 */
export async function settleEarlierAttempt(attempt: EarlierAttempt, context: PublishContext): Promise<EarlierOutcome> {
  const { target, project, now } = attempt;
  const intent = await context.ledger?.earlierIntent(context.runId);
  if (intent === undefined && !attempt.inheritedIntent) return { state: 'absent' };
  const published = await findEarlierPublish(attempt, intent, context);
  if (published !== undefined) {
    await context.ledger?.recordOutcome(context.runId, outcomeOf(published));
    return { state: 'published', published, existedBefore: intent?.before !== undefined };
  }
  if (intent !== undefined && intent.afterDoubt !== true && !(await isSpent(intent, context))) {
    // In this order: an intent in the ledger alone is looked up again, one in the queue alone could not be.
    await context.settle?.();
    await context.ledger?.recordOutcome(context.runId, { state: 'absent' });
    return { state: 'absent' };
  }
  if (target.mode !== 'append') return { state: 'doubt' };
  throw new TableauError(
    'TABLEAU_PUBLISH_UNKNOWN',
    `an earlier attempt may have appended its rows to "${target.name}" in "${project.path}", and the site doesn't show whether it did; nothing was sent`,
    { ambiguous: true, details: { datasourceId: now?.id, updatedAt: now?.updatedAt } },
  );
}

/** How a data source that was published goes into the ledger. */
export function outcomeOf({ id, updatedAt }: Datasource) {
  return { state: 'published', datasourceId: id, ...(updatedAt === undefined ? {} : { updatedAt }) } as const;
}

/**
 * The data source that the earlier attempt published, as far as that can be told. A data source that has moved is no
 * proof: others may have published it. A publish spends its upload session, so one that still takes bytes was another's.
 */
async function findEarlierPublish(
  attempt: EarlierAttempt,
  intent: EarlierIntent | undefined,
  context: PublishContext,
): Promise<Datasource | undefined> {
  const { target, now, publishedSince } = attempt;
  if (intent === undefined) {
    // Without a ledger only `create` says something: the name was free right before the intent.
    return target.mode === 'create' && !publishedSince ? now : undefined;
  }
  if (intent.published !== undefined) {
    return context.client.datasources.get(intent.published.datasourceId, { signal: context.signal });
  }
  let moved =
    now !== undefined && hasMoved(intent.before, now) ? now : await nextMove(attempt, intent.before, intent, context);
  while (moved !== undefined && !(await isSpent(intent, context))) {
    moved = await nextMove(attempt, moved, intent, context);
  }
  return publishedSince ? undefined : moved;
}

/** The data source when it moves from where it was, within the time that a request may still be under way. */
async function nextMove(
  { target, project }: EarlierAttempt,
  before: DatasourceState | undefined,
  { ageMs }: EarlierIntent,
  context: PublishContext,
): Promise<Datasource | undefined> {
  const startedAt = new Date(Date.now() - ageMs);
  const lookForMs = Math.min(earlierLookForMs, context.lookForMs ?? earlierLookForMs);
  const options = { lookForMs: Math.max(0, lookForMs - Math.max(0, ageMs)), signal: context.signal };
  try {
    const wanted = { name: target.name, projectId: project.id, before, startedAt };
    return await context.client.datasources.waitUntilMoved(wanted, options);
  } catch (error) {
    if (isTableauError(error) && error.code === 'TABLEAU_PUBLISH_UNKNOWN') return undefined;
    throw error;
  }
}

async function isSpent({ uploadSessionId }: EarlierIntent, { client, signal }: PublishContext): Promise<boolean> {
  return client.uploads.isSpent(uploadSessionId, { signal });
}
