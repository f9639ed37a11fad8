import { z } from 'zod';

import type { WireCaller } from '../api/wire-caller.ts';
import { TableauError } from '../errors.ts';
import { baseUrlOfRedirect } from '../http/redirect.ts';
import { readReplyBody, wireText } from '../wire/reply-body.ts';

/** Newest version of the REST API that this client was written for. */
export const CLIENT_API_VERSION = '3.29';

export interface ServerInfo {
  /** Where the API is; differs from the connection's URL after a redirect. */
  readonly baseUrl: string;
  /** e.g. `2025.3.0`. */
  readonly productVersion: string;
  /** The server's newest version of the API. */
  readonly serverApiVersion: string;
  /** The version that we speak. */
  readonly apiVersion: string;
}

const productVersion = z.union([wireText, z.object({ value: wireText }).transform(({ value }) => value)]);
const replySchema = z.object({
  serverInfo: z.object({ productVersion, restApiVersion: wireText.refine((text) => /^\d+\.\d+$/.test(text)) }),
});

/**
 * Asks the server for its versions and agrees on one: the pinned one, else the newest that both know.
 * @throws {TableauError} TABLEAU_UNREACHABLE, TABLEAU_NOT_AN_API, TABLEAU_VERSION_UNSUPPORTED
 */
export async function fetchServerInfo(
  wire: WireCaller,
  settings: { serverUrl: string; apiVersion?: string | undefined },
  signal?: AbortSignal,
): Promise<ServerInfo> {
  let baseUrl = settings.serverUrl;
  const reply = await wire.text({
    method: 'GET',
    // 2.4 is the first version that has serverinfo; every later server answers it.
    url: new URL(`${settings.serverUrl}/api/2.4/serverinfo`),
    repeat: 'safe',
    timeoutMs: 30_000,
    signal,
    onRedirect: (to) => {
      baseUrl = baseUrlOfRedirect(to) ?? baseUrl;
    },
  });
  const parsed = replySchema.safeParse(readReplyBody(reply.text));
  if (!parsed.success) {
    throw new TableauError(
      'TABLEAU_NOT_AN_API',
      `${baseUrl} does not answer serverinfo like a Tableau server: "${reply.text.slice(0, 120).replaceAll(/\s+/g, ' ')}"`,
      { status: reply.status },
    );
  }
  const { productVersion: product, restApiVersion: serverApiVersion } = parsed.data.serverInfo;
  const apiVersion = settings.apiVersion ?? lowerVersion(serverApiVersion, CLIENT_API_VERSION);
  if (!isVersionAtLeast(serverApiVersion, apiVersion)) {
    throw new TableauError(
      'TABLEAU_VERSION_UNSUPPORTED',
      `the connection pins API version ${apiVersion}, the server (${product}) knows up to ${serverApiVersion}`,
    );
  }
  return { baseUrl, productVersion: product, serverApiVersion, apiVersion };
}

/** Compares as two integers: 3.9 is lower than 3.10. */
export function isVersionAtLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = minimum.split('.').map(Number);
  return major > minMajor || (major === minMajor && minor >= minMinor);
}

function lowerVersion(a: string, b: string): string {
  return isVersionAtLeast(a, b) ? b : a;
}
