import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

import { describe, expect, it } from 'vitest';

import { errorCodes } from '../packages/schema/src/index.ts';

const root = join(import.meta.dirname, '..');

/** Who may use whom, from the bottom up. A workspace may use only what its row lists. */
const layers: Record<string, readonly string[]> = {
  schema: [],
  hyper: ['schema'],
  sources: ['schema'],
  tableau: ['schema'],
  queue: ['schema'],
  artifacts: ['schema'],
  'tableau-simulator': ['schema', 'hyper'],
  pipeline: ['schema', 'hyper', 'sources', 'tableau', 'queue', 'artifacts'],
  producer: ['schema', 'hyper', 'sources', 'tableau', 'queue', 'artifacts', 'pipeline'],
  worker: ['schema', 'hyper', 'sources', 'tableau', 'queue', 'artifacts', 'pipeline'],
  dashboard: ['schema', 'queue', 'artifacts', 'pipeline'],
};

interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly manifest: {
    name: string;
    version: string;
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    exports?: Record<string, unknown>;
    bin?: Record<string, string>;
  };
  readonly files: readonly string[];
}

const workspaces: Workspace[] = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, 'package.json')))
    .map((entry) => {
      const folder = join(root, parent, entry.name);
      return {
        name: entry.name,
        folder,
        manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Workspace['manifest'],
        files: listSources(join(folder, 'src')),
      };
    }),
);

function listSources(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  // Statements only, and dynamic imports: a template may hold text that looks like an import.
  const statements = text.matchAll(
    /^(?:import|export)\b[^;'`]*?\bfrom '([^']+)';|^import '([^']+)';|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const isTest = (file: string): boolean => /(?:\.test|\/testing|\.test-[a-z-]+)\.ts$|\/testing\//.test(file);

describe.each(workspaces)('workspace $name', ({ name, folder, manifest, files }) => {
  const allowed = layers[name] ?? [];

  it('has a place in the layers and one version with all others', () => {
    expect(layers).toHaveProperty(name);
    expect(manifest.name).toBe(`@hyperferry/${name}`);
    expect(manifest.version).toBe(
      (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
    );
  });

  it('imports only layers below it, by package name, and never a testing kit in production code', () => {
    const wrong = files
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((specifier) => {
            if (specifier.startsWith('@hyperferry/')) {
              const [, target = '', subpath] = specifier.split('/');
              return !allowed.includes(target) || subpath === 'testing';
            }
            return specifier.startsWith('.') && relative(folder, join(file, '..', specifier)).startsWith('..');
          })
          .map((specifier) => `${relative(root, file)} imports ${specifier}`),
      );
    expect(wrong).toEqual([]);
  });

  it('declares what it imports, and references exactly the workspaces it depends on', () => {
    const declared = Object.keys(manifest.dependencies ?? {});
    const used = new Set(
      files
        .filter((file) => !isTest(file))
        .flatMap(importsOf)
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .map((specifier) =>
          specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    );
    expect([...used].filter((dependency) => !declared.includes(dependency))).toEqual([]);
    const tsconfig = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8')) as {
      references: { path: string }[];
    };
    const references = tsconfig.references.map(({ path }) => basename(path)).sort();
    const internal = declared
      .filter((dependency) => dependency.startsWith('@hyperferry/'))
      .map((dependency) => basename(dependency))
      .sort();
    expect(references).toEqual(internal);
  });

  it('keeps its names: kebab-case, at most two levels, no catch-all files', () => {
    const wrong = files
      .map((file) => relative(join(folder, 'src'), file))
      .filter(
        (file) =>
          !/^(?:[a-z0-9-]+\/){0,1}[a-z0-9-]+(?:\.[a-z-]+)*\.ts$/.test(file) ||
          /(?:^|\/)(?:utils?|helpers?|common|misc|types)(?:\/|\.ts$)/.test(file),
      );
    expect(wrong).toEqual([]);
  });

  it('has a surface that only re-exports by name', () => {
    const index = join(folder, 'src/index.ts');
    if (!existsSync(index)) return;
    const statements = readFileSync(index, 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
      .split(';');
    const wrong = statements
      .map((text) => text.trim())
      .filter((text) => text !== '' && !/^export (?:type )?\{[^}]*\} from '(?:\.|@hyperferry\/)[^']+'$/.test(text));
    expect(wrong).toEqual([]);
  });

  it('reads the environment only in env.ts, or where a program of a package begins', () => {
    const wrong = files.filter(
      (file) =>
        !isTest(file) &&
        !['env.ts', 'main.ts'].includes(basename(file)) &&
        /process\.env\b/.test(readFileSync(file, 'utf8')),
    );
    expect(wrong.map((file) => relative(root, file))).toEqual([]);
  });

  it('has its programs committed as executable files', () => {
    for (const path of Object.values(manifest.bin ?? {})) expect(existsSync(join(folder, path)), path).toBe(true);
  });
});

it('documents every error code, and no other', () => {
  const documented = [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
    (match) => match[1] ?? '',
  );
  expect(documented.sort()).toEqual(Object.keys(errorCodes).sort());
});

it('gives every error code an exit status from 1 to 63', () => {
  for (const [code, { exit }] of Object.entries(errorCodes)) expect(exit >= 1 && exit <= 63, code).toBe(true);
});

it('lets the flow be read in one short file', () => {
  const lines = readFileSync(join(root, 'apps/worker/src/run-job.ts'), 'utf8').split('\n').length;
  expect(lines).toBeLessThanOrEqual(120);
});
