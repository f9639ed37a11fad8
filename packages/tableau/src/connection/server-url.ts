/**
 * The base URL in what a user pasted: without `/#/site/…`, query and trailing slash, a path prefix kept.
 * Undefined when it is no http(s) address.
 */
export function baseUrlOf(text: string): string | undefined {
  const bare = text.trim().replace(/\/?#.*$/s, '');
  if (!URL.canParse(bare)) return undefined;
  const url = new URL(bare);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** True for a host of Tableau Cloud, which has no default site. */
export function isTableauCloud(serverUrl: string): boolean {
  return /(^|\.)online\.tableau\.com$/i.test(new URL(serverUrl).hostname);
}
