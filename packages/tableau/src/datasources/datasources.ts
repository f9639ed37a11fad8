import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { isTableauError } from '../errors.ts';
import type { Metadata } from '@hyperferry/schema';
import { runDownstream, type DownstreamRun } from '../downstream/run-downstream.ts';
import type { Job, Jobs } from '../jobs/jobs.ts';
import { anyReply } from '../wire/reply-body.ts';
import { changeData, type ChangeDataInput } from './change-data.ts';
import { type Datasource, datasourceSchema, type DatasourceState } from './datasource.ts';
import { download, type Download, type DownloadOptions } from './download.ts';
import { downloadExtract } from './download-extract.ts';
import { findByName, list } from './find-by-name.ts';
import { type KeptMetadata, keepMetadata } from './keep-metadata.ts';
import { look, type LookOptions } from './look.ts';
import { type DatasourceChange, setTags, updateDatasource } from './update-datasource.ts';
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
  /** Downloads it and writes the `.hyper` inside to a new file. */
  downloadExtract(id: string, path: string, options?: Omit<DownloadOptions, 'includeExtract'>): Promise<void>;
  /** Changes attributes; what isn't given stays. */
  update(id: string, change: DatasourceChange, options?: CallOptions): Promise<Datasource>;
  /** Makes its tags exactly these. */
  setTags(id: string, tags: readonly string[], options?: CallOptions): Promise<void>;
  /** Sets what is wanted, and restores what an overwrite has dropped. */
  keepMetadata(
    state: { readonly before: Datasource | undefined; readonly now: Datasource; readonly wanted: Metadata },
    options?: CallOptions,
  ): Promise<KeptMetadata>;
  /** Inserts, updates, deletes or replaces rows; the job does it. Takes effect once for each request id. */
  changeData(input: ChangeDataInput, options?: CallOptions): Promise<Job>;
  /** Asks for a refresh; one that is queued already is fine. */
  refresh(id: string, options?: CallOptions): Promise<DownstreamRun>;
  /** Watches for a publish that may be under way; see `look`. */
  waitUntilMoved(
    wanted: { name: string; projectId: string; before: DatasourceState | undefined; startedAt: Date },
    options?: LookOptions,
  ): Promise<Datasource>;
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
    downloadExtract: (id, path, options) => downloadExtract(api, id, path, options),
    update: (id, change, { signal } = {}) => updateDatasource(api, id, change, signal),
    async setTags(id, tags, { signal } = {}) {
      const { tags: current } = await this.get(id, { signal });
      await setTags(api, id, tags, current, signal);
    },
    keepMetadata: (state, { signal } = {}) => keepMetadata(api, state, signal),
    changeData: (input, { signal } = {}) => changeData(api, input, signal),
    refresh: (id, { signal } = {}) => runDownstream(api, { kind: 'refresh', id }, signal),
    waitUntilMoved: (wanted, options) => look(api, jobs, wanted, options),
    async delete(id, { signal } = {}) {
      try {
        await api.call({ method: 'DELETE', path: `/datasources/${id}`, repeat: 'safe', signal }, anyReply);
      } catch (error) {
        if (!isTableauError(error) || error.status !== 404) throw error;
      }
    },
  };
}
