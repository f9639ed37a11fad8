import { AwsS3StorageAdapter } from '@flystorage/aws-s3';
import { S3Client } from '@aws-sdk/client-s3';
import { FileStorage } from '@flystorage/file-storage';

import { type ArtifactStore, createStore } from './store.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  /** Keys begin with this; no leading or trailing slash. */
  readonly prefix?: string;
  /** Address of another service than Amazon's, for example a MinIO. Default: AWS_ENDPOINT_URL_S3, else Amazon. */
  readonly endpoint?: string;
  readonly region?: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`: most services other than Amazon want it. Default: true with an endpoint. */
  readonly pathStyle?: boolean;
  /** Default: the SDK's own chain (environment, profile, instance role). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Artifacts in a bucket: for fleets of several hosts. Give the bucket a lifecycle rule that aborts incomplete uploads. */
export function openS3Store({
  bucket,
  prefix = '',
  endpoint,
  region,
  pathStyle,
  credentials,
}: S3StoreOptions): ArtifactStore {
  const client = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle: pathStyle ?? endpoint !== undefined,
  });
  const storage = new FileStorage(new AwsS3StorageAdapter(client, { bucket, prefix }));
  const location = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  // An object appears whole when its upload is completed: no need to write beside and rename.
  return createStore({ storage, location, shared: true, atomicWrites: true, close: () => client.destroy() });
}
