import type { Logger } from '@hyperferry/schema';
import { readConnection, TableauClient } from '@hyperferry/tableau';

export interface TableauClients {
  /** The client of a connection, opened when it is first needed. @throws {HyperferryError} CONNECTION_UNKNOWN */
  of(connection: string): TableauClient;
  close(): Promise<void>;
}

/**
 * One client a connection for the whole worker: signing in again with a personal access token would end the session of
 * the publish beside it.
 */
export function createTableauClients(env: NodeJS.ProcessEnv, logger: Logger): TableauClients {
  const clients = new Map<string, TableauClient>();
  return {
    of(connection) {
      const open = clients.get(connection);
      if (open !== undefined) return open;
      const client = TableauClient.open(readConnection(connection, env), { logger });
      clients.set(connection, client);
      return client;
    },
    async close() {
      await Promise.allSettled([...clients.values()].map((client) => client.close()));
    },
  };
}
