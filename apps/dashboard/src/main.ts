import { serve } from '@hono/node-server';
import { openStore } from '@hyperferry/artifacts';
import { connectRedis, openBoardQueues, openRunQueue } from '@hyperferry/queue';
import { HyperferryError, secretLogPaths, toErrorReport, toHyperferryError } from '@hyperferry/schema';
import { destination, pino } from 'pino';

import { createApp } from './app.ts';
import { readAssets } from './assets.ts';
import { readSettings } from './env.ts';
import { createRunFiles } from './run-files.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

try {
  await start();
} catch (error) {
  const { exit } = toHyperferryError(error);
  process.stderr.write(`${JSON.stringify(toErrorReport(error))}\n`);
  process.exit(exit);
}

async function start(): Promise<void> {
  const settings = readSettings();
  const logger = pino(
    { name: 'hyperferry-dashboard', level: settings.logLevel, redact: { paths: [...secretLogPaths], remove: true } },
    destination(2),
  );
  if (!LOOPBACK.has(settings.address) && settings.hosts.length === 0) {
    throw new HyperferryError(
      'LISTEN_REFUSED',
      `the dashboard has no login: it doesn't listen on ${settings.address} unless HYPERFERRY_DASHBOARD_HOSTS names the proxy that asks for one`,
    );
  }
  const connection = await connectRedis({ redis: settings.redis, dataDir: settings.dataDir });
  const artifacts = await openStore(settings.artifacts);
  const runs = await openRunQueue({ connection, logger });
  const board = openBoardQueues(connection);
  const app = createApp({ board, runs, files: createRunFiles(artifacts), assets: readAssets(), hosts: settings.hosts });

  const server = serve({ fetch: app.fetch, port: settings.port, hostname: settings.address }, ({ address, port }) => {
    const host = address.includes(':') ? `[${address}]` : address;
    process.stdout.write(`${JSON.stringify({ url: `http://${host}:${port}/` })}\n`);
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    const taken = error.code === 'EADDRINUSE';
    const wrapped = new HyperferryError(
      taken ? 'PORT_IN_USE' : 'LISTEN_REFUSED',
      taken
        ? `port ${settings.port} on ${settings.address} is in use`
        : `cannot listen on ${settings.address}:${settings.port}: ${error.message}`,
      { cause: error },
    );
    process.stderr.write(`${JSON.stringify(toErrorReport(wrapped))}\n`);
    process.exit(wrapped.exit);
  });

  const stop = async (): Promise<void> => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
    await Promise.all([board.close(), runs.close()]);
    artifacts.close();
    logger.info('stopped');
    process.exit(0);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void stop());
}
