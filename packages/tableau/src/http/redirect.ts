import { TableauError } from '../errors.ts';

const redirectStatuses = new Set([301, 302, 307, 308]);

/**
 * Where an answer sends the same request on to; undefined when it is no redirect. Tableau Cloud moves a sign-in to the
 * site's pod, servers move http to https.
 * @throws {TableauError} TABLEAU_REDIRECT_REFUSED where following would give the credentials away
 */
export async function redirectTarget(
  from: URL,
  status: number,
  location: string | null,
  what: string,
): Promise<URL | undefined> {
  if (!redirectStatuses.has(status) || location === null) return undefined;
  if (!URL.canParse(location, from.href)) {
    throw new TableauError('TABLEAU_NOT_AN_API', `${what}: redirected to an unreadable address`, { status });
  }
  const to = new URL(location, from);
  const place = `${to.protocol}//${to.host}`;
  if (to.protocol !== 'https:' && to.protocol !== from.protocol) {
    throw new TableauError('TABLEAU_REDIRECT_REFUSED', `${what}: redirected from https to ${place}`, { status });
  }
  if (!(await isSameDomain(from.hostname, to.hostname))) {
    throw new TableauError('TABLEAU_REDIRECT_REFUSED', `${what}: redirected to another domain, ${place}`, { status });
  }
  return to;
}

/** The base URL that a redirected API address belongs to; undefined when it is not an API address (a login page). */
export function baseUrlOfRedirect(to: URL): string | undefined {
  const match = /^(.*?)\/api\/[^/]+\/(?:auth\/signin|serverinfo)$/i.exec(to.pathname);
  return match === null ? undefined : to.origin + match[1];
}

async function isSameDomain(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  // Loaded when needed: it knows every public suffix.
  const { getDomain } = await import('tldts');
  const domain = getDomain(a, { allowPrivateDomains: true });
  return domain !== null && domain === getDomain(b, { allowPrivateDomains: true });
}
