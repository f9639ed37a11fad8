import { element, type Element, listElement } from '../http/element.ts';
import type { Fields } from '../http/filter.ts';
import { RestError } from '../http/rest-error.ts';
import { apiTime } from '../state/clock.ts';
import type { DatasourceRecord, RevisionRecord, Session } from '../state/model.ts';
import type { World } from '../state/world.ts';

const MEGABYTE = 1024 * 1024;

/** The `<datasource>` element. */
export function datasourceElement(world: World, datasource: DatasourceRecord, baseUrl: string, all = false): Element {
  const project = world.projects.get(datasource.projectId);
  const owner = world.users.get(datasource.ownerId);
  const current = currentRevision(datasource);
  const site = world.sites.get(datasource.siteId);
  return element(
    'datasource',
    {
      id: datasource.id,
      name: datasource.name,
      description: datasource.description,
      contentUrl: datasource.contentUrl,
      webpageUrl: `${baseUrl}/#/site/${site?.contentUrl ?? ''}/datasources/${datasource.id}`,
      type: datasource.type === 'hyper' ? 'hyper' : 'dataengine',
      size: Math.max(1, Math.round(current.sizeBytes / MEGABYTE)),
      createdAt: apiTime(datasource.createdAt),
      updatedAt: apiTime(datasource.updatedAt),
      isCertified: datasource.isCertified,
      certificationNote: datasource.certificationNote === '' ? undefined : datasource.certificationNote,
      useRemoteQueryAgent: datasource.useRemoteQueryAgent,
      encryptExtracts: datasource.encryptExtracts,
      hasExtracts: current.holds === 'hyper',
      ...(all
        ? { isPublished: true, hasAlert: false, connectedWorkbooksCount: 0, favoritesTotal: 0, serverName: 'localhost' }
        : {}),
    },
    [
      element('project', { id: datasource.projectId, name: project?.name }),
      element('owner', { id: datasource.ownerId, ...(all ? { name: owner?.name } : {}) }),
      tagsElement(datasource),
    ],
  );
}

/** The `<tags>` element. */
export function tagsElement(datasource: DatasourceRecord): Element {
  return listElement(
    'tags',
    [...datasource.tags].map((label) => element('tag', { label })),
  );
}

export function datasourceFields(world: World): Fields<DatasourceRecord> {
  return {
    id: (item) => item.id,
    name: (item) => item.name,
    projectName: (item) => world.projects.get(item.projectId)?.name,
    projectId: (item) => item.projectId,
    type: (item) => (item.type === 'hyper' ? 'hyper' : 'dataengine'),
    tags: (item) => [...item.tags],
    ownerName: (item) => world.users.get(item.ownerId)?.name,
    ownerEmail: (item) => world.users.get(item.ownerId)?.email,
    ownerDomain: () => 'local',
    createdAt: (item) => apiTime(item.createdAt),
    updatedAt: (item) => apiTime(item.updatedAt),
    contentUrl: (item) => item.contentUrl,
    description: (item) => item.description,
    hasExtracts: (item) => currentRevision(item).holds === 'hyper',
    hasAlert: () => false,
    isCertified: (item) => item.isCertified,
    isPublished: () => true,
    size: (item) => Math.max(1, Math.round(currentRevision(item).sizeBytes / MEGABYTE)),
    connectedWorkbooksCount: () => 0,
    favoritesTotal: () => 0,
    databaseName: () => '',
    serverName: () => 'localhost',
    tableName: () => '',
  };
}

/** The newest revision: a data source always has one. */
export function currentRevision(datasource: DatasourceRecord): RevisionRecord {
  const revision = datasource.revisions.at(-1);
  if (revision === undefined) throw new RestError('500000', 'The data source has no content.');
  return revision;
}

/**
 * A data source of the session's site.
 * @throws {RestError} 404004, also when the id is not a GUID
 */
export function findDatasource(world: World, session: Session, id: string): DatasourceRecord {
  const datasource = world.datasources.get(id.toLowerCase());
  if (datasource === undefined || datasource.siteId !== session.siteId) {
    throw new RestError('404004', `The data source '${id}' could not be found.`);
  }
  return datasource;
}
