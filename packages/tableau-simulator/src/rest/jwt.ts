import { decodeProtectedHeader, jwtVerify } from 'jose';

import { RestError } from '../http/rest-error.ts';
import type { SiteRecord } from '../state/model.ts';
import { findUser } from '../state/plant.ts';
import type { World } from '../state/world.ts';

const MAX_LIFE_S = 10 * 60;
const CLOCK_SKEW_S = 30;

/**
 * Verifies the JWT of a connected app with direct trust.
 * @throws {RestError} 401001; the number in the detail is Tableau's reason
 */
export async function verifyJwt(
  world: World,
  site: SiteRecord,
  jwt: string,
): Promise<{ readonly userId: string; readonly scopes: readonly string[] }> {
  const secret = findSecret(world, site, jwt);
  const now = world.clock.now();
  let claims;
  try {
    const verified = await jwtVerify(jwt, new TextEncoder().encode(secret.secretValue), {
      algorithms: ['HS256'],
      audience: 'tableau',
      issuer: secret.clientId,
      currentDate: new Date(now),
      clockTolerance: CLOCK_SKEW_S,
      requiredClaims: ['exp', 'jti', 'sub'],
    });
    claims = verified.payload;
  } catch {
    throw denied(10_084, 'The JWT could not be verified.');
  }
  const { exp = 0, jti = '', sub = '' } = claims;
  if (exp > now / 1000 + MAX_LIFE_S + CLOCK_SKEW_S) throw denied(133, 'The JWT lives longer than 10 minutes.');
  const replayKey = `${secret.clientId}/${jti}`;
  if (world.usedTokenIds.has(replayKey)) throw denied(143, 'The JWT was used before.');
  world.usedTokenIds.set(replayKey, now);
  const user = findUser(world, sub) ?? [...world.users.values()].find((candidate) => candidate.email === sub);
  if (user?.roles.has(site.id) !== true) throw denied(5, 'The user of the JWT is unknown.');
  const scopes = Array.isArray(claims['scp']) ? claims['scp'].map(String) : [];
  return { userId: user.id, scopes };
}

function findSecret(world: World, site: SiteRecord, jwt: string) {
  let header;
  try {
    header = decodeProtectedHeader(jwt);
  } catch {
    throw denied(10_084, 'The JWT is malformed.');
  }
  const app = [...world.connectedApps.values()].find(
    (candidate) => candidate.siteId === site.id && candidate.secretId === header.kid,
  );
  if (app === undefined) throw denied(127, 'The connected app or its secret was not found.');
  return app;
}

function denied(reason: number, text: string): RestError {
  return new RestError('401001', `Error signing in to Tableau Server (errorCode=${reason}): ${text}`);
}
