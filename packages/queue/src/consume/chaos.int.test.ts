import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startTestFleet, type TestFleet, testSubmission } from '../testing.ts';

let fleet: TestFleet;
let ledger: Ledger;
const workers = new Set<ChildProcess>();
beforeAll(async () => {
  fleet = await startTestFleet();
  ledger = await openLedger();
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  ledger?.server.close();
  await fleet?.[Symbol.asyncDispose]();
});

/** Stands for Tableau: who published what, in which order, and what ran at the same time. */
interface Ledger {
  readonly server: Server;
  readonly url: string;
  readonly published: string[];
  readonly lineOf: Map<string, string>;
  overlaps(): number;
}

async function openLedger(): Promise<Ledger> {
  const published: string[] = [];
  const lineOf = new Map<string, string>();
  const busy = new Map<string, Promise<void>>();
  let overlaps = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://ledger');
    const run = url.searchParams.get('run') ?? '';
    const line = lineOf.get(run) ?? '';
    if (url.pathname === '/look') {
      // Publishes in progress count: whoever looks waits for them.
      await busy.get(line);
      response.end(published.includes(run) ? 'found' : 'absent');
      return;
    }
    if (busy.has(line)) overlaps += 1;
    const work = sleep(30).then(() => {
      published.push(run);
      busy.delete(line);
    });
    busy.set(line, work);
    await work;
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, published, lineOf, overlaps: () => overlaps };
}

async function spawnWorker(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('chaos-worker.fixture.ts', import.meta.url));
  const args = ['--conditions=hyperferry-source', '--import', 'tsx', script];
  const worker = spawn(process.execPath, [...args, `unix://${fleet.redis.socketPath}`, ledger.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
  await once(worker.stdout, 'data');
  return worker;
}

/** A producer that tries again while Redis is away: the id makes it one run. */
async function submitSurely(name: string, runId: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await fleet.queue.submit(testSubmission(name, { mode: 'append', runId }));
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'QUEUE_UNREACHABLE' || tries > 20) throw error;
      await sleep(200);
    }
  }
}

test(
  'kill -9, frozen workers and a killed Redis: nothing lost, doubled, overlapped or out of order',
  { timeout: 90_000 },
  async () => {
    const fleetOfWorkers = await Promise.all([spawnWorker(), spawnWorker(), spawnWorker()]);
    const byTarget = new Map<string, string[]>();
    const submitAll = async (): Promise<void> => {
      for (let index = 0; index < 72; index += 1) {
        const name = `chaos ${index % 9}`;
        const runId = `chaos-${index}`;
        ledger.lineOf.set(runId, name);
        await submitSurely(name, runId);
        byTarget.set(name, [...(byTarget.get(name) ?? []), runId]);
        await sleep(40);
      }
    };
    const submitted = submitAll();
    for (let round = 0; round < 2; round += 1) {
      await sleep(600);
      fleetOfWorkers[round]?.kill('SIGKILL');
      const frozen = fleetOfWorkers[round + 1];
      frozen?.kill('SIGSTOP');
      if (round === 1) process.kill(fleet.redis.pid(), 'SIGKILL');
      void spawnWorker();
      await sleep(3000);
      frozen?.kill('SIGCONT');
    }
    await submitted;
    const ids = [...byTarget.values()].flat();
    const ends = await Promise.all(ids.map((runId) => fleet.queue.waitForRun(runId)));
    expect(ends.filter((run) => run.state !== 'succeeded')).toEqual([]);
    expect(ledger.overlaps()).toBe(0);
    for (const [name, expected] of byTarget) {
      expect(ledger.published.filter((run) => ledger.lineOf.get(run) === name)).toEqual(expected);
    }
  },
);
