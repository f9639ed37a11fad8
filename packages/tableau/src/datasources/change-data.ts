import { createHash } from 'node:crypto';

import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { isTableauError, TableauError } from '../errors.ts';
import { jsonBody } from '../http/multipart.ts';
import { type Job, jobReplySchema } from '../jobs/jobs.ts';
import { isVersionAtLeast } from '../session/server-info.ts';
import type { Upload } from '../uploads/upload-file.ts';
import { countConstants, type DataAction, dataActionSchema } from './data-actions.ts';

export interface ChangeDataInput {
  readonly datasourceId: string;
  readonly actions: readonly DataAction[];
  /** The `.hyper` with the rows of the sources; a delete by constants needs none. */
  readonly upload?: Pick<Upload, 'uploadSessionId' | 'sizeBytes'> | undefined;
  /** Which connection, where the data source has several. */
  readonly connectionId?: string | undefined;
  /**
   * The server runs one id once within 24 hours: the same id for the same batch, always another one for other rows.
   * See `requestIdFor`.
   */
  readonly requestId: string;
}

const minVersion = '3.12';
const maxConstants = 10_000;

/**
 * Inserts, updates, upserts, deletes or replaces rows of a published data source. Safe to repeat: the request id makes
 * it take effect once.
 * @throws {TableauError} TABLEAU_VERSION_UNSUPPORTED, TABLEAU_REQUEST_INVALID, TABLEAU_PAYLOAD_TOO_LARGE
 */
export async function changeData(api: Api, input: ChangeDataInput, signal?: AbortSignal): Promise<Job> {
  const { datasourceId, connectionId, requestId, upload } = input;
  const actions = checkedActions(input.actions);
  const { apiVersion } = await api.server(signal);
  if (!isVersionAtLeast(apiVersion, minVersion)) {
    throw new TableauError(
      'TABLEAU_VERSION_UNSUPPORTED',
      `changing rows of a data source needs API ${minVersion}; this server speaks ${apiVersion}`,
    );
  }
  const connection = connectionId === undefined ? '' : `/connections/${connectionId}`;
  try {
    const reply = await api.call(
      {
        method: 'PATCH',
        path: `/datasources/${datasourceId}${connection}/data`,
        query: { uploadSessionId: upload?.uploadSessionId },
        headers: { RequestID: requestId },
        body: jsonBody({ actions }),
        repeat: 'safe',
        signal,
      },
      jobReplySchema,
    );
    return reply.job;
  } catch (error) {
    if (!isTableauError(error) || error.code !== 'TABLEAU_PAYLOAD_TOO_LARGE') throw error;
    throw new TableauError(
      'TABLEAU_PAYLOAD_TOO_LARGE',
      `the rows to change take ${upload?.sizeBytes ?? 0} bytes, more than the server accepts in one request (by default 100 MB, on older ones 10 MB): split them into batches with a request id each`,
      { status: error.status, tableauCode: error.tableauCode, cause: error },
    );
  }
}

/** A request id that is the same for the same batch of the same data source, on every attempt and every worker. */
export function requestIdFor(datasourceId: string, ...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256').update(JSON.stringify([datasourceId.toLowerCase(), ...parts]));
  return `hyperferry-${hash.digest('hex').slice(0, 40)}`;
}

function checkedActions(actions: readonly DataAction[]): DataAction[] {
  const parsed = z.array(dataActionSchema).min(1).safeParse(actions);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new TableauError('TABLEAU_REQUEST_INVALID', `the data actions are not valid: ${issues.join('; ')}`, {
      cause: parsed.error,
    });
  }
  for (const action of parsed.data) {
    const constants = 'condition' in action ? countConstants(action.condition) : 0;
    if (constants > maxConstants) {
      throw new TableauError(
        'TABLEAU_REQUEST_INVALID',
        `a condition has ${constants} constants; more than ${maxConstants} can take the server down: put the keys into a table of the payload and compare with source-col`,
      );
    }
  }
  return parsed.data;
}
