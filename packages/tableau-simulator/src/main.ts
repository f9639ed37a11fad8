import { parseArgs } from 'node:util';

import { toHyperferryError } from '@hyperferry/schema';

import { SimulatorError } from './errors.ts';
import { type SimulatorOptions, startSimulator } from './start-simulator.ts';

const HELP = `Usage: hyperferry-simulator [options]

A little Tableau Server for tests and demos. The first line on stdout is one JSON object with its address and credentials.

  --port N          port (default 0: a free one)
  --data DIR        folder that keeps everything for the next start (default: a temporary one, removed at the end)
  --seed FILE       JSON file with sites, users, projects
  --host ADDRESS    address to listen on (default 127.0.0.1; for containers)
  --allow-host NAME Host name that requests may use besides the local ones; may be repeated
  -h, --help        this text
`;

const STOP_DEADLINE_MS = 10_000;

/** Starts a simulator by the command line and stops it at SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const { admin: _, close, ...access } = await startSimulator({ ...options, env: process.env });
  const stop = (): void => {
    // Whoever stops us waits: what still runs after that is given up, and the engine goes with its parent.
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    void close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Last, for whoever reads it may stop us at once.
  process.stdout.write(`${JSON.stringify(access)}\n`);
}

function readArguments(args: readonly string[]): SimulatorOptions | undefined {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '0' },
        data: { type: 'string' },
        seed: { type: 'string' },
        host: { type: 'string' },
        'allow-host': { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new SimulatorError('SIMULATOR_FAILED', error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SimulatorError('SIMULATOR_FAILED', `--port ${values.port}: not a port number from 0 to 65535`);
  }
  return {
    port,
    ...(values.data === undefined ? {} : { dataDir: values.data }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values['allow-host'] === undefined ? {} : { allowedHosts: values['allow-host'] }),
  };
}

main().catch((error: unknown) => {
  const { message, code, next, exit } = toHyperferryError(error);
  process.stderr.write(`${message} (${code})\n${next}\n`);
  process.exit(exit);
});
