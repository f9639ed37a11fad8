import { RestError } from '../http/rest-error.ts';
import type { World } from '../state/world.ts';
import { currentRevision } from './datasource-view.ts';

/**
 * A site's storage must have room for some bytes more.
 * @throws {RestError} 403008
 */
export function requireQuota(world: World, siteId: string, addedBytes: number): void {
  const { quotaBytes } = world.limits;
  if (quotaBytes === null) return;
  let usedBytes = 0;
  for (const datasource of world.datasources.values()) {
    if (datasource.siteId === siteId) usedBytes += currentRevision(datasource).sizeBytes;
  }
  if (usedBytes + addedBytes > quotaBytes) throw new RestError('403008', 'The storage quota of the site is exceeded.');
}
