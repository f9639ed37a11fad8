import { expect, test } from 'vitest';

import { npmCommand, npmEnvironment } from './npm-environment.ts';

test('the registry, its credentials and the proxy of the outer npm are kept', () => {
  const env = {
    npm_config_registry: 'https://npm.example.com/',
    'npm_config_//npm.example.com/:_authToken': 'x',
    NPM_CONFIG_CAFILE: '/etc/ca.pem',
    npm_config_https_proxy: 'http://proxy:3128',
    npm_config_replace_registry_host: 'always',
    HTTPS_PROXY: 'http://proxy:3128',
    PATH: '/usr/bin',
  };
  expect(npmEnvironment(env)).toEqual(env);
});

test('settings that would install something else or elsewhere are not handed down', () => {
  const env = {
    npm_config_engine_strict: 'true',
    npm_config_workspace: 'apps/worker',
    npm_config_prefix: '/elsewhere',
    npm_config_local_prefix: '/elsewhere',
    npm_config_omit: 'optional',
    npm_config_dry_run: 'true',
    npm_config_strict_allow_scripts: 'true',
    npm_config_ignore_scripts: 'false',
    npm_lifecycle_event: 'setup',
    npm_package_json: '/elsewhere/package.json',
    NPM_CONFIG_GLOBAL: 'true',
    NODE_OPTIONS: '--conditions=x',
  };
  expect(npmEnvironment(env)).toEqual({});
});

test('the npm that runs us is used, a different package manager is not', () => {
  expect(npmCommand({ npm_execpath: '/lib/npm/bin/npm-cli.js' })).toEqual({
    program: process.execPath,
    args: ['/lib/npm/bin/npm-cli.js'],
  });
  expect(npmCommand({ npm_execpath: '/lib/pnpm.cjs' })).toEqual({ program: 'npm', args: [] });
});
