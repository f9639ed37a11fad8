import { RestError } from '../http/rest-error.ts';
import type { ProjectRecord, Session, SiteRole } from '../state/model.ts';
import { invalidSession } from '../state/sessions.ts';
import type { World } from '../state/world.ts';

const publishingRoles: ReadonlySet<SiteRole> = new Set([
  'Creator',
  'ExplorerCanPublish',
  'ServerAdministrator',
  'SiteAdministratorCreator',
  'SiteAdministratorExplorer',
]);
const administratorRoles: ReadonlySet<SiteRole> = new Set([
  'ServerAdministrator',
  'SiteAdministratorCreator',
  'SiteAdministratorExplorer',
]);

/** Roles are the session's: the same person may be more on one site than on another. */
export function roleOf(world: World, session: Session): SiteRole {
  return world.users.get(session.userId)?.roles.get(session.siteId) ?? 'Unlicensed';
}

export function isAdministrator(world: World, session: Session): boolean {
  return administratorRoles.has(roleOf(world, session));
}

/** A server administrator, on whichever site. */
export function isServerAdministrator(world: World, userId: string): boolean {
  const roles = world.users.get(userId)?.roles.values() ?? [];
  return [...roles].some((role) => role === 'ServerAdministrator');
}

/**
 * @throws {RestError} `code` when the session's user is no administrator of the site
 */
export function requireAdministrator(world: World, session: Session, code: string): void {
  if (!isAdministrator(world, session)) throw new RestError(code, 'Only site administrators may do this.');
}

/** May the session's user publish into this project? Role, the admin route's list, and a denied Write permission count. */
export function mayPublish(world: World, session: Session, project: ProjectRecord): boolean {
  if (!publishingRoles.has(roleOf(world, session))) return false;
  const denied = world.users.get(session.userId)?.publishDenied;
  if (denied?.has('*') === true || denied?.has(project.id) === true) return false;
  if (isAdministrator(world, session) || project.ownerId === session.userId) return true;
  const groups = [...world.groups.values()].filter((group) => group.userIds.has(session.userId));
  const grantees = new Set([session.userId, ...groups.map((group) => group.id)]);
  const permissions = world.permissions.get(`project/${project.id}`) ?? [];
  return !permissions.some(
    (permission) => grantees.has(permission.granteeId) && permission.capabilities.get('Write') === 'Deny',
  );
}

/**
 * The site part of a path must be the session's own site.
 * @throws {RestError} 404000 for an unknown site, 401002 for another one
 */
export function requireSite(world: World, session: Session, siteId: string): void {
  const wanted = siteId.toLowerCase();
  if (wanted === session.siteId) return;
  if (!world.sites.has(wanted)) throw new RestError('404000', `The site '${siteId}' could not be found.`);
  throw invalidSession();
}

/** Does a JWT's list of scopes cover the scope of a route? `tableau:projects:*` and `tableau:content:*` are patterns. */
export function coversScope(granted: readonly string[], needed: string): boolean {
  const [, neededArea, neededVerb] = needed.split(':');
  return granted.some((scope) => {
    const [product, area, verb] = scope.split(':');
    if (product !== 'tableau') return false;
    return (area === '*' || area === neededArea) && (verb === undefined || verb === '*' || verb === neededVerb);
  });
}
