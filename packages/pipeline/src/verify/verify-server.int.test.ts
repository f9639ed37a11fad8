import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startTestSite, type TestSite } from '../publish/site.test-kit.ts';
import { verifyServer } from './verify-server.ts';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site[Symbol.asyncDispose]());

test('every flow runs against the simulator, nothing stays behind, and the recording has no secret', async () => {
  const projectsBefore = site.simulator.admin.state().projects;
  const recordingPath = path.join(site.dir, 'recording.jsonl');
  const { settings, engine } = site;
  const signal = new AbortController().signal;
  const report = await verifyServer({ settings, engine, recordingPath, signal, project: 'Finance/Sales' });
  expect(report.steps.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(report).toMatchObject({ ok: true, leftBehind: [], server: { productVersion: '2025.3.0' } });
  const { projects, datasources } = site.simulator.admin.state();
  expect(datasources).toEqual([]);
  expect(projects).toEqual(projectsBefore);
  const recording = await readFile(recordingPath, 'utf8');
  expect(recording).not.toContain(site.simulator.tokenSecret);
  expect(recording).not.toMatch(/Marketing|Überblick|"admin"/);
  expect(recording.trim().split('\n').length).toBeGreaterThan(60);
});

test('an unknown project fails the flow, skips the rest, and is said', async () => {
  const recordingPath = path.join(site.dir, 'recording-2.jsonl');
  const { settings, engine } = site;
  const signal = new AbortController().signal;
  const report = await verifyServer({ settings, engine, recordingPath, signal, project: 'No/Such' });
  expect(report.ok).toBe(false);
  expect(report.steps[1]).toMatchObject({ state: 'failed', error: { code: 'TABLEAU_PROJECT_UNKNOWN' } });
  expect(report.steps.at(-1)).toMatchObject({ state: 'skipped' });
});
