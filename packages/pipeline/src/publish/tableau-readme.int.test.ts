import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { startTestSite } from './site.test-kit.ts';

const tableauDir = path.join(import.meta.dirname, '../../../tableau');

test('the example in the README of packages/tableau publishes', async () => {
  await using site = await startTestSite();
  const { extractPath } = await site.extract('sales', 'SELECT 1 AS n');
  const readme = await readFile(path.join(tableauDir, 'README.md'), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  // Beside the package, so that its imports are found.
  const program = path.join(tableauDir, `readme-example-${process.pid}.mts`);
  await writeFile(program, example);
  try {
    const { url, siteContentUrl, tokenName, tokenSecret } = site.simulator;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=hyperferry-source', '--import', 'tsx', program, extractPath],
      {
        env: {
          ...process.env,
          HYPERFERRY_CONNECTION_DEMO_URL: url,
          HYPERFERRY_CONNECTION_DEMO_SITE: siteContentUrl,
          HYPERFERRY_CONNECTION_DEMO_PAT_NAME: tokenName,
          HYPERFERRY_CONNECTION_DEMO_PAT_SECRET: tokenSecret,
        },
      },
    );
    expect(stdout).toBe('sending\npublished Sales\n');
  } finally {
    await rm(program, { force: true });
  }
});
