import type { PublishedDatasource, Target } from '@hyperferry/schema';
import { type Datasource, isTableauError, type Project, TableauError, type Upload } from '@hyperferry/tableau';

import { finish } from './finish.ts';
import { outcomeOf, settleEarlierAttempt } from './earlier-attempt.ts';
import { preflight } from './preflight.ts';
import type { PublishContext } from './publish-context.ts';

export interface PublishInput {
  /** The extract on local disk. */
  readonly extractPath: string;
  readonly sizeBytes: number;
  readonly target: Target;
  /** An earlier attempt of this run may have sent the publish request already. Default: false. */
  readonly inheritedIntent?: boolean;
  /** Others may have published here since that request. Default: false. */
  readonly publishedSince?: boolean;
}

/** From this size on the server works in a background job: gateways cut long answers off. */
const asJobFromBytes = 16_000_000;

/**
 * The publish stage: puts an extract where the target says, and reads back what stands there then. A run that is tried
 * again first looks whether its earlier attempt took effect.
 * @throws {TableauError} see the table of error codes
 */
export async function publish(input: PublishInput, context: PublishContext): Promise<PublishedDatasource> {
  let { inheritedIntent = false } = input;
  const settle = async (): Promise<void> => {
    await context.settle?.();
    inheritedIntent = false;
  };
  try {
    return await publishOnce(input, { ...context, settle });
  } catch (error) {
    if (!isTableauError(error) || error.tableauCode !== '404005') throw error;
    // The project was deleted, and perhaps made again, since its id was cached. Nothing was published.
    context.client.projects.forget();
    return publishOnce({ ...input, inheritedIntent }, context);
  }
}

async function publishOnce(input: PublishInput, context: PublishContext): Promise<PublishedDatasource> {
  const { target, extractPath: path, sizeBytes, inheritedIntent = false, publishedSince = false } = input;
  const { client, signal } = context;

  const project = await client.projects.resolve(target.project, { create: target.createProject ?? false, signal });
  const before = await client.datasources.findByName(target.name, project.id, { signal });
  const attempt = { target, project, now: before, inheritedIntent, publishedSince };
  const earlier = await settleEarlierAttempt(attempt, context);
  if (earlier.state === 'published') {
    const { published, existedBefore } = earlier;
    const facts = { published, existedBefore, before: undefined, upload: { sizeBytes, chunks: 0 } };
    return finish({ target, project, ...facts, warnings: ['published by an earlier attempt of this run'] }, context);
  }
  assertModeFits(target, project, before);
  const server = await client.server({ signal });
  const warnings = await preflight({ path, sizeBytes, server, engine: context.engine, signal });

  const onProgress = (bytes: number) => context.emit({ state: 'running', bytes, totalBytes: sizeBytes });
  const upload = await client.uploads.send({ path, sizeBytes }, { onProgress, signal });

  const published = await commit({ target, project, before, upload, inDoubt: earlier.state === 'doubt' }, context);
  return finish({ target, project, before, existedBefore: before !== undefined, published, upload, warnings }, context);
}

function assertModeFits(target: Target, project: Project, before: Datasource | undefined): void {
  const where = `data source "${target.name}" in project "${project.path}"`;
  if (target.mode === 'create' && before !== undefined) {
    throw new TableauError('TABLEAU_DATASOURCE_EXISTS', `${where} already exists`, {
      details: { datasourceId: before.id },
    });
  }
  if (target.mode !== 'create' && target.mode !== 'createOrOverwrite' && before === undefined) {
    throw new TableauError('TABLEAU_DATASOURCE_UNKNOWN', `${where} doesn't exist; mode ${target.mode} needs it`);
  }
}

interface CommitFacts {
  readonly target: Target;
  readonly project: Project;
  readonly before: Datasource | undefined;
  readonly upload: Upload;
  /** An earlier request may have taken effect, or may yet. */
  readonly inDoubt: boolean;
}

/** Intent into the ledger, then the one irreversible request, then the outcome. */
async function commit(facts: CommitFacts, context: PublishContext): Promise<Datasource> {
  const { target, project, before, upload, inDoubt } = facts;
  const { client, signal, ledger, runId } = context;
  const { name, mode, metadata } = target;
  const asJob = upload.sizeBytes >= asJobFromBytes && (await client.canReadJobs({ signal }));
  const { siteId } = await client.signIn({ signal });
  await ledger?.recordIntent({
    runId,
    mode,
    siteId,
    projectId: project.id,
    name,
    ...(before === undefined ? {} : { before: stateOf(before) }),
    uploadSessionId: upload.uploadSessionId,
    sizeBytes: upload.sizeBytes,
    ...(inDoubt ? { afterDoubt: true } : {}),
    writtenAt: new Date().toISOString(),
  });
  let published: Datasource;
  let permitted = false;
  try {
    const description = metadata?.description ?? before?.description;
    published = await client.datasources.publish(
      { upload, name, projectId: project.id, mode, asJob, before, description },
      {
        async confirm() {
          await context.confirm();
          permitted = true;
        },
        signal,
        lookForMs: context.lookForMs,
        onJob: (job) => context.emit({ state: 'running', note: `Tableau job ${job.state} ${job.progress ?? 0} %` }),
      },
    );
  } catch (error) {
    // A refusal is an outcome too, and so is a cancel before the permit; only what may have taken effect stays open,
    // of this attempt or of one before.
    if (!inDoubt && (!permitted || !mayHaveTakenEffect(error, signal))) {
      // Where this can't be said, the intent stays, and the next attempt looks first.
      await settleRefused(context).catch(() => undefined);
    }
    throw error;
  }
  // Outside of the try: when this fails, the publish has taken effect all the same.
  await ledger?.recordOutcome(runId, outcomeOf(published));
  return published;
}

async function settleRefused({ settle, ledger, runId }: PublishContext): Promise<void> {
  await settle?.();
  await ledger?.recordOutcome(runId, { state: 'absent' });
}

function mayHaveTakenEffect(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return true;
  return (error as { ambiguous?: unknown } | undefined)?.ambiguous === true;
}

function stateOf({ id, updatedAt }: Datasource) {
  return { id, ...(updatedAt === undefined ? {} : { updatedAt }) };
}
