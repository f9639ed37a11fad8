import { type ConnectionSite, readConnectionSite } from '@hyperferry/tableau';

/**
 * Server and site of a connection: they name the target's line. Undefined where this machine doesn't know the
 * connection: then the queue asks the workers. Its secrets are read by nobody but the worker.
 */
export function serverOf(connection: string, env: NodeJS.ProcessEnv): ConnectionSite | undefined {
  return readConnectionSite(connection, env);
}
