import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { HyperProcess } from '@hyperferry/hyper';
import { silentLogger, type Target } from '@hyperferry/schema';
import { type ConnectionSettings, TableauClient, type TableauClientOptions } from '@hyperferry/tableau';
import { type Simulator, type SimulatorOptions, startSimulator } from '@hyperferry/tableau-simulator';

import type { PublishContext } from './publish-context.ts';
import { publish, type PublishInput } from './publish.ts';

/** A simulator, an engine and a folder for one test file. */
export interface TestSite extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly engine: HyperProcess;
  readonly dir: string;
  readonly settings: ConnectionSettings;
  open(options?: TableauClientOptions): Promise<TableauClient>;
  /** Builds `Extract.Extract` from a query and returns what publish takes. */
  extract(name: string, sql: string, options?: ExtractOptions): Promise<{ extractPath: string; sizeBytes: number }>;
  /** Publishes with a context that confirms always. */
  publish(client: TableauClient, input: PublishInput, more?: Partial<PublishContext>): ReturnType<typeof publish>;
  /** Rows of the published data source, as the simulator's engine counts them. */
  rowCount(datasourceId: string): Promise<number>;
}

export interface ExtractOptions {
  readonly tables?: readonly string[];
  readonly schema?: string;
  readonly databaseVersion?: number;
}

export async function startTestSite(options: SimulatorOptions = {}): Promise<TestSite> {
  const dir = await mkdtemp(path.join(tmpdir(), 'hf-site-'));
  const simulator = await startSimulator({ env: process.env, ...options });
  const engine = await HyperProcess.start({ env: process.env });
  const settings: ConnectionSettings = {
    name: 'test',
    serverUrl: simulator.url,
    siteContentUrl: simulator.siteContentUrl,
    credentials: { kind: 'pat', tokenName: simulator.tokenName, tokenSecret: simulator.tokenSecret },
    tlsInsecure: false,
  };
  return {
    simulator,
    engine,
    dir,
    settings,
    open: (clientOptions) => TableauClient.open(settings, clientOptions),
    async extract(name, sql, { tables = ['Extract'], schema = 'Extract', databaseVersion } = {}) {
      const extractPath = path.join(dir, `${name}.hyper`);
      await rm(extractPath, { force: true });
      await using connection = await engine.connect();
      await connection.createDatabase(extractPath, databaseVersion === undefined ? {} : { databaseVersion });
      const database = await connection.attach(extractPath, 'db');
      await connection.execute(`CREATE SCHEMA IF NOT EXISTS "db"."${schema}"`);
      for (const table of tables) await connection.execute(`CREATE TABLE "db"."${schema}"."${table}" AS ${sql}`);
      await connection.detach(database);
      return { extractPath, sizeBytes: (await stat(extractPath)).size };
    },
    publish: (client, input, more = {}) => publish(input, { ...testContext(client, dir), ...more }),
    async rowCount(datasourceId) {
      const [table] = await simulator.admin.tables(datasourceId);
      return table?.rowCount ?? -1;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([simulator.close(), engine.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function testContext(client: TableauClient, scratchDir: string): PublishContext {
  return {
    runId: 'run-1',
    logger: silentLogger,
    signal: new AbortController().signal,
    scratchDir,
    emit() {},
    client,
    confirm: async () => undefined,
  };
}

export function targetOf(name: string, more: Partial<Target> = {}): Target {
  return { connection: 'test', project: 'Finance/Sales', name, mode: 'createOrOverwrite', ...more };
}
