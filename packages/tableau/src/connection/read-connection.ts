import { connectionNameSchema } from '@hyperferry/schema';

import { TableauError } from '../errors.ts';
import { type ConnectionSettings, connectionSettingsSchema } from './connection-settings.ts';
import { proxyFromEnv } from './proxy-from-env.ts';
import { isTableauCloud } from './server-url.ts';
import { readSetting } from './read-setting.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads a connection from `HYPERFERRY_CONNECTION_<NAME>_…`: URL, SITE, and PAT_NAME + PAT_SECRET, or USER + PASSWORD,
 * or JWT_CLIENT_ID + JWT_SECRET_ID + JWT_SECRET + JWT_USER; further CA, CLIENT_CERT, CLIENT_KEY (PEM), PROXY,
 * API_VERSION, TLS_INSECURE. Each may be given as `…_FILE`, the path of a file with the value. NAME is in upper case
 * with `_` for `-`.
 * @throws {TableauError} CONNECTION_UNKNOWN naming what is missing, CONNECTION_INVALID naming the wrong setting
 */
export function readConnection(name: string, env: Env): ConnectionSettings {
  if (!connectionNameSchema.safeParse(name).success) {
    throw new TableauError('CONNECTION_INVALID', `"${name}" is not a connection name: use a-z, 0-9 and -`);
  }
  const prefix = `HYPERFERRY_CONNECTION_${name.toUpperCase().replaceAll('-', '_')}_`;
  const read = (setting: string) => readSetting(env, prefix + setting);
  const serverUrl = read('URL');
  const credentials = readCredentials(read);
  if (serverUrl === undefined || credentials.missing.length > 0) {
    const missing = [...(serverUrl === undefined ? ['URL'] : []), ...credentials.missing].map((key) => prefix + key);
    throw new TableauError('CONNECTION_UNKNOWN', `connection "${name}" is not set up: ${missing.join(', ')} not set`, {
      details: { connection: name, missing },
    });
  }
  const parsed = connectionSettingsSchema.safeParse({
    name,
    serverUrl,
    siteContentUrl: read('SITE') ?? '',
    credentials: credentials.value,
    ...optional('apiVersion', read('API_VERSION')),
    ...optional('ca', read('CA')),
    ...optional('clientCert', read('CLIENT_CERT')),
    ...optional('clientKey', read('CLIENT_KEY')),
    ...optional('proxyUrl', read('PROXY')),
    tlsInsecure: isTrue(read('TLS_INSECURE')),
  });
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => issue.path.join('.'));
    // The zod issues may quote values; only the names of the settings are said.
    throw new TableauError('CONNECTION_INVALID', `connection "${name}" has a wrong setting: ${wrong.join(', ')}`, {
      details: { connection: name, wrong },
    });
  }
  const settings = parsed.data;
  if (settings.siteContentUrl === '' && isTableauCloud(settings.serverUrl)) {
    throw new TableauError('CONNECTION_INVALID', `connection "${name}": Tableau Cloud needs ${prefix}SITE`);
  }
  const proxyUrl = settings.proxyUrl ?? proxyFromEnv(settings.serverUrl, env);
  return { ...settings, ...optional('proxyUrl', proxyUrl) };
}

/** What others may know of a connection: enough to tell targets apart, nothing secret. */
export function describeConnection(settings: ConnectionSettings): { url: string; site: string } {
  return { url: settings.serverUrl, site: settings.siteContentUrl };
}

function readCredentials(read: (setting: string) => string | undefined): { value?: unknown; missing: string[] } {
  const jwtUser = read('JWT_USER');
  const clientId = read('JWT_CLIENT_ID');
  if (clientId !== undefined) {
    const [secretId, secretValue] = [read('JWT_SECRET_ID'), read('JWT_SECRET')];
    const missing = absent({ JWT_SECRET_ID: secretId, JWT_SECRET: secretValue, JWT_USER: jwtUser });
    return { value: { kind: 'jwt', clientId, secretId, secretValue, userName: jwtUser }, missing };
  }
  const userName = read('USER');
  if (userName !== undefined) {
    const password = read('PASSWORD');
    return { value: { kind: 'password', userName, password }, missing: absent({ PASSWORD: password }) };
  }
  const [tokenName, tokenSecret] = [read('PAT_NAME'), read('PAT_SECRET')];
  return {
    value: { kind: 'pat', tokenName, tokenSecret },
    missing: absent({ PAT_NAME: tokenName, PAT_SECRET: tokenSecret }),
  };
}

function absent(settings: Record<string, string | undefined>): string[] {
  return Object.entries(settings)
    .filter(([, value]) => value === undefined)
    .map(([key]) => key);
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && /^(1|true|yes|on)$/i.test(text);
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
