import { randomBytes } from 'node:crypto';

import { RestError } from '../http/rest-error.ts';
import type { Session } from './model.ts';
import type { World } from './world.ts';

/** Opens a session. A personal access token has one session: a new sign-in ends the one before, on any site. */
export function openSession(world: World, wanted: Omit<Session, 'token' | 'lastUsedAt'>): Session {
  if (wanted.kind === 'pat') {
    for (const session of world.sessions.values()) {
      if (session.kind !== 'pat' || session.patName !== wanted.patName) continue;
      world.sessions.delete(session.token);
      world.counters.evictions += 1;
    }
  }
  const token = `${randomBytes(16).toString('base64url')}|${randomBytes(24).toString('base64url')}|${wanted.siteId}`;
  const session: Session = { ...wanted, token, lastUsedAt: world.clock.now() };
  world.sessions.set(token, session);
  const user = world.users.get(wanted.userId);
  if (user !== undefined) user.lastLogin = world.clock.now();
  return session;
}

/**
 * The session of a token, its idle time begun anew.
 * @throws {RestError} 401000 without a token, 401002 when it is not (or no longer) valid
 */
export function findSession(world: World, token: string | undefined): Session {
  if (token === undefined || token === '') {
    throw new RestError('401000', 'No authentication credentials were provided.');
  }
  const session = world.sessions.get(token);
  const now = world.clock.now();
  if (session === undefined || now - session.lastUsedAt > world.limits.sessionIdleMs) {
    world.sessions.delete(token);
    throw invalidSession();
  }
  const pat = session.patName === undefined ? undefined : world.tokens.get(session.patName);
  if (pat?.revoked === true || (pat?.expiresAt !== undefined && pat.expiresAt <= now)) {
    world.sessions.delete(token);
    throw invalidSession();
  }
  session.lastUsedAt = now;
  return session;
}

export function invalidSession(): RestError {
  return new RestError('401002', 'Invalid authentication credentials were provided.');
}
