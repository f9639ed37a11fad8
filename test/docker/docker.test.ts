import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { partPath, requirePart } from '../requirements.ts';

const root = join(import.meta.dirname, '../..');

interface Service {
  readonly command?: readonly string[];
  readonly env_file?: readonly { readonly path: string }[];
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: unknown;
  readonly ports?: readonly string[];
  readonly privileged?: boolean;
}

const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const services = Object.entries(compose.services);

// No Docker engine runs where these tests do: linters read the files, and we check what is ours.

test('dclint has nothing against docker-compose.yml', () => {
  const manifest = createRequire(import.meta.url).resolve('dclint/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { dclint: string } };
  const program = join(dirname(manifest), bin.dclint);
  const result = spawnSync(process.execPath, [program, '--max-warnings', '0', 'docker-compose.yml'], { cwd: root });
  expect(result.stdout.toString() + result.stderr.toString()).not.toMatch(/error|warning/i);
  expect(result.status).toBe(0);
});

test.skipIf(!requirePart('hadolint'))('hadolint has nothing against the Dockerfiles', () => {
  const files = ['Dockerfile', 'packages/tableau-simulator/Dockerfile'].filter((file) => existsSync(join(root, file)));
  const result = spawnSync(partPath('hadolint'), ['--no-color', '--failure-threshold', 'warning', ...files], {
    cwd: root,
  });
  expect(result.stdout.toString()).not.toMatch(/warning|error/);
  expect(result.status).toBe(0);
});

test('Redis publishes no port, keeps an append-only file and evicts nothing', () => {
  const redis = compose.services['redis'];
  expect(redis?.ports).toBeUndefined();
  expect(redis?.command?.join(' ')).toContain('--appendonly yes');
  expect(redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
});

test('all containers that read or write artifacts say that they share the folder', () => {
  const stores = ['worker', 'producer'].map((name) => compose.services[name]?.environment?.['HYPERFERRY_ARTIFACTS']);
  // Each container is a host of its own: with a plain folder the second worker is refused.
  expect(stores).toEqual(['file:///data/artifacts', 'file:///data/artifacts']);
});

test('every published port is bound to the loopback of the host', () => {
  const ports = services.flatMap(([, service]) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('no secret stands in docker-compose.yml', () => {
  const names = services.flatMap(([, service]) => Object.keys(service.environment ?? {}));
  expect(names.filter((name) => /SECRET|PASSWORD|TOKEN|PAT/.test(name))).toEqual([]);
  expect(readFileSync(join(root, '.gitignore'), 'utf8')).toContain('/connections.env');
  expect(compose.services['worker']?.env_file?.[0]?.path).toBe('connections.env');
});

test('every service that stays up has a health check', () => {
  const staying = services.filter(([name]) => name !== 'producer');
  expect(staying.filter(([, service]) => service.healthcheck === undefined).map(([name]) => name)).toEqual([]);
});

test('the programs of the image are no root user, on a glibc base', () => {
  const stages = readFileSync(join(root, 'Dockerfile'), 'utf8')
    .split(/^FROM /m)
    .slice(1);
  const last = stages.at(-1) ?? '';
  expect(last).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim/);
  expect(last).toMatch(/^USER 1000:1000$/m);
});

test('what docker compose calls in the image exists as a program of a workspace', () => {
  const called = services.map(([, service]) => service.command?.[0]).filter((name) => name?.startsWith('hyperferry'));
  const programs = ['apps/producer', 'apps/worker', 'apps/dashboard', 'packages/tableau-simulator'].flatMap((folder) =>
    Object.keys(
      (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { bin: Record<string, string> }).bin,
    ),
  );
  expect(called.length).toBeGreaterThanOrEqual(3);
  expect(called.filter((name) => !programs.includes(name ?? ''))).toEqual([]);
});
