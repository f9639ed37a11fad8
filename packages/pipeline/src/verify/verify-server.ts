import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { HyperProcess } from '@hyperferry/hyper';
import { type Logger, toHyperferryError } from '@hyperferry/schema';
import {
  type ConnectionSettings,
  createExchangeRedactor,
  type RedactedExchange,
  type SessionStore,
  TableauClient,
} from '@hyperferry/tableau';

import { type VerifyFlow, verifyFlows } from './verify-flows.ts';
import type { VerifyReport, VerifyStep } from './verify-report.ts';
import { createScene, verifyPrefix, type VerifyScene } from './verify-scene.ts';

export interface VerifyServerInput {
  readonly settings: ConnectionSettings;
  /** Path of a project to work in. Default: a project of its own at the top, removed afterwards. */
  readonly project?: string;
  readonly engine: HyperProcess;
  /** Where the recording goes; a file of that name is replaced. */
  readonly recordingPath: string;
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  /** The workers' store, so that they are not signed out by this sign-in with the same token. */
  readonly sessionStore?: SessionStore;
  /** Told each flow when it has ended. */
  readonly onStep?: (step: VerifyStep) => void;
}

/** Time to remove what was made, also after an abort. */
const cleanUpMs = 60_000;

/**
 * Runs every flow that the client uses against a real site, removes what it made, and writes a recording without
 * secrets and foreign names, so that a simulator can be compared with it. A flow that fails doesn't end the others.
 * @throws {TableauError} when the server cannot be reached at all
 */
export async function verifyServer(input: VerifyServerInput): Promise<VerifyReport> {
  const { settings, engine, recordingPath, signal, logger, sessionStore } = input;
  const exchanges: RedactedExchange[] = [];
  const redact = createExchangeRedactor((text) => text.startsWith(verifyPrefix));
  await using client = await TableauClient.open(settings, {
    signal,
    recorder: (exchange) => exchanges.push(redact(exchange)),
    ...(logger === undefined ? {} : { logger }),
    ...(sessionStore === undefined ? {} : { sessionStore }),
  });
  const { productVersion, apiVersion } = await client.server({ signal });
  const scratchDir = await mkdtemp(join(tmpdir(), 'hf-verify-'));
  const scene = createScene({ client, engine, scratchDir, signal }, input.project);
  const steps: VerifyStep[] = [];
  let leftBehind: string[] = [];
  try {
    for (const flow of verifyFlows) {
      const isBlocked = signal.aborted || steps.some((step) => step.state === 'failed' && isVital(step.name));
      const step = isBlocked ? skipped(flow) : await runFlow(flow, scene);
      steps.push(step);
      input.onStep?.(step);
    }
  } finally {
    leftBehind = await cleanUp(scene);
    await rm(scratchDir, { recursive: true, force: true });
  }
  const report: VerifyReport = {
    ok: leftBehind.length === 0 && steps.every(({ state }) => state === 'ok'),
    server: { productVersion, apiVersion },
    steps,
    leftBehind,
    recordingPath,
  };
  const { recordingPath: _path, ...shown } = report;
  const lines = [{ hyperferryRecording: 1, ...shown }, ...exchanges].map((line) => JSON.stringify(line));
  await writeFile(recordingPath, `${lines.join('\n')}\n`, { mode: 0o600 });
  return report;
}

async function runFlow(flow: VerifyFlow, scene: VerifyScene): Promise<VerifyStep> {
  const startedMs = performance.now();
  const took = () => Math.round(performance.now() - startedMs);
  try {
    const findings = await flow.run(scene);
    return { name: flow.name, state: 'ok', ms: took(), findings };
  } catch (thrown) {
    const error = toHyperferryError(thrown);
    return {
      name: flow.name,
      state: 'failed',
      ms: took(),
      findings: {},
      error: { code: error.code, message: error.message },
    };
  }
}

function skipped(flow: VerifyFlow): VerifyStep {
  return { name: flow.name, state: 'skipped', ms: 0, findings: {} };
}

function isVital(name: string): boolean {
  return verifyFlows.find((flow) => flow.name === name)?.isVital === true;
}

/** Removes what was made, newest first; says what couldn't be removed. */
async function cleanUp(scene: VerifyScene): Promise<string[]> {
  const { client } = scene;
  const signal = AbortSignal.timeout(cleanUpMs);
  const left: string[] = [];
  const removals = [
    ...scene.createdDatasourceIds.map((id) => ({
      what: `data source ${id}`,
      run: () => client.datasources.delete(id, { signal }),
    })),
    ...scene.createdProjectIds.map((id) => ({
      what: `project ${id}`,
      run: () => client.projects.delete(id, { signal }),
    })),
  ];
  for (const { what, run } of removals) {
    try {
      await run();
    } catch {
      left.push(what);
    }
  }
  return left;
}
