import { resolve } from 'node:path';

import { HyperProcess } from '@hyperferry/hyper';
import { verifyServer } from '@hyperferry/pipeline';
import { connectRedis, openSessionStore, type QueueConnection } from '@hyperferry/queue';
import { HyperferryError, type RedisSettings, silentLogger } from '@hyperferry/schema';
import { readConnection } from '@hyperferry/tableau';
import type { Command } from 'commander';

import { readSettings } from '../env.ts';
import { interruptSignal } from '../interrupt-signal.ts';

interface VerifyOptions {
  readonly connection: string;
  readonly project?: string;
  readonly recording?: string;
  readonly json?: boolean;
}

/** `hyperferry verify-server`: tries every flow on a real site and records what it does. */
export function addVerifyServerCommand(program: Command): void {
  program
    .command('verify-server')
    .description('try every flow that hyperferry uses on a real Tableau site, clean up, and record what the site does')
    .option('--connection <name>', 'connection to Tableau', 'default')
    .option('--project <path>', 'project to work in; default: one of its own, removed afterwards')
    .option('--recording <file>', 'where the recording goes, without secrets')
    .option('--json', 'print one JSON object')
    .action(verify);
}

async function verify(options: VerifyOptions): Promise<void> {
  const settings = readSettings();
  const connection = readConnection(options.connection, settings.env);
  const signal = interruptSignal();
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const recordingPath = resolve(options.recording ?? `hyperferry-verify-${options.connection}-${stamp}.jsonl`);
  const queue = await runningQueue(settings);
  const sessionStore = queue === undefined ? undefined : openSessionStore(queue);
  await using engine = await HyperProcess.start({ env: settings.env, signal });
  try {
    const report = await verifyServer({
      settings: connection,
      engine,
      recordingPath,
      signal,
      logger: silentLogger,
      ...(options.project === undefined ? {} : { project: options.project }),
      ...(sessionStore === undefined ? {} : { sessionStore }),
      onStep: ({ name, state, ms, error }) => {
        const why = error === undefined ? '' : `  ${error.code}: ${error.message}`;
        if (options.json !== true) process.stdout.write(`${state.padEnd(8)}${name}  ${ms} ms${why}\n`);
      },
    });
    process.stdout.write(
      options.json === true ? `${JSON.stringify(report)}\n` : `recording: ${report.recordingPath}\n`,
    );
    if (!report.ok) {
      const failed = report.steps.filter(({ state }) => state === 'failed').map(({ name }) => name);
      throw new HyperferryError(
        'SERVER_NOT_VERIFIED',
        `the site did not do what was expected in: ${failed.join(', ') || 'the cleaning up'}`,
      );
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    await sessionStore?.close();
  }
}

/**
 * The workers' Redis, if they run: a sign-in with their token outside of their shared session would end it.
 */
async function runningQueue({
  redis,
  dataDir,
}: {
  redis: RedisSettings;
  dataDir: string;
}): Promise<QueueConnection | undefined> {
  try {
    return await connectRedis({ redis, dataDir });
  } catch (error) {
    if (error instanceof HyperferryError && error.code === 'QUEUE_NOT_RUNNING') return undefined;
    throw error;
  }
}
