import type { World } from '../state/world.ts';

/** One key for each target, whatever the case of its name: site, project, data source. */
export function targetKey(world: World, projectId: string, name: string): string {
  const siteId = world.projects.get(projectId)?.siteId ?? '';
  const site = world.sites.get(siteId)?.contentUrl ?? '';
  return `${site}/${projectId}/${name.toLowerCase()}`;
}
