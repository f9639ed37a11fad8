import { baseUrlOf } from './server-url.ts';
import { readSetting } from './read-setting.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where a connection leads, without any of its secrets. */
export interface ConnectionSite {
  readonly url: string;
  readonly site: string;
}

/** Server and site of one connection; undefined where this environment doesn't have it. No secret is read. */
export function readConnectionSite(name: string, env: Env): ConnectionSite | undefined {
  const prefix = `HYPERFERRY_CONNECTION_${name.toUpperCase().replaceAll('-', '_')}_`;
  const url = baseUrlOf(readSetting(env, `${prefix}URL`) ?? '');
  return url === undefined ? undefined : { url, site: readSetting(env, `${prefix}SITE`) ?? '' };
}

/** Server and site of every connection that an environment has, by name. No secret is read. */
export function listConnectionSites(env: Env): Record<string, ConnectionSite> {
  const sites: Record<string, ConnectionSite> = {};
  for (const variable of Object.keys(env)) {
    const name = /^HYPERFERRY_CONNECTION_([A-Z][A-Z0-9_]*)_URL(?:_FILE)?$/.exec(variable)?.[1];
    if (name === undefined) continue;
    const connection = name.toLowerCase().replaceAll('_', '-');
    const site = readConnectionSite(connection, env);
    if (site !== undefined) sites[connection] = site;
  }
  return sites;
}
