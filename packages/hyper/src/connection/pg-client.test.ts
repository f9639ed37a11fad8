import { execFileSync } from 'node:child_process';

import { expect, test } from 'vitest';

test('loading the client neither loads what fetch needs nor leaves a navigator behind', () => {
  const client = new URL('./pg-client.ts', import.meta.url).href;
  const program = `
    const before = 'navigator' in globalThis;
    await import(${JSON.stringify(client)});
    const loaded = process.moduleLoadList.filter((name) => name.includes('undici'));
    process.stdout.write(JSON.stringify({ left: !before && 'navigator' in globalThis, loaded }));`;
  const printed = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual({ left: false, loaded: [] });
});
