import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { WireCaller } from '../api/wire-caller.ts';
import type { ConnectionSettings, Credentials } from '../connection/connection-settings.ts';
import { isTableauError, TableauError } from '../errors.ts';
import { xmlBody } from '../http/multipart.ts';
import { baseUrlOfRedirect } from '../http/redirect.ts';
import type { Session, SessionKey } from '../session-store.ts';
import { readReplyBody, wireText } from '../wire/reply-body.ts';
import { tsRequest, xmlElement } from '../wire/xml.ts';
import type { ServerInfo } from './server-info.ts';

const replySchema = z.object({
  credentials: z.object({
    token: z.string().min(1),
    site: z.object({ id: wireText, contentUrl: wireText.optional() }),
    user: z.object({ id: wireText }),
  }),
});

/** Everything that the client asks of a connected app. */
const jwtScopes = [
  'tableau:content:read',
  'tableau:projects:*',
  'tableau:file_uploads:create',
  'tableau:datasources:create',
  'tableau:datasources:update',
  'tableau:datasources:download',
  'tableau:datasources:delete',
  'tableau:datasource_tags:update',
  'tableau:hyper_data:update',
  'tableau:tasks:run',
];

/**
 * Signs in once and returns the session.
 * @throws {TableauError} TABLEAU_SIGN_IN_DENIED
 */
export async function signIn(
  wire: WireCaller,
  settings: ConnectionSettings,
  server: ServerInfo,
  signal?: AbortSignal,
): Promise<Session> {
  let baseUrl = server.baseUrl;
  const site = xmlElement('site', { contentUrl: settings.siteContentUrl });
  const attributes = await credentialAttributes(settings.credentials, server);
  try {
    const reply = await wire.text({
      method: 'POST',
      url: new URL(`${baseUrl}/api/${server.apiVersion}/auth/signin`),
      body: xmlBody(tsRequest(xmlElement('credentials', attributes, site))),
      // A JWT is good for one try only; `signIn` makes a new one when it is called again.
      repeat: settings.credentials.kind === 'jwt' ? 'clean' : 'safe',
      timeoutMs: 30_000,
      signal,
      onRedirect: (to) => {
        baseUrl = baseUrlOfRedirect(to) ?? baseUrl;
      },
    });
    const { credentials } = parseReply(reply.text, baseUrl);
    return {
      token: credentials.token,
      siteId: credentials.site.id,
      siteContentUrl: credentials.site.contentUrl ?? settings.siteContentUrl,
      userId: credentials.user.id,
      baseUrl,
      signedInAt: new Date().toISOString(),
    };
  } catch (error) {
    throw explainDenial(error, settings);
  }
}

/** Under which key a connection's session is kept. */
export function sessionKey(settings: ConnectionSettings): SessionKey {
  const { serverUrl, siteContentUrl, credentials } = settings;
  const [principal, secret] =
    credentials.kind === 'pat'
      ? [credentials.tokenName, credentials.tokenSecret]
      : credentials.kind === 'password'
        ? [credentials.userName, credentials.password]
        : [credentials.userName, credentials.secretValue];
  return { serverUrl, siteContentUrl, kind: credentials.kind, principal, secret };
}

async function credentialAttributes(
  credentials: Credentials,
  server: ServerInfo,
): Promise<Record<string, string | boolean>> {
  if (credentials.kind === 'pat') {
    return {
      personalAccessTokenName: credentials.tokenName,
      personalAccessTokenSecret: credentials.tokenSecret,
    };
  }
  if (credentials.kind === 'password') return { name: credentials.userName, password: credentials.password };
  return { jwt: await createJwt(credentials, server), isUat: false };
}

/** https://help.tableau.com/current/online/en-us/connected_apps_direct.htm */
async function createJwt(credentials: Extract<Credentials, { kind: 'jwt' }>, server: ServerInfo): Promise<string> {
  const scopes = canReadJobs('jwt', server.apiVersion) ? [...jwtScopes, 'tableau:jobs:read'] : jwtScopes;
  // Loaded when needed: most connections sign in by token.
  const { SignJWT } = await import('jose');
  return (
    new SignJWT({ scp: scopes })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: credentials.secretId, iss: credentials.clientId })
      .setIssuer(credentials.clientId)
      .setSubject(credentials.userName)
      .setAudience('tableau')
      .setJti(randomUUID())
      .setIssuedAt()
      // The server's clock may be behind or before ours; ten minutes is its upper limit.
      .setExpirationTime('5 minutes')
      .sign(new TextEncoder().encode(credentials.secretValue))
  );
}

/** Under a connected app, jobs can be read from API 3.25 on only; before, they answer 401002 (TSC #1320, #1581). */
export function canReadJobs(kind: Credentials['kind'], apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  return kind !== 'jwt' || major > 3 || (major === 3 && minor >= 25);
}

function parseReply(text: string, baseUrl: string): z.infer<typeof replySchema> {
  const parsed = replySchema.safeParse(readReplyBody(text));
  if (parsed.success) return parsed.data;
  throw new TableauError('TABLEAU_NOT_AN_API', `sign-in at ${baseUrl}: the answer has no token, site and user`);
}

function explainDenial(error: unknown, settings: ConnectionSettings): unknown {
  if (!isTableauError(error) || error.status === undefined) return error;
  if (error.code !== 'TABLEAU_SIGN_IN_DENIED' && error.code !== 'TABLEAU_SESSION_ENDED') return error;
  const { credentials, name } = settings;
  const who =
    credentials.kind === 'pat' ? `personal access token "${credentials.tokenName}"` : `user "${credentials.userName}"`;
  return new TableauError(
    'TABLEAU_SIGN_IN_DENIED',
    `connection "${name}": ${who} was not let in to site "${settings.siteContentUrl}" of ${settings.serverUrl}: ${error.message}`,
    { status: error.status, tableauCode: error.tableauCode, cause: error },
  );
}
