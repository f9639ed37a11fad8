import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const root = join(import.meta.dirname, '..', '..');

interface SimulatorState {
  readonly datasources: readonly { readonly id: string; readonly name: string; readonly projectPath: string }[];
  readonly faults: { readonly done: Readonly<Record<string, number>> };
  readonly counters: {
    readonly overlaps: { readonly count: number; readonly targets: Readonly<Record<string, number>> };
    readonly publishes: { readonly committed: number };
    readonly signIns: { readonly pat: number };
  };
}

/** The Tableau simulator as a process, with its admin routes. */
export interface SoakSimulator {
  /** Variables of the connection that leads to it. */
  connection(name: string): Record<string, string>;
  state(): Promise<SimulatorState>;
  change(route: 'faults' | 'limits', body: unknown): Promise<void>;
  /** Copies the published `.hyper` of a data source. */
  download(id: string, path: string): Promise<void>;
  stop(): Promise<void>;
}

/** What goes wrong on the way to Tableau: refused, throttled, cut and lost answers, before and after the work is done. */
export function faultPlan(seed: number) {
  const publish = 'datasources.publish';
  const rule = (route: string, probability: number, action: Record<string, unknown>) => ({
    route,
    probability,
    action,
  });
  return {
    seed,
    rules: [
      rule(publish, 0.015, { kind: 'gatewayTimeout' }),
      rule(publish, 0.01, { kind: 'cut', when: 'before' }),
      rule(publish, 0.015, { kind: 'cut', when: 'after' }),
      rule(publish, 0.01, { kind: 'cut', when: 'reply' }),
      rule(publish, 0.02, { kind: 'slow', delayMs: 2500 }),
      // For good: the run fails or is held, and the operator has something to retry.
      rule(publish, 0.02, { kind: 'error', code: '403004', status: 403 }),
      rule('fileUploads.*', 0.01, { kind: 'cut', when: 'during', afterBytes: 300 }),
      rule('fileUploads.*', 0.01, { kind: 'cut', when: 'reply' }),
      rule('*', 0.005, { kind: 'throttle', retryAfter: 1 }),
      rule('*', 0.005, { kind: 'html', status: 502 }),
      rule('*', 0.005, { kind: 'cut', when: 'before' }),
      rule('*', 0.02, { kind: 'slow', delayMs: 400 }),
    ],
  };
}

export async function startSoakSimulator(folder: string, env: NodeJS.ProcessEnv): Promise<SoakSimulator> {
  const bin = join(root, 'packages/tableau-simulator/bin/hyperferry-simulator.js');
  const args = [bin, '--port', '0', '--data', join(folder, 'tableau')];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const exited = once(child, 'exit');
  const first = await Promise.race([once(lines, 'line'), exited.then(() => undefined)]);
  if (first === undefined) throw new Error('the simulator did not start');
  lines.on('line', () => {});
  const access = JSON.parse(String(first[0])) as Record<string, string>;
  const adminUrl = access['adminUrl'] ?? '';

  const admin = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await fetch(`${adminUrl}/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    connection(name) {
      const prefix = `HYPERFERRY_CONNECTION_${name.toUpperCase()}_`;
      return {
        [`${prefix}URL`]: access['url'] ?? '',
        [`${prefix}SITE`]: access['siteContentUrl'] ?? '',
        [`${prefix}PAT_NAME`]: access['tokenName'] ?? '',
        [`${prefix}PAT_SECRET`]: access['tokenSecret'] ?? '',
      };
    },
    state: async () => (await (await admin('state')).json()) as SimulatorState,
    async change(route, body) {
      const headers = { 'content-type': 'application/json' };
      await admin(route, { method: 'POST', headers, body: JSON.stringify(body) });
    },
    async download(id, path) {
      const { body } = await admin(`datasources/${id}/content`);
      if (body === null) throw new Error(`data source ${id} has no content`);
      await pipeline(Readable.fromWeb(body), createWriteStream(path));
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 45_000);
      await exited;
      clearTimeout(timer);
    },
  };
}
