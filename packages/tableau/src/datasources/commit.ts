import type { PublishMode } from '@hyperferry/schema';
import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { TableauError } from '../errors.ts';
import { payloadBody } from '../http/multipart.ts';
import { type Job, jobReplySchema } from '../jobs/jobs.ts';
import type { Upload } from '../uploads/upload-file.ts';
import { tsRequest, xmlElement } from '../wire/xml.ts';
import { type Datasource, datasourceSchema } from './datasource.ts';

export interface CommitInput {
  readonly upload: Pick<Upload, 'uploadSessionId' | 'sizeBytes'>;
  readonly name: string;
  readonly projectId: string;
  readonly mode: PublishMode;
  /** Sent along; overwriting drops a description that is not. */
  readonly description?: string | undefined;
  /** Let the server work in a background job, so that no gateway cuts the answer off. */
  readonly asJob: boolean;
}

export interface CommitOptions {
  /** Asked right before the request is written, on a connected socket; a rejection sends nothing. */
  readonly confirm?: (() => Promise<void>) | undefined;
  /** Default: 30 minutes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The server's first answer: the data source, or the job that makes it. */
export type Commit = { readonly datasource: Datasource } | { readonly job: Job };

/** The confirmation may be this old when the first byte goes out. */
const confirmMaxAgeMs = 1_000;
const confirmTries = 3;

const modeQuery: Readonly<Record<PublishMode, Readonly<Record<string, boolean>>>> = {
  create: {},
  overwrite: { overwrite: true },
  createOrOverwrite: { overwrite: true },
  append: { append: true },
  replace: { replace: true },
};

const replySchema = z.union([z.object({ datasource: datasourceSchema }), jobReplySchema]);

/**
 * The one irreversible request of a publish. Never repeated once it may have arrived: then the error is `ambiguous`.
 * https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#publish_data_source
 */
export async function sendCommit(api: Api, input: CommitInput, options: CommitOptions = {}): Promise<Commit> {
  const { upload, name, projectId, mode, description, asJob } = input;
  const payload = xmlElement('datasource', { name, description }, xmlElement('project', { id: projectId }));
  return api.call(
    {
      method: 'POST',
      path: '/datasources',
      query: {
        datasourceType: 'hyper',
        ...modeQuery[mode],
        asJob: asJob ? true : undefined,
        uploadSessionId: upload.uploadSessionId,
      },
      body: payloadBody(tsRequest(payload)),
      repeat: 'clean',
      timeoutMs: options.timeoutMs ?? 1_800_000,
      signal: options.signal,
      rateLimit: 'publish',
      gate: () => confirmJustBefore(options.confirm),
    },
    replySchema,
  );
}

/** The clock starts before the question: an answer that lay about while the process was frozen is too old. */
async function confirmJustBefore(confirm: (() => Promise<void>) | undefined): Promise<void> {
  if (confirm === undefined) return;
  for (let tries = 1; ; tries += 1) {
    const askedMs = performance.now();
    await confirm();
    const ageMs = performance.now() - askedMs;
    if (ageMs <= confirmMaxAgeMs) return;
    if (tries === confirmTries) {
      throw new TableauError(
        'TABLEAU_CONFIRM_TOO_OLD',
        `the confirmation took ${Math.round(ageMs)} ms, more than ${confirmMaxAgeMs} ms: nothing was published`,
      );
    }
  }
}
