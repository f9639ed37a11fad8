import { request } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { join } from 'node:path';
import { printedError, run } from './command.ts';
import { startTestRedis } from '../../packages/queue/src/testing.ts';
import { createStack } from '../../scripts/demo/stack.ts';
import { type DemoStack, startDemoStack } from './demo-stack.ts';

let stack: DemoStack;

beforeAll(async () => {
  stack = await startDemoStack();
});

afterAll(() => stack.stop());

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Raw HTTP: fetch would not let a test choose Host and Origin. */
function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
  url = stack.dashboardUrl,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const outgoing = request({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    outgoing.on('error', reject).end(body);
  });
}

describe('the dashboard', () => {
  it('shows the board', async () => {
    const answer = await send('GET', '/board', {});
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('Hyperferry');
  });

  it('is ready while Redis answers, and counts what is there for Prometheus', async () => {
    expect(await send('GET', '/readyz', {})).toMatchObject({ status: 200 });
    const { status, body } = await send('GET', '/metrics', {});
    expect(status).toBe(200);
    expect(body).toMatch(/^hyperferry_workers\{state="running"\} 1$/m);
    expect(body).toMatch(/^hyperferry_workers_short\{of="disk"\} 0$/m);
    expect(body).toMatch(/^hyperferry_oldest_waiting_seconds 0$/m);
    expect(body).toMatch(/^bullmq_job_count\{queue="publish", state="active"\} 0$/m);
    expect(body.match(/^# TYPE bullmq_job_count gauge$/gm)).toHaveLength(1);
  });

  it.each([
    ['/runs/NOT-THERE', 404, 'RUN_UNKNOWN'],
    ['/runs/NOT-THERE/rejects.csv', 404, 'RUN_UNKNOWN'],
    ['/runs/..%2F..%2Fetc/report.json', 404, 'RUN_UNKNOWN'],
    ['/no-such-page', 404, 'HTTP_PAGE_UNKNOWN'],
    ['/?state=fialed', 400, 'USAGE_INVALID'],
    ['/?before=-inf', 400, 'USAGE_INVALID'],
  ])('answers %s with %i %s, as a page or as problem details', async (path, status, code) => {
    const program = await send('GET', path, { Accept: 'application/json' });
    expect([program.status, (JSON.parse(program.body) as { code: string }).code]).toEqual([status, code]);
    const person = await send('GET', path, { Accept: 'text/html' });
    expect(person.status).toBe(status);
    expect(person.body).toContain(`<code class="error">${code}</code>`);
  });

  it.each(['/', '/runs/NOT-THERE', '/lines', '/workers'])('has nothing to write at %s', async (path) => {
    const answer = await send('POST', path, { 'Content-Type': 'application/json' }, '{}');
    expect(answer.status).toBe(404);
  });

  it('says within seconds that Redis is away', async () => {
    const redis = await startTestRedis();
    const other = await createStack();
    try {
      Object.assign(other.env, { REDIS_URL: `unix://${redis.socketPath}`, HYPERFERRY_DASHBOARD_PORT: '0' });
      const dashboard = await other.start('dashboard', 'apps/dashboard/bin/hyperferry-dashboard.js', []);
      const url = String(dashboard.announced.url);
      expect((await send('GET', '/readyz', {}, '', url)).status).toBe(200);
      await redis.close();
      const startedAt = performance.now();
      expect(await send('GET', '/', { Accept: 'text/html' }, '', url)).toMatchObject({
        status: 503,
        body: expect.stringContaining('QUEUE_UNREACHABLE') as string,
      });
      expect((await send('GET', '/readyz', {}, '', url)).status).toBe(503);
      expect((await send('GET', '/metrics', {}, '', url)).status).toBe(503);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect((await send('GET', '/healthz', {}, '', url)).status).toBe(200);
    } finally {
      await other.stop();
      await redis.close();
    }
  });

  it('refuses a foreign Host', async () => {
    const answer = await send('GET', '/board', { Host: 'evil.example' });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('HTTP_HOST_FOREIGN');
  });

  it('refuses a foreign Origin', async () => {
    const answer = await send('GET', '/board', { Origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('HTTP_ORIGIN_FOREIGN');
  });

  it('refuses a write that is not JSON', async () => {
    const answer = await send('POST', '/board/api/queues/runs/add', { 'Content-Type': 'text/plain' }, '{}');
    expect(answer.status).toBe(415);
  });

  it.each([
    ['POST', '/board/api/queues/runs/add', '{"name":"run","data":{},"options":{}}'],
    ['POST', '/board/api/queues/publish/add', '{"name":"publish","data":{},"options":{}}'],
    ['PUT', '/board/api/queues/runs/retry/failed', '{}'],
    ['PUT', '/board/api/queues/runs/pause', '{}'],
    ['PUT', '/board/api/queues/runs/obliterate', '{}'],
  ])('refuses to change the queues: %s %s', async (method, path, body) => {
    const answer = await send(method, path, { 'Content-Type': 'application/json' }, body);
    expect([404, 405]).toContain(answer.status);
    const queues = await send('GET', '/board/api/queues?activeQueue=runs&status=latest&page=1', {});
    expect(JSON.parse(queues.body)).toMatchObject({
      queues: [{ counts: { waiting: 0, active: 0, failed: 0 } }, {}, {}, {}],
    });
  });

  it('says that its port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const bin = join(import.meta.dirname, '../../apps/dashboard/bin/hyperferry-dashboard.js');
    const result = await run(process.execPath, [bin], { ...stack.env, HYPERFERRY_DASHBOARD_PORT: String(port) });
    server.close();
    expect(printedError(result).code).toBe('PORT_IN_USE');
    expect(result.code).toBe(4);
  });

  it('does not listen beyond loopback without a name for the proxy before it', async () => {
    const bin = join(import.meta.dirname, '../../apps/dashboard/bin/hyperferry-dashboard.js');
    const result = await run(process.execPath, [bin], { ...stack.env, HYPERFERRY_DASHBOARD_ADDRESS: '0.0.0.0' });
    expect(printedError(result).code).toBe('LISTEN_REFUSED');
  });
});
