import { rm } from 'node:fs/promises';

import { type FileReceiver, receiveFile } from '../engine/receive-file.ts';
import { boundaryOf, type PartHeader, readMultipart } from '../http/multipart.ts';
import {
  attribute,
  booleanAttribute,
  child,
  parsePayload,
  type PayloadNode,
  refuseUnknownChildren,
  requireChild,
} from '../http/payload.ts';
import { booleanParameter } from '../http/query.ts';
import type { RequestContext } from '../http/request-context.ts';
import { sessionOf } from '../http/request-context.ts';
import { RestError } from '../http/rest-error.ts';
import { datasourceTypes, type DatasourceType } from '../state/model.ts';
import { findUpload, spendUpload } from './file-uploads.ts';
import { hashFile } from '../engine/hash-file.ts';

/** A publish request, read and checked for form. */
export interface PublishRequest {
  readonly mode: 'create' | 'overwrite' | 'append' | 'replace';
  readonly asJob: boolean;
  readonly type: DatasourceType;
  /** As errors name it: the file's name, or the upload session's id. */
  readonly fileLabel: string;
  /** Of the file, without its suffix: the name when the payload has none. */
  readonly fileStem: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly projectId: string | undefined;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly isCertified: boolean | undefined;
  readonly certificationNote: string | undefined;
  readonly useRemoteQueryAgent: boolean | undefined;
}

interface ReceivedFile {
  readonly path: string;
  readonly filename: string;
  readonly receiver: FileReceiver;
}

interface PublishBody {
  readonly payload: PayloadNode;
  readonly file:
    | { readonly filename: string; readonly path: string; readonly sizeBytes: number; readonly sha256: string }
    | undefined;
  readonly tooLarge: boolean;
}

/**
 * Reads `POST /datasources`.
 * @throws {RestError} 400000, 400008, 400010, 400054, 400055, 404015, 413000
 */
export async function readPublishRequest(context: RequestContext): Promise<PublishRequest> {
  const { query } = context;
  const body = await readPublishBody(context);
  try {
    const mode = modeOf(query);
    const asJob = booleanParameter(query, 'asJob');
    if (body.tooLarge) throw new RestError('413000', 'A single request may have at most 64 MB.', 413);
    const datasource = requireChild(body.payload, 'datasource');
    refuseUnknownChildren(datasource, ['project', 'connectionCredentials', 'owner', 'tags', 'askData', 'site']);
    const uploadId = query.get('uploadSessionId');
    if (uploadId === undefined && body.file === undefined) {
      throw new RestError(
        '400000',
        'The request has neither a file part named tableau_datasource nor an upload session.',
      );
    }
    if (uploadId !== undefined && body.file !== undefined) {
      throw new RestError('400010', 'A request has either a file or an upload session, not both.');
    }
    const type = typeOf(query.get('datasourceType'), body.file?.filename);
    if ((mode === 'append' || mode === 'replace') && type !== 'hyper' && type !== 'tde') {
      throw new RestError('400054', `Rows can not be appended from a file of the type '${type}'.`);
    }
    const source = body.file ?? (await spentUpload(context, uploadId ?? ''));
    return {
      mode,
      asJob,
      type,
      fileLabel: source.filename,
      fileStem: source.filename.replace(/\.[^.]*$/, ''),
      path: source.path,
      sizeBytes: source.sizeBytes,
      sha256: source.sha256,
      projectId: attribute(child(datasource, 'project'), 'id'),
      name: attribute(datasource, 'name')?.trim(),
      description: attribute(datasource, 'description'),
      isCertified: booleanAttribute(datasource, 'isCertified'),
      certificationNote: attribute(datasource, 'certificationNote'),
      useRemoteQueryAgent: booleanAttribute(datasource, 'useRemoteQueryAgent'),
    };
  } catch (error) {
    if (body.file !== undefined) await rm(body.file.path, { force: true });
    throw error;
  }
}

/** The whole body is read before anything is judged: the connection stays usable. */
async function readPublishBody(context: RequestContext): Promise<PublishBody> {
  const { world } = context;
  const limit = world.limits.singleRequestBytes;
  const received: { payload: Uint8Array[]; payloadType?: string; file?: ReceivedFile; bytes: number } = {
    payload: [],
    bytes: 0,
  };
  let part: PartHeader | undefined;
  try {
    await readMultipart(context.body, boundaryOf(context.headers['content-type']), {
      async onPart(header) {
        part = header;
        if (header.name === 'request_payload') received.payloadType = header.contentType;
        if (header.name === 'tableau_datasource' && received.file === undefined) {
          const path = world.files.temporaryPath('.publish');
          received.file = { path, filename: header.filename ?? '', receiver: await receiveFile(path, { hash: true }) };
        }
      },
      async onData(bytes) {
        received.bytes += bytes.byteLength;
        // What is too much is read, so that the answer can be sent, but not kept.
        if (received.bytes > limit) return;
        if (part?.name === 'request_payload') received.payload.push(Uint8Array.from(bytes));
        if (part?.name === 'tableau_datasource') await received.file?.receiver.write(bytes);
      },
      onPartEnd() {},
    });
    if (received.payloadType === undefined) {
      throw new RestError('400000', 'The request has no part named request_payload.');
    }
    const payload = parsePayload(Buffer.concat(received.payload).toString('utf8'), received.payloadType);
    const tooLarge = received.bytes > limit;
    if (received.file === undefined) return { payload, tooLarge, file: undefined };
    const { path, filename, receiver } = received.file;
    return { payload, tooLarge, file: { path, filename, sizeBytes: receiver.sizeBytes, sha256: receiver.digest() } };
  } catch (error) {
    if (received.file !== undefined) await rm(received.file.path, { force: true });
    throw error;
  } finally {
    await received.file?.receiver.close();
  }
}

async function spentUpload(context: RequestContext, id: string): Promise<NonNullable<PublishBody['file']>> {
  const { world } = context;
  const session = sessionOf(context);
  findUpload(world, session, id);
  const upload = spendUpload(world, session, id);
  if (upload.sizeBytes === 0) throw new RestError('400011', `There was a problem publishing the file '${id}'.`);
  return {
    filename: id,
    path: upload.path,
    sizeBytes: upload.sizeBytes,
    sha256: await hashFile(upload.path, world.signal),
  };
}

function modeOf(query: ReadonlyMap<string, string>): PublishRequest['mode'] {
  const overwrite = booleanParameter(query, 'overwrite');
  const append = booleanParameter(query, 'append');
  const replace = booleanParameter(query, 'replace');
  if (overwrite && append) throw new RestError('400055', 'A request can not overwrite and append at once.');
  if (replace && (append || overwrite))
    throw new RestError('400055', 'replace goes neither with overwrite nor append.');
  return overwrite ? 'overwrite' : append ? 'append' : replace ? 'replace' : 'create';
}

function typeOf(parameter: string | undefined, filename: string | undefined): DatasourceType {
  const suffix = filename === undefined ? undefined : /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase();
  const given = parameter?.toLowerCase();
  const type = given ?? suffix;
  const known = datasourceTypes.find((candidate) => candidate === type);
  if (known === undefined) {
    throw new RestError('400010', `The type '${type ?? ''}' is none of ${datasourceTypes.join(', ')}.`);
  }
  if (filename !== undefined && suffix !== known) {
    throw new RestError('400010', `The file '${filename}' does not agree with the type '${known}'.`);
  }
  return known;
}
