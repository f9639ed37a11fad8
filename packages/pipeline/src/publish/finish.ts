import type { PublishedDatasource, Target } from '@hyperferry/schema';
import { type Datasource, hasMoved, isTableauError, type Project, type Upload } from '@hyperferry/tableau';

import type { PublishContext } from './publish-context.ts';

export interface FinishInput {
  readonly target: Target;
  readonly project: Project;
  /** The data source as it was, where this attempt has seen it. */
  readonly before: Datasource | undefined;
  readonly existedBefore: boolean;
  readonly published: Datasource;
  readonly upload: Pick<Upload, 'sizeBytes' | 'chunks'>;
  readonly warnings: readonly string[];
}

/** After the publish: metadata, read back, what depends on it. Nothing here can fail the run: the rows are there. */
export async function finish(input: FinishInput, context: PublishContext): Promise<PublishedDatasource> {
  const { target, project, before, upload } = input;
  const { client, signal } = context;
  const warnings = [...input.warnings];
  const read = await readBack(input, context, warnings);
  const kept = await client.datasources.keepMetadata({ before, now: read, wanted: target.metadata ?? {} }, { signal });
  warnings.push(...kept.warnings);
  const downstream = await runDownstream(target, context);
  return {
    id: read.id,
    name: read.name,
    projectId: project.id,
    projectPath: project.path,
    ...(read.contentUrl === undefined ? {} : { contentUrl: read.contentUrl }),
    ...(read.webpageUrl === undefined ? {} : { webpageUrl: read.webpageUrl }),
    ...(read.updatedAt === undefined ? {} : { updatedAt: read.updatedAt }),
    action: actionOf(target, input.existedBefore),
    bytes: upload.sizeBytes,
    chunks: upload.chunks,
    ...(kept.changed.length === 0 ? {} : { metadata: kept.changed }),
    ...(downstream.length === 0 ? {} : { downstream }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Compares what the site shows with what was asked for. */
async function readBack(input: FinishInput, context: PublishContext, warnings: string[]): Promise<Datasource> {
  const { target, project, before, published } = input;
  let read = published;
  try {
    read = await context.client.datasources.get(published.id, { signal: context.signal });
  } catch (error) {
    if (!isTableauError(error) || context.signal.aborted) throw error;
    warnings.push(`published, but not read back: ${error.message}`);
    return published;
  }
  if (before !== undefined && !hasMoved(before, read))
    warnings.push('updatedAt did not move (it counts whole seconds)');
  if (before !== undefined && before.id !== read.id) warnings.push('the id changed: links to the old one are broken');
  if (read.name !== target.name) warnings.push(`the server calls it "${read.name}"`);
  if (read.project !== undefined && read.project.id !== project.id) warnings.push('it is in another project');
  return read;
}

async function runDownstream(
  target: Target,
  context: PublishContext,
): Promise<NonNullable<PublishedDatasource['downstream']>> {
  const runs: NonNullable<PublishedDatasource['downstream']> = [];
  for (const item of target.downstream ?? []) {
    try {
      runs.push(await context.client.runDownstream(item, { signal: context.signal }));
    } catch (error) {
      if (!isTableauError(error) || context.signal.aborted) throw error;
      runs.push({ ...item, state: 'failed', error: error.message });
    }
  }
  return runs;
}

function actionOf({ mode }: Target, existedBefore: boolean): PublishedDatasource['action'] {
  if (mode === 'append') return 'appended';
  if (mode === 'replace') return 'replaced';
  return existedBefore ? 'overwritten' : 'created';
}
