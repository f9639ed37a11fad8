import { readFile } from 'node:fs/promises';

import { EngineRefusal } from '../engine/engine.ts';
import { hashFile } from '../engine/hash-file.ts';
import { extractHyper } from '../engine/packaged.ts';
import { RestError } from '../http/rest-error.ts';
import { compareVersions } from '../http/version.ts';
import type { World } from '../state/world.ts';
import type { NewContent } from './datasource-change.ts';
import type { PublishRequest } from './publish-request.ts';

const MULTI_TABLE_SINCE = '3.14';

/**
 * The content of a published file, proved by opening it with the engine.
 * @throws {RestError} 400011 when it is not what its type says
 */
export async function openPublishedFile(
  world: World,
  request: PublishRequest,
  signal: AbortSignal,
): Promise<Omit<NewContent, 'publisherId'>> {
  try {
    switch (request.type) {
      case 'hyper':
        return await openHyper(world, request, signal);
      case 'tdsx': {
        const path = world.files.temporaryPath('.hyper');
        const sizeBytes = await extractHyper(request.path, path);
        if (sizeBytes === undefined) throw new EngineRefusal('the package has no extract');
        return await openHyper(world, { path, sizeBytes, sha256: await hashFile(path, signal) }, signal);
      }
      case 'tds':
        return await openDefinition(request);
      case 'parquet': {
        const converted = await world.engine.fromParquet(request.path, signal);
        return { ...converted, holds: 'hyper' };
      }
      default:
        throw new EngineRefusal('extracts in the old .tde form are not supported any more');
    }
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    throw new RestError('400011', `There was a problem publishing the file '${request.fileLabel}'. ${error.message}`);
  }
}

async function openHyper(
  world: World,
  file: { readonly path: string; readonly sizeBytes: number; readonly sha256: string },
  signal: AbortSignal,
): Promise<Omit<NewContent, 'publisherId'>> {
  const tables = await world.engine.inspect(file.path, signal);
  if (tables.length === 0) throw new EngineRefusal('the database has no table');
  if (tables.length > 1 && compareVersions(world.seed.apiVersion, MULTI_TABLE_SINCE) < 0) {
    throw new EngineRefusal('the database has more than one table');
  }
  return { path: file.path, sizeBytes: file.sizeBytes, sha256: file.sha256, holds: 'hyper' };
}

async function openDefinition(request: PublishRequest): Promise<Omit<NewContent, 'publisherId'>> {
  const head = await readFile(request.path, { encoding: 'utf8' });
  if (!/<datasource[\s>]/.test(head)) throw new EngineRefusal('the file is no data source definition');
  return { path: request.path, sizeBytes: request.sizeBytes, sha256: request.sha256, holds: 'tds' };
}
