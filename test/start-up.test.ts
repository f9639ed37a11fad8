import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

// What a command loads before it does anything decides how soon it begins.

const root = join(import.meta.dirname, '..');

/** Everything that a module loads at once: files of this workspace, and the names of libraries. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const statements = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export)\b(?! type )[^;'`]*?\bfrom '([^']+)';|^import '([^']+)';/gm,
  );
  for (const [, named, bare] of statements) {
    const specifier = named ?? bare ?? '';
    if (specifier.startsWith('.')) loadedBy(join(dirname(file), specifier), seen);
    else if (specifier.startsWith('@hyperferry/')) loadedBy(sourceOf(specifier), seen);
    else seen.add(specifier);
  }
  return seen;
}

function sourceOf(specifier: string): string {
  const [, name = '', subpath] = specifier.split('/');
  const folder = join(root, 'packages', name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, { 'hyperferry-source': string }>;
  };
  return join(folder, exports[subpath === undefined ? '.' : `./${subpath}`]!['hyperferry-source']);
}

const libraries = (file: string): string[] =>
  [...loadedBy(join(root, file))].filter((name) => !name.startsWith('/') && !name.startsWith('node:')).sort();

it('extract and plan start the engine before they load more than that needs', () => {
  const early = ['commander', 'pg', 'pg/lib/utils.js'];
  expect(libraries('apps/producer/src/main.ts')).toEqual(['commander']);
  expect(libraries('apps/producer/src/commands/extract.ts').filter((name) => !early.includes(name))).toEqual([]);
  expect(libraries('apps/producer/src/commands/plan.ts').filter((name) => !early.includes(name))).toEqual([]);
});

it('read loads nothing but what reads files', () => {
  expect(libraries('apps/producer/src/commands/read.ts')).toEqual(['chardet', 'commander']);
});

it('parse and extract load nothing of publishing', () => {
  expect(libraries('packages/pipeline/src/index.ts')).toContain('node-fetch');
  expect(libraries('packages/pipeline/src/extract/index.ts')).not.toContain('node-fetch');
});
