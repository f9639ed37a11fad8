import { element, type Element } from '../http/element.ts';
import { pageOf } from '../http/paging.ts';
import { reply, type Reply } from '../http/reply.ts';
import { type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import type { SiteRecord } from '../state/model.ts';
import type { World } from '../state/world.ts';

/** `GET /sites`: those that the user belongs to. */
export function listSites(context: RequestContext): Reply {
  const { world, query } = context;
  if (world.seed.cloud) throw new RestError('403069', 'Sites can not be listed on Tableau Cloud.');
  return reply(
    200,
    ...pageOf(ownSites(context), query, {
      name: 'sites',
      fields: {
        name: (site) => site.name,
        contentUrl: (site) => site.contentUrl,
        state: () => 'Active',
      },
      view: (site) => siteElement(world, site),
    }),
  );
}

/** `GET /sites/{id}`, also by `?key=name` and `?key=contentUrl`. */
export function getSite(context: RequestContext): Reply {
  const { world, query } = context;
  const wanted = context.parameters['siteKey'] ?? '';
  const key = query.get('key');
  const site = ownSites(context).find((candidate) => {
    if (key === 'name') return candidate.name.toLowerCase() === wanted.toLowerCase();
    if (key === 'contentUrl') return candidate.contentUrl.toLowerCase() === wanted.toLowerCase();
    return candidate.id === wanted.toLowerCase();
  });
  if (site === undefined) throw new RestError('404000', `The site '${wanted}' could not be found.`);
  return reply(200, siteElement(world, site));
}

function ownSites(context: RequestContext): readonly SiteRecord[] {
  const roles = context.world.users.get(sessionOf(context).userId)?.roles;
  return [...context.world.sites.values()].filter((site) => roles?.has(site.id) === true);
}

function siteElement(world: World, site: SiteRecord): Element {
  const { quotaBytes } = world.limits;
  return element('site', {
    id: site.id,
    name: site.name,
    contentUrl: site.contentUrl,
    adminMode: 'ContentAndUsers',
    state: 'Active',
    disableSubscriptions: false,
    revisionHistoryEnabled: true,
    revisionLimit: 25,
    storageQuota: quotaBytes === null ? undefined : Math.ceil(quotaBytes / 2 ** 20),
  });
}
