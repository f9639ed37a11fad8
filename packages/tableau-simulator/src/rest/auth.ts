import { element } from '../http/element.ts';
import { attribute, booleanAttribute, child, parsePayload, type PayloadNode, requireChild } from '../http/payload.ts';
import { noContent, reply, type Reply } from '../http/reply.ts';
import { readPayload, readText, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import type { Session, SiteRecord } from '../state/model.ts';
import { findUser } from '../state/plant.ts';
import { openSession } from '../state/sessions.ts';
import type { World } from '../state/world.ts';
import { verifyJwt } from './jwt.ts';
import { isServerAdministrator } from './access.ts';

const PAT_UNUSED_LIFE_MS = 15 * 24 * 3_600_000;

/** `POST /auth/signin` by personal access token, password or JWT. */
export async function signIn(context: RequestContext): Promise<Reply> {
  const { world } = context;
  // TSC sends no Content-Type at all: what begins with a brace is JSON.
  const text = await readText(context.body);
  const type = text.trimStart().startsWith('{') ? 'application/json' : 'text/xml';
  const credentials = requireChild(parsePayload(text, type), 'credentials');
  try {
    const session = await authenticate(world, credentials);
    world.counters.signIns[session.kind] += 1;
    return sessionReply(world, session);
  } catch (error) {
    if (error instanceof RestError && error.code === '401001') world.counters.signIns.denied += 1;
    throw error;
  }
}

async function authenticate(world: World, credentials: PayloadNode): Promise<Session> {
  const patName = attribute(credentials, 'personalAccessTokenName');
  const patSecret = attribute(credentials, 'personalAccessTokenSecret');
  const name = attribute(credentials, 'name');
  const password = attribute(credentials, 'password');
  const jwt = attribute(credentials, 'jwt');
  const ways = [patName ?? patSecret, name ?? password, jwt].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new RestError('400000', 'Payload is malformed: give exactly one kind of credentials.');
  }
  const site = signInSite(world, attribute(child(credentials, 'site'), 'contentUrl') ?? '');
  if (patName !== undefined || patSecret !== undefined) return signInByToken(world, site, patName, patSecret);
  if (jwt !== undefined) {
    if (booleanAttribute(credentials, 'isUat') === true) throw denied('Unified access tokens are not supported.');
    const { userId, scopes } = await verifyJwt(world, site, jwt);
    return openSession(world, { kind: 'jwt', siteId: site.id, userId, scopes });
  }
  return signInByPassword(world, site, name, password, attribute(child(credentials, 'user'), 'id'));
}

function signInByToken(world: World, site: SiteRecord, name = '', secret = ''): Session {
  const token = world.tokens.get(name);
  const now = world.clock.now();
  const user = token === undefined ? undefined : world.users.get(token.userId);
  if (
    token === undefined ||
    user === undefined ||
    token.secret !== secret ||
    token.revoked ||
    (token.expiresAt !== undefined && token.expiresAt <= now) ||
    (token.lastUsedAt !== undefined && now - token.lastUsedAt > PAT_UNUSED_LIFE_MS) ||
    !user.roles.has(site.id)
  ) {
    throw denied('The personal access token you provided is invalid.');
  }
  token.lastUsedAt = now;
  world.counters.signInsByToken[name] = (world.counters.signInsByToken[name] ?? 0) + 1;
  return openSession(world, { kind: 'pat', siteId: site.id, userId: user.id, patName: name });
}

function signInByPassword(
  world: World,
  site: SiteRecord,
  name: string | undefined,
  password: string | undefined,
  impersonatedId: string | undefined,
): Session {
  const user = name === undefined ? undefined : findUser(world, name);
  if (user === undefined || password === undefined || user.password !== password || !user.roles.has(site.id)) {
    throw denied('Error signing in to Tableau Server');
  }
  if (impersonatedId === undefined) {
    return openSession(world, { kind: 'password', siteId: site.id, userId: user.id });
  }
  if (!isServerAdministrator(world, user.id)) {
    throw new RestError('403004', 'Only server administrators may impersonate other users.');
  }
  if (world.users.get(impersonatedId)?.roles.has(site.id) !== true) {
    throw new RestError('404002', `The user '${impersonatedId}' could not be found.`);
  }
  return openSession(world, { kind: 'password', siteId: site.id, userId: impersonatedId });
}

/** `POST /auth/signout`: the token dies. */
export async function signOut(context: RequestContext): Promise<Reply> {
  await readText(context.body);
  context.world.sessions.delete(sessionOf(context).token);
  return noContent();
}

/** `POST /auth/switchSite`: a new token for another site; the old one dies. */
export async function switchSite(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  const contentUrl = attribute(requireChild(await readPayload(context), 'site'), 'contentUrl') ?? '';
  const site = [...world.sites.values()].find((candidate) => candidate.contentUrl === contentUrl);
  if (site === undefined || world.users.get(session.userId)?.roles.has(site.id) !== true) {
    throw new RestError('401003', `You can't switch to the site '${contentUrl}'.`);
  }
  if (site.id === session.siteId) throw new RestError('403070', 'You are already signed in to this site.');
  world.sessions.delete(session.token);
  const { token: _, lastUsedAt: __, ...rest } = session;
  return sessionReply(world, openSession(world, { ...rest, siteId: site.id }));
}

/** `GET /sessions/current`. */
export function currentSession(context: RequestContext): Reply {
  const { world } = context;
  const session = sessionOf(context);
  const site = world.sites.get(session.siteId);
  const user = world.users.get(session.userId);
  return reply(
    200,
    element('session', {}, [
      element('site', { id: site?.id, name: site?.name, contentUrl: site?.contentUrl }),
      element('user', { id: user?.id, name: user?.name, siteRole: user?.roles.get(session.siteId) }),
    ]),
  );
}

function signInSite(world: World, contentUrl: string): SiteRecord {
  if (contentUrl === '' && world.seed.cloud) throw denied('Tableau Cloud needs the contentUrl of a site.');
  const sites = [...world.sites.values()];
  // On Tableau Server an empty contentUrl is the default site: here the one named so, else none.
  const site = sites.find((candidate) => candidate.contentUrl.toLowerCase() === contentUrl.toLowerCase());
  if (site === undefined) throw denied('Error signing in to Tableau Server');
  return site;
}

function sessionReply(world: World, session: Session): Reply {
  const remaining = world.limits.sessionIdleMs / 1000;
  const clock = [remaining / 3600, (remaining / 60) % 60, remaining % 60].map((part) =>
    String(Math.floor(part)).padStart(2, '0'),
  );
  return reply(
    200,
    element('credentials', { token: session.token, estimatedTimeToExpiration: clock.join(':') }, [
      element('site', { id: session.siteId, contentUrl: world.sites.get(session.siteId)?.contentUrl }),
      element('user', { id: session.userId }),
    ]),
  );
}

function denied(detail: string): RestError {
  return new RestError('401001', detail);
}
