import { type Browser, chromium, type Page } from 'playwright-core';

import { partPath } from '../requirements.ts';

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium of this machine, headless, with a profile of its own that is removed. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: partPath('chromium'),
    headless: true,
    chromiumSandbox: false,
    args: flags,
  });
}

/** What went wrong in a page: errors of scripts, refused content, dialogs that something opened. */
export function watchFaults(page: Page): string[] {
  const found: string[] = [];
  page.on('pageerror', (error) => found.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    found.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return found;
}
