import type { Downstream } from '@hyperferry/schema';
import { z } from 'zod';

import type { Api, ApiCall } from '../api/api-call.ts';
import { isTableauError } from '../errors.ts';
import { xmlBody } from '../http/multipart.ts';
import { wireText } from '../wire/reply-body.ts';
import { tsRequest } from '../wire/xml.ts';

/** What became of asking the server to run something. */
export interface DownstreamRun {
  readonly kind: Downstream['kind'];
  readonly id: string;
  readonly state: 'started' | 'alreadyQueued';
  readonly jobId?: string;
}

const replySchema = z.object({ job: z.object({ id: wireText }).optional() });

/**
 * Starts a refresh of a data source, an extract task, or a flow. One that is queued already is left as it is: it will
 * read the new data. Never sent twice.
 */
export async function runDownstream(api: Api, downstream: Downstream, signal?: AbortSignal): Promise<DownstreamRun> {
  const { kind, id } = downstream;
  try {
    const reply = await api.call({ ...callOf(downstream), signal }, replySchema);
    const jobId = reply.job?.id;
    return { kind, id, state: 'started', ...(jobId === undefined ? {} : { jobId }) };
  } catch (error) {
    if (!isTableauError(error) || error.code !== 'TABLEAU_REFRESH_QUEUED') throw error;
    return { kind, id, state: 'alreadyQueued' };
  }
}

function callOf({ kind, id }: Downstream): ApiCall {
  const paths = {
    refresh: `/datasources/${id}/refresh`,
    task: `/tasks/extractRefreshes/${id}/runNow`,
    flow: `/flows/${id}/run`,
  };
  return { method: 'POST', path: paths[kind], body: xmlBody(tsRequest()), repeat: 'clean', rateLimit: 'refresh' };
}
