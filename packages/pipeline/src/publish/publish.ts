import { stat } from 'node:fs/promises';

import type { PublishedDatasource, StageContext, Target } from '@hyperferry/schema';
import { type Datasource, type Project, type TableauClient, TableauError, type Upload } from '@hyperferry/tableau';

export interface PublishInput {
  /** The extract on local disk. */
  readonly extractPath: string;
  readonly sizeBytes: number;
  readonly target: Target;
  /** An earlier attempt of this run may have sent the publish request already. Default: false. */
  readonly inheritedIntent?: boolean;
}

export interface PublishContext extends StageContext {
  readonly client: TableauClient;
  /** Asked right before the irreversible request; rejects when this worker may no longer publish. */
  confirm(): Promise<void>;
}

/** From this size on the server works in a background job: gateways cut long answers off. */
const asJobFromBytes = 16_000_000;

/**
 * The publish stage: puts an extract where the target says, and reads back what stands there then.
 * @throws {TableauError} see the table of error codes
 */
export async function publish(input: PublishInput, context: PublishContext): Promise<PublishedDatasource> {
  const { target, extractPath: path, sizeBytes } = input;
  const { client, signal } = context;

  const project = await client.projects.resolve(target.project, { signal });
  const before = await client.datasources.findByName(target.name, project.id, { signal });
  assertModeFits(target, project, before);
  await assertWholeFile(path, sizeBytes);

  const onProgress = (bytes: number) => context.emit({ state: 'running', bytes, totalBytes: sizeBytes });
  const upload = await client.uploads.send({ path, sizeBytes }, { onProgress, signal });

  const { name, mode } = target;
  const asJob = sizeBytes >= asJobFromBytes && (await client.canReadJobs({ signal }));
  const published = await client.datasources.publish(
    { upload, name, projectId: project.id, mode, asJob, before, description: before?.description },
    { confirm: () => context.confirm(), signal },
  );
  const now = await client.datasources.get(published.id, { signal });
  return toPublished(now, { target, project, before, upload });
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

async function assertWholeFile(path: string, sizeBytes: number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size !== sizeBytes || sizeBytes === 0) {
    throw new TableauError(
      'TABLEAU_FILE_CHANGED',
      `the extract ${path} has ${found?.size ?? 'no'} bytes instead of ${sizeBytes}; nothing was published`,
    );
  }
}

function toPublished(
  now: Datasource,
  facts: { target: Target; project: Project; before: Datasource | undefined; upload: Upload },
): PublishedDatasource {
  const { target, project, before, upload } = facts;
  const changes = { append: 'appended', replace: 'replaced' } as const;
  const { mode } = target;
  const whole = before === undefined ? 'created' : 'overwritten';
  return {
    id: now.id,
    name: now.name,
    projectId: project.id,
    projectPath: project.path,
    ...(now.contentUrl === undefined ? {} : { contentUrl: now.contentUrl }),
    ...(now.webpageUrl === undefined ? {} : { webpageUrl: now.webpageUrl }),
    ...(now.updatedAt === undefined ? {} : { updatedAt: now.updatedAt }),
    action: mode === 'append' || mode === 'replace' ? changes[mode] : whole,
    bytes: upload.sizeBytes,
    chunks: upload.chunks,
  };
}
