import type { RunQueue } from '@hyperferry/queue';
import { readConnection } from '@hyperferry/tableau';

/**
 * Server and site of a connection: they name the target's line. From this machine's environment when the connection
 * is set here, else from what the workers have registered. No secret is read.
 * @throws {HyperferryError} CONNECTION_UNKNOWN
 */
export async function serverOf(
  connection: string,
  env: NodeJS.ProcessEnv,
  queue: RunQueue,
): Promise<{ url: string; site: string }> {
  const registered = await queue.connectionServer(connection);
  if (registered !== undefined) return registered;
  const { serverUrl, site } = readConnection(connection, env);
  return { url: serverUrl.href, site };
}
