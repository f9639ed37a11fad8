import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import {
  appendBody,
  hyperBytes,
  multipart,
  openRawSession,
  passwordCredentials,
  publishBody,
  type RawSession,
} from '../testing.ts';

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
beforeEach(() => {
  simulator.admin.setFaults({ rules: [] });
  simulator.admin.setLimits({ appendBytes: 64 * 1024 * 1024 });
});

async function initiate(): Promise<string> {
  const { text, status } = await session.send('POST', '/fileUploads');
  expect(status).toBe(201);
  return /uploadSessionId="([^"]+)"/.exec(text)?.[1] ?? '';
}

async function append(id: string, content: Uint8Array | string) {
  return await session.send('PUT', `/fileUploads/${id}`, appendBody(content));
}

let counter = 0;
async function commit(id: string, query = '') {
  const body = publishBody(`<datasource name="Uploaded ${(counter += 1)}"/>`);
  return await session.send('POST', `/datasources?datasourceType=hyper&uploadSessionId=${id}${query}`, body);
}

describe('an upload session', () => {
  it('has an id of the colon grammar, no GUID', async () => {
    expect(await initiate()).toMatch(/^\d+:[0-9a-f]+-\d+:\d+$/);
  });

  it('puts blocks together byte by byte, the id escaped or not', async () => {
    const id = await initiate();
    const cuts = [0, 1, 70, 4096, 4097, hyper.length];
    for (const [index, end] of cuts.slice(1).entries()) {
      const path = index % 2 === 0 ? id : encodeURIComponent(id);
      expect(await append(path, hyper.slice(cuts[index], end))).toMatchObject({ status: 200 });
    }
    const { text, status } = await commit(encodeURIComponent(id));
    expect(status).toBe(201);
    const published = simulator.admin.content(/<datasource id="([^"]+)"/.exec(text)?.[1] ?? '');
    expect(published.sha256).toBe(createHash('sha256').update(hyper).digest('hex'));
  });

  it('says its size in whole megabytes', async () => {
    const id = await initiate();
    expect((await append(id, 'abc')).text).toContain('fileSize="0"');
    expect((await append(id, randomBytes(1024 * 1024))).text).toContain('fileSize="1"');
  });

  it('keeps bytes that look like a boundary', async () => {
    const id = await initiate();
    const tricky = '\r\n--raw-boundary-6f1\r\n--raw\r\n\r\n--';
    await append(id, tricky);
    expect(simulator.admin.state().uploads.find((upload) => upload.id === id)?.sizeBytes).toBe(tricky.length);
  });

  it('is spent by the commit: 404015', async () => {
    const id = await initiate();
    await append(id, hyper);
    expect(await commit(id)).toMatchObject({ status: 201 });
    expect(await commit(id, '&overwrite=true')).toMatchObject({ status: 404, code: '404015' });
    expect(await append(id, 'more')).toMatchObject({ code: '404015' });
  });

  it('is unknown when it never was, or belongs to another site: 404015', async () => {
    const other = await openRawSession(simulator, passwordCredentials(simulator), 'second');
    const id = await initiate();
    expect(await other.send('PUT', `/fileUploads/${id}`, appendBody('x'))).toMatchObject({ code: '404015' });
    expect(await append('1:ab-1:0', 'x')).toMatchObject({ code: '404015' });
  });

  it('is gone when it was idle for too long', async () => {
    const id = await initiate();
    simulator.admin.setLimits({ uploadIdleMs: 1000, sessionIdleMs: 10_000_000 });
    simulator.admin.setClock({ advanceMs: 2000 });
    expect(await append(id, 'x')).toMatchObject({ code: '404015' });
    simulator.admin.setLimits({ uploadIdleMs: 86_400_000 });
  });

  it('breaks when two blocks are in flight: 500, and then it is unusable', async () => {
    const id = await initiate();
    const replies = await Promise.all([append(id, randomBytes(3_000_000)), append(id, randomBytes(3_000_000))]);
    expect(replies.map((reply) => reply.status)).toContain(500);
    expect(await append(id, 'x')).toMatchObject({ code: '404015' });
    expect(await commit(id)).toMatchObject({ code: '404015' });
  });

  it('is busy from the headers of a request on, not after its body', async () => {
    const id = await initiate();
    const { port } = new URL(simulator.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    const boundary = 'Content-Type: multipart/mixed; boundary=x';
    socket.write(
      `PUT /api/3.27/sites/${session.siteId}/fileUploads/${id} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Tableau-Auth: ${session.token}\r\n${boundary}\r\nContent-Length: 500\r\n\r\n`,
    );
    await expect.poll(() => simulator.admin.state().uploads.find((upload) => upload.id === id)?.state).toBe('busy');
    expect(await append(id, 'x')).toMatchObject({ status: 500 });
    socket.destroy();
  });

  it('keeps nothing of a block whose connection was cut', async () => {
    const id = await initiate();
    await append(id, hyper.slice(0, 1000));
    simulator.admin.setFaults({
      rules: [{ route: 'fileUploads.append', count: 1, action: { kind: 'cut', when: 'during' } }],
    });
    await expect(append(id, hyper.slice(1000))).rejects.toThrow();
    await expect.poll(() => simulator.admin.state().uploads.find((upload) => upload.id === id)?.state).toBe('idle');
    expect(await append(id, hyper.slice(1000))).toMatchObject({ status: 200 });
    expect(await commit(id)).toMatchObject({ status: 201 });
  });

  it('holds a block twice when it was sent twice: the file is broken, 400011', async () => {
    const id = await initiate();
    await append(id, hyper.slice(0, 30_000));
    await append(id, hyper.slice(0, 30_000));
    await append(id, hyper.slice(30_000));
    const reply = await commit(id);
    expect(reply).toMatchObject({ status: 400, code: '400011' });
    expect(reply.text).toContain(`publishing the file '${id}'`);
  });

  it('has stored a block whose answer was lost', async () => {
    const id = await initiate();
    simulator.admin.setFaults({
      rules: [{ route: 'fileUploads.append', count: 1, action: { kind: 'cut', when: 'after' } }],
    });
    await expect(append(id, hyper)).rejects.toThrow();
    expect(simulator.admin.state().uploads.find((upload) => upload.id === id)?.sizeBytes).toBe(hyper.length);
  });
});

describe('an append refuses', () => {
  it('a block above the limit with 400016', async () => {
    simulator.admin.setLimits({ appendBytes: 1000 });
    expect(await append(await initiate(), randomBytes(1001))).toMatchObject({ code: '400016' });
  });

  it('a payload that is not empty with 400019', async () => {
    const id = await initiate();
    const body = multipart([
      { name: 'request_payload', content: '<tsRequest/>' },
      { name: 'tableau_file', content: 'x', filename: 'file' },
    ]);
    expect(await session.send('PUT', `/fileUploads/${id}`, body)).toMatchObject({ code: '400019' });
  });

  it('a request without file with 400020', async () => {
    const body = multipart([{ name: 'request_payload', content: '' }]);
    expect(await session.send('PUT', `/fileUploads/${await initiate()}`, body)).toMatchObject({ code: '400020' });
  });
});
