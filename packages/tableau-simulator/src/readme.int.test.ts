import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { faultActionSchema } from './state/faults.ts';
import { seedSchema } from './state/seed.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)?.[1] ?? '';
}

describe('README.md', () => {
  it('has an example that runs', async () => {
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const args = ['--conditions=hyperferry-source', '--import', 'tsx', '--input-type=module', '-e', block('js')];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd });
    expect(stdout).toBe('2 projects are named Sales\nstatus 429\n');
  });

  it('has a seed that is valid', () => {
    expect(seedSchema.safeParse(JSON.parse(block('json'))).error).toBeUndefined();
  });

  it('names every kind of fault', () => {
    for (const option of faultActionSchema.options) expect(readme).toContain(`| \`${option.shape.kind.value}\` |`);
  });
});
