import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HyperProcess } from '@hyperferry/hyper';

import type { SimulatorAccess } from './start-simulator.ts';

/** An answer of the API, read whole. */
export interface RawReply {
  readonly status: number;
  /** Tableau's code of an error, if it is one. */
  readonly code: string | undefined;
  readonly text: string;
  readonly headers: Headers;
}

/** A signed-in session without any client library: what is sent is what the test says. */
export interface RawSession {
  readonly token: string;
  readonly siteId: string;
  readonly userId: string;
  /** Sends a request; a path that begins with `/` is below the site. */
  send(method: string, path: string, options?: RawRequest): Promise<RawReply>;
}

export interface RawRequest {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 3.27. */
  readonly version?: string;
}

/** Credentials as the attributes of `<credentials>`. */
export function tokenCredentials(access: SimulatorAccess, secret = access.tokenSecret): string {
  return `personalAccessTokenName="${access.tokenName}" personalAccessTokenSecret="${secret}"`;
}

/** Credentials of one of the seeded people. */
export function passwordCredentials(access: SimulatorAccess, name = 'admin', site = 0): string {
  const password = access.sites[site]?.users.find((user) => user.name === name)?.password ?? '';
  return `name="${name}" password="${password}"`;
}

/** One request to any address, its answer read whole. */
export async function sendRaw(url: string, method: string, options: RawRequest = {}): Promise<RawReply> {
  const { body, headers = {} } = options;
  const reply = await fetch(url, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) });
  const text = await reply.text();
  const code = /<error code="(\d+)"/.exec(text)?.[1] ?? /"code":"(\d{6})"/.exec(text)?.[1];
  return { status: reply.status, code, text, headers: reply.headers };
}

/** A sign-in request. */
export async function signInRaw(
  access: SimulatorAccess,
  credentials: string,
  contentUrl = access.siteContentUrl,
): Promise<RawReply> {
  const body = `<tsRequest><credentials ${credentials}><site contentUrl="${contentUrl}"/></credentials></tsRequest>`;
  return await sendRaw(`${access.url}/api/3.27/auth/signin`, 'POST', { body });
}

/** Signs in, by password as the administrator unless said otherwise. */
export async function openRawSession(
  access: SimulatorAccess,
  credentials: string = passwordCredentials(access),
  contentUrl = access.siteContentUrl,
): Promise<RawSession> {
  const { text, status } = await signInRaw(access, credentials, contentUrl);
  const token = /token="([^"]+)"/.exec(text)?.[1];
  const siteId = /<site id="([^"]+)"/.exec(text)?.[1];
  const userId = /<user id="([^"]+)"/.exec(text)?.[1];
  if (token === undefined || siteId === undefined || userId === undefined) {
    throw new Error(`the sign-in was answered with ${status}: ${text}`);
  }
  return {
    token,
    siteId,
    userId,
    async send(method, path, options = {}) {
      const { version = '3.27', headers = {}, ...rest } = options;
      const below = path.startsWith('/') ? `sites/${siteId}${path}` : path;
      return await sendRaw(`${access.url}/api/${version}/${below}`, method, {
        ...rest,
        headers: { 'X-Tableau-Auth': token, ...headers },
      });
    },
  };
}

/** A part of a multipart/mixed body. */
export interface RawPart {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly filename?: string;
  readonly type?: string;
}

const BOUNDARY = 'raw-boundary-6f1c';

/** A multipart/mixed body in the form of Tableau's documentation. */
export function multipart(parts: readonly RawPart[]): {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: { readonly 'Content-Type': string };
} {
  const chunks = parts.flatMap(({ name, content, filename, type = 'text/xml' }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const head = `--${BOUNDARY}\r\nContent-Disposition: name="${name}"${file}\r\nContent-Type: ${type}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')];
  });
  const body = Uint8Array.from(Buffer.concat([...chunks, Buffer.from(`--${BOUNDARY}--\r\n`)]));
  return { body, headers: { 'Content-Type': `multipart/mixed; boundary=${BOUNDARY}` } };
}

/** The body of a publish: payload, and the file unless it was uploaded before. */
export function publishBody(
  datasource: string,
  file?: Uint8Array | string,
  filename = 'datasource.hyper',
): ReturnType<typeof multipart> {
  const payload = { name: 'request_payload', content: `<tsRequest>${datasource}</tsRequest>` };
  if (file === undefined) return multipart([payload]);
  const part = { name: 'tableau_datasource', content: file, filename, type: 'application/octet-stream' };
  return multipart([payload, part]);
}

/** The body of an append to an upload session. */
export function appendBody(content: Uint8Array | string): ReturnType<typeof multipart> {
  const file = { name: 'tableau_file', content, filename: 'file', type: 'application/octet-stream' };
  return multipart([{ name: 'request_payload', content: '' }, file]);
}

/** The bytes of a `.hyper` file made by some statements; `Extract` is its schema. */
export async function hyperBytes(
  statements: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Uint8Array<ArrayBuffer>> {
  const dir = await mkdtemp(join(tmpdir(), 'hf-simulator-kit-'));
  const path = join(dir, 'made.hyper');
  try {
    await using engine = await HyperProcess.start({ env });
    const connection = await engine.connect({ database: path, createMode: 'createAndReplace' });
    await connection.execute('CREATE SCHEMA "Extract"');
    for (const statement of statements) await connection.execute(statement);
    await connection.close();
    return Uint8Array.from(await readFile(path));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
