/**
 * A query as Tableau reads it: form-encoded, filters included (API ≥ 3.7). The colons of an upload session id stay as
 * they are, as every client in the field sends them.
 */
export function queryString(query: Readonly<Record<string, string | number | boolean | undefined>> = {}): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const encoded = new URLSearchParams([[key, String(value)]]).toString();
      return key === 'uploadSessionId' ? encoded.replaceAll('%3A', ':') : encoded;
    });
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
