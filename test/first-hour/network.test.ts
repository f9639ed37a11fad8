import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { requirePart } from '../requirements.ts';
import { cloneWorkingTree, makeOpenFolder, removeFolder, run } from './newcomer.ts';

let folder: string;
beforeAll(() => {
  folder = makeOpenFolder();
});
afterAll(() => removeFolder(folder));

// No IPv6, no way out, and somebody else's program where a Redis would be by default.
const isolated = [
  'unshare',
  '--net',
  'sh',
  '-c',
  'ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && exec "$@"',
  'sh',
];

test.skipIf(!requirePart('network namespace'))(
  'the demo works without IPv6 and never connects to what listens on port 6379',
  async () => {
    const clone = await cloneWorkingTree(join(folder, 'clone'));
    const listener = ['node_modules/.bin/tsx', 'test/first-hour/with-listener.ts'];
    const demo = ['npm', 'run', '--silent', 'demo', '--', '--json'];
    const xdg = process.env['XDG_CACHE_HOME'];
    const ended = await run([...isolated, ...listener, ...demo], {
      cwd: clone,
      env: { TMPDIR: folder, ...(xdg === undefined ? {} : { XDG_CACHE_HOME: xdg }) },
    });
    const { status, connections, stdout } = JSON.parse(ended.stdout) as {
      status: number;
      connections: number;
      stdout: string;
    };
    expect(connections).toBe(0);
    expect(status, `${stdout}\n${ended.stderr}`).toBe(0);
    const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as unknown;
    expect(summary).toMatchObject({ published: 3, mismatches: 0, orphans: 0 });
  },
);
