import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkSourceFile } from './check-source-file.ts';

describe('checkSourceFile', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hf-source-'));
    await mkdir(join(dir, 'inside'));
    await writeFile(join(dir, 'inside', 'a.csv'), 'a\n1\n');
    await writeFile(join(dir, 'outside.csv'), 'a\n1\n');
  });

  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it('returns the real path and the name', async () => {
    const file = await checkSourceFile(join(dir, 'inside', 'a.csv'));
    expect(file.name).toBe('a.csv');
  });

  it('says that a file does not exist', async () => {
    await expect(checkSourceFile(join(dir, 'none.csv'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('refuses a folder', async () => {
    await expect(checkSourceFile(dir)).rejects.toMatchObject({ code: 'SOURCE_NOT_A_FILE' });
  });

  it('refuses a device', async () => {
    await expect(checkSourceFile('/dev/null')).rejects.toMatchObject({ code: 'SOURCE_NOT_A_FILE' });
  });

  it('takes a file inside of a root', async () => {
    const file = await checkSourceFile(join(dir, 'inside', 'a.csv'), { roots: [join(dir, 'inside')] });
    expect(file.path.endsWith('a.csv')).toBe(true);
  });

  it('refuses a file outside of the roots', async () => {
    const roots = [join(dir, 'inside')];
    await expect(checkSourceFile(join(dir, 'outside.csv'), { roots })).rejects.toMatchObject({
      code: 'SOURCE_NOT_ALLOWED',
    });
  });

  it('refuses a link that leads out of the roots', async () => {
    await symlink(join(dir, 'outside.csv'), join(dir, 'inside', 'link.csv'));
    const roots = [join(dir, 'inside')];
    await expect(checkSourceFile(join(dir, 'inside', 'link.csv'), { roots })).rejects.toMatchObject({
      code: 'SOURCE_NOT_ALLOWED',
    });
  });

  it('refuses every file when the list of roots is empty', async () => {
    await expect(checkSourceFile(join(dir, 'outside.csv'), { roots: [] })).rejects.toMatchObject({
      code: 'SOURCE_NOT_ALLOWED',
    });
  });
});
