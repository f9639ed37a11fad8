import { ArtifactError } from './errors.ts';
import { openFilesystemStore } from './filesystem.ts';
import type { ArtifactStore } from './store.ts';

/**
 * The store at a location: a folder, `file:///folder` for one that every host mounts, or `s3://bucket/prefix` with
 * `?endpoint=…&region=…` where needed. Credentials never stand in it.
 * @throws {ArtifactError} ARTIFACT_STORE_FAILED for another kind of location, DATA_FOLDER_NOT_WRITABLE
 */
export async function openStore(location: string): Promise<ArtifactStore> {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(location)) return await openFilesystemStore({ directory: location });
  const url = new URL(location);
  if (url.protocol === 'file:')
    return await openFilesystemStore({ directory: decodeURIComponent(url.pathname), shared: true });
  if (url.protocol !== 's3:' || url.hostname === '') {
    throw new ArtifactError(
      'ARTIFACT_STORE_FAILED',
      `no artifact store for ${url.protocol}//: use a folder, file:/// or s3://bucket`,
    );
  }
  // The SDK is large: only fleets that use it load it.
  const { openS3Store } = await import('./s3.ts');
  const endpoint = url.searchParams.get('endpoint');
  const region = url.searchParams.get('region');
  return openS3Store({
    bucket: url.hostname,
    prefix: url.pathname.replaceAll(/^\/+|\/+$/g, ''),
    ...(endpoint === null ? {} : { endpoint }),
    ...(region === null ? {} : { region }),
  });
}
