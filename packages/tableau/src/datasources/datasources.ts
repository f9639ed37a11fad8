import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { isTableauError } from '../errors.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { anyReply } from '../wire/reply-body.ts';
import { type Datasource, datasourceSchema } from './datasource.ts';
import { download, type Download, type DownloadOptions } from './download.ts';
import { findByName, list } from './find-by-name.ts';
import { publish, type PublishInput, type PublishOptions } from './publish.ts';

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The data sources of the site. */
export interface Datasources {
  /** Makes an upload a data source; see `PublishInput` for the modes. */
  publish(input: PublishInput, options?: PublishOptions): Promise<Datasource>;
  /** The data source of exactly this name in a project; undefined when there is none. */
  findByName(name: string, projectId: string, options?: CallOptions): Promise<Datasource | undefined>;
  /** @throws {TableauError} TABLEAU_DATASOURCE_UNKNOWN */
  get(id: string, options?: CallOptions): Promise<Datasource>;
  /** All data sources, or those of a filter in the API's grammar, e.g. `updatedAt:gt:2026-01-01T00:00:00Z`. */
  query(options?: CallOptions & { filter?: string }): Promise<Datasource[]>;
  /** Streams the data source to a new file. */
  download(id: string, path: string, options?: DownloadOptions): Promise<Download>;
  /** Deletes it; one that is already gone counts as deleted. */
  delete(id: string, options?: CallOptions): Promise<void>;
}

export function createDatasources(api: Api, jobs: Jobs): Datasources {
  return {
    publish: (input, options) => publish(api, jobs, input, options),
    findByName: (name, projectId, { signal } = {}) => findByName(api, name, projectId, signal),
    async get(id, { signal } = {}) {
      const reply = await api.call(
        { method: 'GET', path: `/datasources/${id}`, repeat: 'safe', signal },
        z.object({ datasource: datasourceSchema }),
      );
      return reply.datasource;
    },
    query: ({ filter, signal } = {}) => list(api, filter, signal),
    download: (id, path, options) => download(api, id, path, options),
    async delete(id, { signal } = {}) {
      try {
        await api.call({ method: 'DELETE', path: `/datasources/${id}`, repeat: 'safe', signal }, anyReply);
      } catch (error) {
        if (!isTableauError(error) || error.status !== 404) throw error;
      }
    },
  };
}
