import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import type { PublishMode } from '@hyperferry/schema';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { readSettings } from '../../apps/producer/src/env.ts';
import { type OpenedQueue, openQueue } from '../../apps/producer/src/open-queue.ts';
import { serverOf } from '../../apps/producer/src/server-of.ts';
import { submitFile } from '../../apps/producer/src/submit-file.ts';
import { type DemoStack, startDemoStack } from '../e2e/demo-stack.ts';
import { requirePart } from '../requirements.ts';
import { startBrowser, watchFaults } from './browser.ts';

const hostile = `<img src=x onerror=alert(1)> & "Söhne"`;

let stack: DemoStack;
let opened: OpenedQueue;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let faults: string[];
let file: string;

async function submit(name: string, mode: PublishMode = 'createOrOverwrite', project = 'Finance/Sales') {
  const target = { connection: 'demo', project, name, mode };
  const { runId } = await submitFile({ path: file, target, server: serverOf('demo', stack.env) }, opened);
  return runId;
}

const ended = (runId: string) => opened.queue.waitForRun(runId);

function open(path: string): Promise<unknown> {
  return page.goto(new URL(path, stack.dashboardUrl).href);
}

describe.skipIf(!requirePart('chromium'))('the pages', () => {
  beforeAll(async () => {
    stack = await startDemoStack();
    opened = await openQueue(readSettings(stack.env));
    browser = await startBrowser();
    file = join(stack.folder, 'orders.csv');
    await writeFile(file, 'zip,amount,day\n01067,1.50,2024-01-02\n99084,2.25,2024-01-03\n');
  });

  afterAll(async () => {
    await browser?.close();
    await opened?.close();
    expect(await stack?.stop()).toEqual([]);
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    page = await context.newPage();
    page.setDefaultTimeout(10_000);
    faults = watchFaults(page);
  });

  afterEach(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });

  it('lead from the list to a run: stages, rows, columns with reasons, Tableau', async () => {
    const runId = await submit('Orders');
    await ended(runId);
    await open('/');
    const row = page.getByRole('row').filter({ hasText: 'Orders' });
    expect(await row.innerText()).toMatch(/succeeded\s+Orders\s+Finance\/Sales · demo\s+createOrOverwrite/);
    await row.getByRole('link', { name: 'Orders' }).click();
    await page.waitForURL(`**/runs/${runId}`);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Orders');
    expect(await page.locator('.stages tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/^parse\s+done/),
      expect.stringMatching(/^extract\s+done/),
      expect.stringMatching(/^publish\s+done/),
    ]);
    expect(await page.locator('.columns tbody tr').first().innerText()).toMatch(/zip\s+text\s+.*zero/);
    const link = await page.getByRole('link', { name: 'Open it in Tableau' }).getAttribute('href');
    expect(link).toContain('/datasources/');
    expect(await page.getByText('"outcome": "succeeded"').isVisible()).toBe(false);
    await page.getByText('Report', { exact: true }).click();
    expect(await page.getByText('"outcome": "succeeded"').isVisible()).toBe(true);
  });

  it('follow a run without being loaded again', async () => {
    await opened.queue.pause({ scope: 'queue', queue: 'extract' });
    const runId = await submit('Followed');
    await open(`/runs/${runId}`);
    await page.evaluate(`document.body.setAttribute('data-mark', 'same page')`);
    await page.locator('h1 .state-running').waitFor();
    await opened.queue.resume({ scope: 'queue', queue: 'extract' });
    await page.locator('h1 .state-succeeded').waitFor();
    expect(await page.locator('body').getAttribute('data-mark')).toBe('same page');
    expect(await page.locator('.columns tbody tr').count()).toBe(3);
  });

  it('say what to do about a run that failed', async () => {
    const runId = await submit('Nowhere', 'createOrOverwrite', 'No/Such project');
    await ended(runId);
    await open('/?state=failed');
    await page.getByRole('link', { name: 'Nowhere' }).click();
    const alert = await page.getByRole('alert').innerText();
    expect(alert).toContain('TABLEAU_PROJECT_UNKNOWN');
    expect(alert).toContain(`hyperferry retry ${runId}`);
  });

  it('show the lines, held ones with what can be done', async () => {
    const held = await submit('No such data source', 'append');
    await ended(held);
    const behind = await submit('No such data source', 'append');
    await open('/lines');
    const line = page.locator('section.line-held');
    expect(await line.innerText()).toContain(`hyperferry release ${held}`);
    expect(await line.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(new RegExp(`^${held}\\s+held`)),
      expect.stringMatching(new RegExp(`^${behind}\\s+waiting`)),
    ]);
    await opened.queue.cancel(behind);
    await opened.queue.cancel(held);
  });

  it('show the workers', async () => {
    await open('/workers');
    const row = page.locator('tbody tr');
    await expect.poll(() => row.innerText()).toMatch(/running\s+0\.1\.0/);
    expect(await row.innerText()).toContain('0 / 100');
  });

  it('show text from elsewhere as text', async () => {
    const runId = await submit(hostile);
    await ended(runId);
    await open('/');
    await page.getByRole('link', { name: hostile, exact: true }).click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(hostile);
    await open(`/?q=${encodeURIComponent(hostile)}`);
    expect(await page.getByRole('searchbox').inputValue()).toBe(hostile);
    expect(await page.locator('tbody tr').count()).toBe(1);
  });

  it('search, filter and page through many runs', async () => {
    // Each replaces the one before it, which waits: no work, and many runs.
    await opened.queue.pause({ scope: 'queue', queue: 'runs' });
    const runIds: string[] = [];
    for (let index = 0; index < 61; index += 1) runIds.push(await submit('Many'));
    await open('/');
    await page.getByRole('searchbox').fill('many');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: /^superseded/ }).click();
    expect(await page.locator('tbody tr').count()).toBe(50);
    await page.getByRole('link', { name: 'older' }).click();
    expect(await page.locator('tbody tr').count()).toBe(10);
    await page.getByRole('link', { name: 'newest' }).click();
    expect(await page.locator('tbody tr').count()).toBe(50);
    expect(await page.getByText('Paused:').isVisible()).toBe(true);
    await opened.queue.resume({ scope: 'queue', queue: 'runs' });
    await ended(runIds.at(-1) ?? '');
  });

  it('give the rejected rows', async () => {
    const runId = await submit('With rejects');
    await ended(runId);
    const content = 'line,record,column,value,reason\n7,6,amount,oops,not a number\n';
    await opened.artifacts.put(`runs/${runId}/extract/rejects.csv`, Readable.from([content]));
    await open(`/runs/${runId}`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'rejects.csv' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${runId}-rejects.csv`);
    expect(await readFile(await download.path(), 'utf8')).toBe(content);
  });

  it('lead to the job on the board, which changes nothing', async () => {
    const runId = await submit('On the board');
    await ended(runId);
    await open(`/runs/${runId}`);
    await page.getByRole('link', { name: 'the job on the board' }).click();
    await page.getByText(`${runId}.1`).first().waitFor();
    expect(await page.getByRole('button', { name: /retry|clean|duplicate|remove/i }).count()).toBe(0);
    // The board asks for fonts from elsewhere; nothing leaves this machine.
    for (const fault of faults.splice(0)) expect(fault).toMatch(/fonts\.googleapis\.com.* has been blocked/);
  });

  it('fit a narrow screen and a dark one', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const path of ['/', '/lines', '/workers']) {
      await open(path);
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, path).toBeLessThanOrEqual(0);
    }
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe('rgb(18, 22, 28)');
  });

  it('work without JavaScript', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const plainPage = await plain.newPage();
    await plainPage.goto(new URL('/?q=orders', stack.dashboardUrl).href);
    expect(await plainPage.locator('tbody tr').first().innerText()).toContain('Orders');
    expect(await plainPage.locator('noscript meta[http-equiv=refresh], meta[http-equiv=refresh]').count()).toBe(1);
    await plainPage.getByRole('link', { name: 'Lines' }).click();
    expect(await plainPage.getByRole('heading', { level: 1 }).innerText()).toContain('Lines');
    await plain.close();
  });
});
