import { createHmac, randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Simulator, startSimulator } from '../start-simulator.ts';
import { openRawSession, passwordCredentials, sendRaw, signInRaw, tokenCredentials } from '../testing.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(async () => {
  await simulator.close();
});

function jwt(changes: Readonly<Record<string, unknown>> = {}, kid = simulator.connectedApp.secretId): string {
  const { clientId, secretValue } = simulator.connectedApp;
  const claims = {
    iss: clientId,
    sub: 'admin',
    aud: 'tableau',
    jti: randomUUID(),
    exp: Math.floor(simulator.admin.world.clock.now() / 1000) + 300,
    scp: ['tableau:content:read'],
    ...changes,
  };
  const unsigned = [{ alg: 'HS256', typ: 'JWT', kid }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${unsigned}.${createHmac('sha256', secretValue).update(unsigned).digest('base64url')}`;
}

describe('sign-in', () => {
  it('gives token, site and user, after an XML declaration, to a request without Content-Type', async () => {
    const reply = await signInRaw(simulator, tokenCredentials(simulator));
    expect(reply.status).toBe(200);
    expect(reply.text).toMatch(/^<\?xml .*<credentials token="[^"]+".*<site id="[^"]+" contentUrl="demo".*<user id="/);
  });

  it('takes and gives JSON when asked', async () => {
    const { tokenName, tokenSecret } = simulator;
    const credentials = {
      personalAccessTokenName: tokenName,
      personalAccessTokenSecret: tokenSecret,
      site: { contentUrl: 'demo' },
    };
    const reply = await sendRaw(`${simulator.url}/api/3.27/auth/signin`, 'POST', {
      body: JSON.stringify({ credentials }),
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    });
    expect(JSON.parse(reply.text)).toMatchObject({
      credentials: { token: expect.any(String), site: { contentUrl: 'demo' }, user: { id: expect.any(String) } },
    });
  });

  it.each([
    ['a wrong secret', () => [tokenCredentials(simulator, 'wrong'), 'demo']],
    ['a wrong password', () => ['name="admin" password="wrong"', 'demo']],
    ['an unknown site', () => [tokenCredentials(simulator), 'nowhere']],
    ['an empty site where none is the default', () => [tokenCredentials(simulator), '']],
    ['a JWT that lives too long', () => [`jwt="${jwt({ exp: Math.floor(Date.now() / 1000) + 3600 })}"`, 'demo']],
    ['a JWT for another audience', () => [`jwt="${jwt({ aud: 'other' })}"`, 'demo']],
    ['a JWT by an unknown secret', () => [`jwt="${jwt({}, randomUUID())}"`, 'demo']],
    ['a JWT of an unknown user', () => [`jwt="${jwt({ sub: 'nobody' })}"`, 'demo']],
    ['something that is no JWT', () => ['jwt="abc"', 'demo']],
  ] satisfies [string, () => [string, string]][])('denies %s with 401001', async (_, given) => {
    const [credentials, site] = given();
    expect(await signInRaw(simulator, credentials, site)).toMatchObject({ status: 401, code: '401001' });
  });

  it('denies a JWT that was used before with 401001', async () => {
    const credentials = `jwt="${jwt()}"`;
    expect(await signInRaw(simulator, credentials)).toMatchObject({ status: 200 });
    expect(await signInRaw(simulator, credentials)).toMatchObject({ code: '401001' });
  });

  it.each([
    ['password and token at once', 'name="a" password="b" personalAccessTokenName="c" personalAccessTokenSecret="d"'],
    ['no credentials', ''],
  ])('refuses %s with 400000', async (_, credentials) => {
    expect(await signInRaw(simulator, credentials)).toMatchObject({ status: 400, code: '400000' });
  });

  it.each([
    ['an empty body', ''],
    ['broken XML', '<tsRequest><credentials>'],
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><tsRequest/>'],
    ['broken JSON', '{"credentials":'],
  ])('refuses %s with 400000', async (_, body) => {
    const reply = await sendRaw(`${simulator.url}/api/3.27/auth/signin`, 'POST', { body });
    expect(reply).toMatchObject({ status: 400, code: '400000' });
  });

  it('answers GET with 405000: a redirect was followed wrongly', async () => {
    expect(await sendRaw(`${simulator.url}/api/3.27/auth/signin`, 'GET')).toMatchObject({ code: '405000' });
  });

  it('ends the session of a personal access token when it signs in again, the new one works', async () => {
    const first = await openRawSession(simulator, tokenCredentials(simulator));
    const second = await openRawSession(simulator, tokenCredentials(simulator));
    expect(await first.send('GET', '/projects')).toMatchObject({ status: 401, code: '401002' });
    expect(await second.send('GET', '/projects')).toMatchObject({ status: 200 });
  });

  it('is counted, evictions too', async () => {
    const before = structuredClone(simulator.admin.counters());
    await openRawSession(simulator, tokenCredentials(simulator));
    await openRawSession(simulator, tokenCredentials(simulator));
    const { signIns, evictions } = simulator.admin.counters();
    expect(signIns.pat).toBe(before.signIns.pat + 2);
    expect(evictions).toBeGreaterThan(before.evictions);
  });

  it('lets a server administrator impersonate, and nobody else', async () => {
    const viewer = await openRawSession(simulator, passwordCredentials(simulator, 'viewer'));
    const body = `<tsRequest><credentials ${passwordCredentials(simulator)}><site contentUrl="demo"/><user id="${viewer.userId}"/></credentials></tsRequest>`;
    const reply = await sendRaw(`${simulator.url}/api/3.27/auth/signin`, 'POST', { body });
    expect(reply).toMatchObject({ status: 403, code: '403004' });
  });
});

describe('a session', () => {
  it('is dead after sign-out, and a second sign-out says 401002', async () => {
    const session = await openRawSession(simulator);
    const reply = await session.send('POST', 'auth/signout');
    expect(reply).toMatchObject({ status: 204, text: '' });
    expect(reply.headers.has('content-length')).toBe(false);
    expect(await session.send('GET', '/projects')).toMatchObject({ code: '401002' });
    expect(await session.send('POST', 'auth/signout')).toMatchObject({ code: '401002' });
  });

  it('ends when it is idle beyond the limit', async () => {
    const session = await openRawSession(simulator);
    simulator.admin.setClock({ advanceMs: simulator.admin.limits().sessionIdleMs + 1000 });
    expect(await session.send('GET', '/projects')).toMatchObject({ code: '401002' });
  });

  it('is needed: no header is 401000, with summary and detail in the namespace', async () => {
    const { siteId } = await openRawSession(simulator);
    const reply = await sendRaw(`${simulator.url}/api/3.27/sites/${siteId}/projects`, 'GET');
    expect(reply).toMatchObject({ status: 401, code: '401000' });
    expect(reply.text).toMatch(/xmlns="http:\/\/tableau.com\/api".*<summary>.+<\/summary><detail>.+<\/detail>/);
  });

  it('is bound to its site: another site is 401002, an unknown one 404000', async () => {
    const session = await openRawSession(simulator);
    const other = await openRawSession(simulator, passwordCredentials(simulator), 'second');
    expect(await session.send('GET', `sites/${other.siteId}/projects`)).toMatchObject({ code: '401002' });
    expect(await session.send('GET', `sites/${randomUUID()}/projects`)).toMatchObject({ code: '404000' });
  });

  it('by JWT does only what its scopes say', async () => {
    const session = await openRawSession(simulator, `jwt="${jwt()}"`);
    expect(await session.send('GET', '/projects')).toMatchObject({ status: 200 });
    expect(await session.send('POST', '/fileUploads')).toMatchObject({ code: '401002' });
  });

  it('by JWT reads jobs from API 3.25 on, and with the scope', async () => {
    const without = await openRawSession(simulator, `jwt="${jwt()}"`);
    expect(await without.send('GET', '/jobs')).toMatchObject({ code: '401002' });
    const session = await openRawSession(simulator, `jwt="${jwt({ scp: ['tableau:jobs:read'] })}"`);
    expect(await session.send('GET', '/jobs', { version: '3.24' })).toMatchObject({ code: '401002' });
    expect(await session.send('GET', '/jobs', { version: '3.25' })).toMatchObject({ status: 200 });
  });

  it('is current by its own route', async () => {
    const session = await openRawSession(simulator);
    const reply = await session.send('GET', 'sessions/current', { headers: { Accept: 'application/json' } });
    expect(JSON.parse(reply.text)).toMatchObject({
      session: { user: { name: 'admin' }, site: { contentUrl: 'demo' } },
    });
  });

  it('switches the site with a new token, and says 403070 for the same and 401003 for an unknown one', async () => {
    const session = await openRawSession(simulator);
    const switchTo = async (contentUrl: string) =>
      await session.send('POST', 'auth/switchSite', {
        body: `<tsRequest><site contentUrl="${contentUrl}"/></tsRequest>`,
      });
    expect(await switchTo('demo')).toMatchObject({ code: '403070' });
    expect(await switchTo('nowhere')).toMatchObject({ code: '401003' });
    expect(await switchTo('second')).toMatchObject({ status: 200 });
    expect(await session.send('GET', '/projects')).toMatchObject({ code: '401002' });
  });
});

describe('versions', () => {
  it('answers serverinfo in any case and any version, without sign-in', async () => {
    for (const path of ['2.4/serverInfo', '3.99/serverinfo', '3.5/SERVERINFO']) {
      const reply = await sendRaw(`${simulator.url}/api/${path}`, 'GET');
      expect(reply.text).toContain('<restApiVersion>3.27</restApiVersion>');
    }
  });

  it.each([
    ['3.99', '404001'],
    ['2.9', '404001'],
    ['abc', '404001'],
  ])('refuses version %s with %s', async (version, code) => {
    const session = await openRawSession(simulator);
    expect(await session.send('GET', '/projects', { version })).toMatchObject({ status: 404, code });
  });

  it('does not gate the sign-in by token: TSC signs in at 2.4', async () => {
    const body = `<tsRequest><credentials ${tokenCredentials(simulator)}><site contentUrl="demo"/></credentials></tsRequest>`;
    expect(await sendRaw(`${simulator.url}/api/2.4/auth/signin`, 'POST', { body })).toMatchObject({ status: 200 });
  });

  it('refuses a feature below its version with 404', async () => {
    const session = await openRawSession(simulator);
    const reply = await session.send('PATCH', `/datasources/${randomUUID()}/data`, { version: '3.11', body: '{}' });
    expect(reply).toMatchObject({ status: 404, code: '404003' });
  });

  it('says 404003 for an unknown resource and 405000 for a wrong method', async () => {
    const session = await openRawSession(simulator);
    expect(await session.send('GET', '/nothing')).toMatchObject({ code: '404003' });
    expect(await session.send('DELETE', '/projects')).toMatchObject({ code: '405000' });
    expect((await session.send('HEAD', '/projects')).status).toBe(405);
  });
});
