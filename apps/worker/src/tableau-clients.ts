import type { Logger } from '@hyperferry/schema';
import { readConnection, type SessionStore, TableauClient } from '@hyperferry/tableau';

export interface TableauClients {
  /** The client of a connection, opened when it is first needed. @throws {HyperferryError} CONNECTION_UNKNOWN, TABLEAU_UNREACHABLE */
  of(connection: string, signal: AbortSignal): Promise<TableauClient>;
  close(): Promise<void>;
}

/**
 * One client a connection for the whole worker, one session for all workers: signing in again with a personal access
 * token would end the session of the publish beside it.
 */
export function createTableauClients(
  env: NodeJS.ProcessEnv,
  sessionStore: SessionStore,
  logger: Logger,
): TableauClients {
  const clients = new Map<string, Promise<TableauClient>>();
  return {
    async of(connection, signal) {
      signal.throwIfAborted();
      const opened =
        clients.get(connection) ?? TableauClient.open(readConnection(connection, env), { sessionStore, logger });
      clients.set(connection, opened);
      try {
        return await opened;
      } catch (error) {
        // The next attempt tries anew.
        if (clients.get(connection) === opened) clients.delete(connection);
        throw error;
      }
    },
    async close() {
      const opened = await Promise.allSettled(clients.values());
      await Promise.allSettled(
        opened.map(async (client) => (client.status === 'fulfilled' ? client.value.close() : undefined)),
      );
    },
  };
}
