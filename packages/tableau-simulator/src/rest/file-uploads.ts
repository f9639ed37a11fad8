import { randomBytes } from 'node:crypto';
import { rm, truncate } from 'node:fs/promises';

import { receiveFile } from '../engine/receive-file.ts';
import { element, type Element } from '../http/element.ts';
import { boundaryOf, type PartHeader, readMultipart } from '../http/multipart.ts';
import { reply, type Reply } from '../http/reply.ts';
import { readText, type RequestContext, sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import type { Session, UploadRecord } from '../state/model.ts';
import type { World } from '../state/world.ts';

const MEGABYTE = 1024 * 1024;

/** `POST /fileUploads`: begins an upload session. */
export async function initiateUpload(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const session = sessionOf(context);
  await readText(context.body);
  // The grammar of Tableau's ids: number, colon, hex, dash, number, colon, number. Not a GUID.
  const id = `${world.uploads.size + 7000}:${randomBytes(16).toString('hex')}-1:0`;
  const upload: UploadRecord = {
    id,
    siteId: session.siteId,
    userId: session.userId,
    path: world.files.temporaryPath('.upload'),
    sizeBytes: 0,
    appends: 0,
    lastUsedAt: world.clock.now(),
    state: 'idle',
  };
  world.uploads.set(id, upload);
  await forgetIdleUploads(world);
  return reply(201, uploadElement(upload));
}

/** `PUT /fileUploads/{id}`: appends one block. Strictly one after the other: two at once break the session. */
export async function appendToUpload(context: RequestContext): Promise<Reply> {
  const { world } = context;
  const upload = findUpload(world, sessionOf(context), context.parameters['upload'] ?? '');
  if (upload.state !== 'idle') {
    upload.state = 'broken';
    for await (const _ of context.body);
    throw concurrentWrite();
  }
  upload.state = 'busy';
  upload.lastUsedAt = world.clock.now();
  const sizeBefore = upload.sizeBytes;
  try {
    const addedBytes = await receiveBlock(context, upload);
    if (isBroken(upload)) throw concurrentWrite();
    upload.sizeBytes += addedBytes;
    upload.appends += 1;
    world.counters.uploadedBytes += addedBytes;
    upload.state = 'idle';
    return reply(200, uploadElement(upload));
  } catch (error) {
    // A block counts only as a whole.
    await truncate(upload.path, sizeBefore).catch(() => undefined);
    if (!isBroken(upload)) upload.state = 'idle';
    throw error;
  }
}

async function receiveBlock(context: RequestContext, upload: UploadRecord): Promise<number> {
  const { limits } = context.world;
  const receiver = await receiveFile(upload.path, { hash: false });
  let part: PartHeader | undefined;
  let files = 0;
  let payloadBytes = 0;
  let fileBytes = 0;
  try {
    await readMultipart(context.body, boundaryOf(context.headers['content-type']), {
      onPart(header) {
        part = header;
        if (header.name === 'tableau_file') files += 1;
      },
      async onData(bytes) {
        if (part?.name === 'request_payload') payloadBytes += bytes.byteLength;
        if (part?.name !== 'tableau_file') return;
        fileBytes += bytes.byteLength;
        // What is too much is read, so that the answer can be sent, but not kept.
        if (fileBytes <= limits.appendBytes) await receiver.write(bytes);
      },
      onPartEnd() {},
    });
  } finally {
    await receiver.close();
  }
  if (files !== 1) throw new RestError('400020', 'The request has no file part named tableau_file.');
  if (payloadBytes > 0) throw new RestError('400019', 'The request_payload of an append must be empty.');
  if (fileBytes > limits.appendBytes || upload.appends >= limits.appendsPerUpload) {
    throw new RestError('400016', `A block may have at most ${limits.appendBytes} bytes.`);
  }
  return fileBytes;
}

/**
 * An upload session of the session's own site.
 * @throws {RestError} 404015 when unknown, spent, too old, broken, or another site's
 */
export function findUpload(world: World, session: Session, id: string): UploadRecord {
  const upload = world.uploads.get(id);
  if (
    upload === undefined ||
    upload.siteId !== session.siteId ||
    upload.state === 'broken' ||
    world.clock.now() - upload.lastUsedAt > world.limits.uploadIdleMs
  ) {
    throw new RestError('404015', `The upload session '${id}' could not be found.`);
  }
  return upload;
}

/**
 * Takes the file of an upload session, which is spent by that.
 * @throws {RestError} 404015; 500000 while an append is in flight
 */
export function spendUpload(world: World, session: Session, id: string): UploadRecord {
  const upload = findUpload(world, session, id);
  if (upload.state === 'busy') throw concurrentWrite();
  world.uploads.delete(id);
  return upload;
}

async function forgetIdleUploads(world: World): Promise<void> {
  for (const upload of world.uploads.values()) {
    if (upload.state === 'busy' || world.clock.now() - upload.lastUsedAt <= world.limits.uploadIdleMs) continue;
    world.uploads.delete(upload.id);
    await rm(upload.path, { force: true });
  }
}

// A function, so that the compiler doesn't take the state for constant over an await.
function isBroken(upload: UploadRecord): boolean {
  return upload.state === 'broken';
}

function concurrentWrite(): RestError {
  return new RestError('500000', 'errors.upload.concurrent_write: an append to this session is in flight.');
}

function uploadElement(upload: UploadRecord): Element {
  // Whole megabytes: TSC fails on a missing or fractional size.
  return element('fileUpload', { uploadSessionId: upload.id, fileSize: Math.floor(upload.sizeBytes / MEGABYTE) });
}
