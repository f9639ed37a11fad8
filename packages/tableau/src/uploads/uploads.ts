import type { Api } from '../api/api-call.ts';
import { isTableauError } from '../errors.ts';
import { fileFrame } from '../http/multipart.ts';
import { anyReply } from '../wire/reply-body.ts';
import { type Upload, uploadFile, type UploadInput, type UploadOptions } from './upload-file.ts';

/** Files on their way to the server; nothing is published by an upload. */
export interface Uploads {
  /** Streams a file from disk at flat memory; see `UploadOptions` for chunk sizes and progress. */
  send(input: UploadInput, options?: UploadOptions): Promise<Upload>;
  /**
   * Whether an upload session is gone: spent by the publish that it was for, or expired. Asks by an append without
   * bytes, which changes nothing.
   */
  isSpent(uploadSessionId: string, options?: { signal?: AbortSignal | undefined }): Promise<boolean>;
}

export function createUploads(api: Api): Uploads {
  return {
    send: (input, options) => uploadFile(api, input, options),
    async isSpent(uploadSessionId, { signal } = {}) {
      const { contentType, head, tail } = fileFrame();
      const bytes = Buffer.concat([head, tail]);
      const body = { contentType, sizeBytes: bytes.length, open: () => bytes };
      try {
        await api.call(
          { method: 'PUT', path: `/fileUploads/${uploadSessionId}`, body, repeat: 'clean', signal },
          anyReply,
        );
        return false;
      } catch (error) {
        if (!isTableauError(error) || error.status === undefined || error.ambiguous) throw error;
        if (error.code === 'TABLEAU_UPLOAD_LOST') return true;
        // Some servers mind the missing bytes, of a session that they know. Anything else says nothing about it.
        if (error.status === 400) return false;
        throw error;
      }
    },
  };
}
