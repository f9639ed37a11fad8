import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { requirePart } from '../requirements.ts';
import { bringEngine, cloneWorkingTree, makeOpenFolder, pathWithout, removeFolder, run, setUp } from './newcomer.ts';

let folder: string;
beforeAll(() => {
  folder = makeOpenFolder();
});
afterAll(() => removeFolder(folder));

test.skipIf(!requirePart('apt-get'))(
  'a clone path of 150 characters with blanks sets up and starts engine and Redis',
  async () => {
    const place = join(folder, 'my clones of this and that', 'an awfully long name '.repeat(5).trim(), 'clone it');
    expect(place.length).toBeGreaterThanOrEqual(150);
    const clone = await cloneWorkingTree(place);
    const cache = join(place, 'my cache');
    bringEngine(cache);
    const env = { XDG_CACHE_HOME: cache, PATH: pathWithout(join(folder, 'bin'), 'redis-server', 'valkey-server') };
    const setUpEnded = await run(setUp, { cwd: clone, env });
    expect(setUpEnded.stderr).not.toContain('set-up:');
    expect(setUpEnded.status).toBe(0);

    const tsx = join(clone, 'node_modules/.bin/tsx');
    const probe = await run([tsx, '--conditions=hyperferry-source', 'test/first-hour/probe.ts'], { cwd: clone, env });
    expect(probe.stderr).toBe('');
    expect(JSON.parse(probe.stdout)).toMatchObject({ rows: 1, redisPid: expect.any(Number) as number });
    expect(probe.status).toBe(0);
  },
);
