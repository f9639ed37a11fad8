/** The proxy for a server by the usual variables (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, either case). */
export function proxyFromEnv(serverUrl: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const url = new URL(serverUrl);
  const read = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  if (isExempt(url, read('NO_PROXY') ?? '')) return undefined;
  return read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read('ALL_PROXY');
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const match = /^(.+?)(?::(\d+))?$/.exec(entry);
      if (match?.[2] !== undefined && match[2] !== port) return false;
      const name = (match?.[1] ?? entry).replace(/^\*?\./, '');
      return host === name || host.endsWith(`.${name}`);
    });
}
