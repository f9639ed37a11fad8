import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, test } from 'vitest';

import { readConnection } from './read-connection.ts';

const prefix = 'HYPERFERRY_CONNECTION_MY_SITE_';

function env(more: Record<string, string> = {}): Record<string, string> {
  return {
    [`${prefix}URL`]: 'https://tableau.example.com/#/site/demo/home',
    [`${prefix}SITE`]: 'demo',
    [`${prefix}PAT_NAME`]: 'robot',
    [`${prefix}PAT_SECRET`]: 'abc==:def',
    ...more,
  };
}

test('reads a connection with a token, and drops what a browser adds to the address', () => {
  expect(readConnection('my-site', env())).toMatchObject({
    name: 'my-site',
    serverUrl: 'https://tableau.example.com',
    siteContentUrl: 'demo',
    credentials: { kind: 'pat', tokenName: 'robot', tokenSecret: 'abc==:def' },
  });
});

test('keeps the path prefix of a reverse proxy', () => {
  const { serverUrl } = readConnection('my-site', env({ [`${prefix}URL`]: 'http://host:8080/tableau/' }));
  expect(serverUrl).toBe('http://host:8080/tableau');
});

test('names every missing variable and no value', () => {
  const { [`${prefix}PAT_SECRET`]: _secret, [`${prefix}URL`]: _url, ...rest } = env();
  expect(() => readConnection('my-site', rest)).toThrow(
    expect.objectContaining({
      code: 'CONNECTION_UNKNOWN',
      details: { connection: 'my-site', missing: [`${prefix}URL`, `${prefix}PAT_SECRET`] },
    }),
  );
});

test('an error about a wrong setting has no secret', () => {
  try {
    readConnection('my-site', env({ [`${prefix}API_VERSION`]: 'hunter2' }));
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONNECTION_INVALID' });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/hunter2|abc==/);
  }
});

test('takes a secret from a file, without the line break at its end', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'hf-connection-'));
  try {
    writeFileSync(path.join(dir, 'secret'), 'from-file\n');
    const { [`${prefix}PAT_SECRET`]: _secret, ...rest } = env();
    const read = readConnection('my-site', { ...rest, [`${prefix}PAT_SECRET_FILE`]: path.join(dir, 'secret') });
    expect(read.credentials).toMatchObject({ tokenSecret: 'from-file' });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a secret file that is not there is a wrong setting', () => {
  const { [`${prefix}PAT_SECRET`]: _secret, ...rest } = env();
  const read = () => readConnection('my-site', { ...rest, [`${prefix}PAT_SECRET_FILE`]: '/nowhere/secret' });
  expect(read).toThrow(expect.objectContaining({ code: 'CONNECTION_INVALID' }));
});

test('user and password, or a connected app, take the place of a token', () => {
  const byPassword = readConnection('my-site', env({ [`${prefix}USER`]: 'anna', [`${prefix}PASSWORD`]: 'pw' }));
  expect(byPassword.credentials).toEqual({ kind: 'password', userName: 'anna', password: 'pw' });
  const jwt = { JWT_CLIENT_ID: 'c', JWT_SECRET_ID: 'i', JWT_SECRET: 'v', JWT_USER: 'anna' };
  const withPrefix = Object.fromEntries(Object.entries(jwt).map(([key, value]) => [prefix + key, value]));
  expect(readConnection('my-site', env(withPrefix)).credentials).toMatchObject({ kind: 'jwt', userName: 'anna' });
});

test('Tableau Cloud needs a site', () => {
  const cloud = { [`${prefix}URL`]: 'https://prod-uk-a.online.tableau.com', [`${prefix}SITE`]: '' };
  expect(() => readConnection('my-site', env(cloud))).toThrow(expect.objectContaining({ code: 'CONNECTION_INVALID' }));
});

test.each([
  ['HTTPS_PROXY', {}, 'http://proxy:3128'],
  ['HTTPS_PROXY', { NO_PROXY: '.example.com' }, undefined],
  ['https_proxy', { no_proxy: 'tableau.example.com:8443' }, 'http://proxy:3128'],
  ['ALL_PROXY', { NO_PROXY: 'other.com, localhost' }, 'http://proxy:3128'],
  ['HTTPS_PROXY', { NO_PROXY: '*' }, undefined],
])('the proxy of the environment counts: %s with %j', (variable, more, expected) => {
  expect(readConnection('my-site', env({ [variable]: 'http://proxy:3128', ...more })).proxyUrl).toBe(expected);
});
