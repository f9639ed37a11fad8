import type { Api } from '../api/api-call.ts';
import { listAll } from '../api/list-all.ts';
import { isTableauError } from '../errors.ts';
import { type Datasource, datasourceSchema } from './datasource.ts';

/** Characters that a filter value cannot hold, not even encoded (TSC #632, #691, #1200). */
const unsafeInFilter = /[,&:*[\]()+"'\\]/;

/**
 * The data source of a name in a project; undefined when there is none. Projects have no filter by id, and equal project
 * names exist in different parents, so the project is compared here.
 */
export async function findByName(
  api: Api,
  name: string,
  projectId: string,
  signal?: AbortSignal,
): Promise<Datasource | undefined> {
  const isWanted = (item: Datasource) => item.name === name && (item.project?.id ?? projectId) === projectId;
  const isSafe = !unsafeInFilter.test(name);
  try {
    // Unsafe characters become wildcards: more than the wanted one may come back.
    const pattern = isSafe ? name : name.replaceAll(new RegExp(unsafeInFilter, 'g'), '*');
    const found = (await list(api, `name:eq:${pattern}`, signal)).find(isWanted);
    if (found !== undefined || isSafe) return found;
  } catch (error) {
    if (isSafe || !isTableauError(error) || error.status !== 400) throw error;
  }
  // Servers differ in wildcards; an empty answer is no proof of absence.
  return (await list(api, undefined, signal)).find(isWanted);
}

/** Data sources by a filter of the API, all pages. */
export function list(api: Api, filter: string | undefined, signal?: AbortSignal): Promise<Datasource[]> {
  return listAll(
    api,
    {
      path: '/datasources',
      listKey: 'datasources',
      itemKey: 'datasource',
      signal,
      ...(filter === undefined ? {} : { query: { filter } }),
    },
    datasourceSchema,
  );
}
