import { describeConnection, readConnection } from '@hyperferry/tableau';

/**
 * Server and site of a connection: they name the target's line. Its secrets are read by nobody but the worker.
 * @throws {HyperferryError} CONNECTION_UNKNOWN, CONNECTION_INVALID
 */
export function serverOf(connection: string, env: NodeJS.ProcessEnv): { url: string; site: string } {
  return describeConnection(readConnection(connection, env));
}
