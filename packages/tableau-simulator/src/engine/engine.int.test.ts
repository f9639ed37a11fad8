import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import { hyperBytes, openRawSession, publishBody, type RawSession } from '../testing.ts';

let simulator: Simulator;
let session: RawSession;
let hyper: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  hyper = await hyperBytes(['CREATE TABLE "Extract"."Extract" AS SELECT 1 AS "a"'], process.env);
  simulator = await startSimulator({ env: process.env });
  session = await openRawSession(simulator);
});
afterAll(async () => {
  await simulator.close();
});

async function publish(name: string) {
  return await session.send('POST', '/datasources', publishBody(`<datasource name="${name}"/>`, hyper));
}

describe('the engine', () => {
  it('starts with the first file, not before', async () => {
    expect(simulator.admin.world.engine.pid).toBeUndefined();
    expect(await publish('First')).toMatchObject({ status: 201 });
    expect(simulator.admin.world.engine.pid).toBeGreaterThan(0);
  });

  it('is started again when it has died', async () => {
    const { pid = 0 } = simulator.admin.world.engine;
    process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await publish('Second')).code ?? 'ok').toMatch(/ok|403007/);
    expect(simulator.admin.world.engine.pid).not.toBe(pid);
  });

  it('missing is an error of the server, not of the file', async () => {
    await using without = await startSimulator({ hyperdPath: '/nonexistent/hyperd' });
    const other = await openRawSession(without);
    const reply = await other.send('POST', '/datasources', publishBody('<datasource name="x"/>', hyper));
    expect(reply).toMatchObject({ status: 500, code: '500000' });
  });
});
