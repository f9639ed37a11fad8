import type { Api } from '../api/api-call.ts';
import { type Upload, uploadFile, type UploadInput, type UploadOptions } from './upload-file.ts';

/** Files on their way to the server; nothing is published by an upload. */
export interface Uploads {
  /** Streams a file from disk at flat memory; see `UploadOptions` for chunk sizes and progress. */
  send(input: UploadInput, options?: UploadOptions): Promise<Upload>;
}

export function createUploads(api: Api): Uploads {
  return { send: (input, options) => uploadFile(api, input, options) };
}
