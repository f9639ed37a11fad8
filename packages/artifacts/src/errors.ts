import { HyperferryError } from '@hyperferry/schema';

/** Thrown by this package: `ARTIFACT_*`, `DISK_FULL`, `DATA_FOLDER_NOT_WRITABLE`. */
export class ArtifactError extends HyperferryError {
  override readonly name = 'ArtifactError';
}

/** Wraps what the storage library threw, once, at the border of the package. */
export function toArtifactError(thrown: unknown, action: string): unknown {
  if (thrown instanceof ArtifactError) return thrown;
  const system = findSystemError(thrown);
  if (system?.name === 'AbortError') return system;
  if (system?.code === 'ENOSPC') {
    return new ArtifactError('DISK_FULL', `no space left in the artifact store to ${action}`, { cause: thrown });
  }
  if (system?.code === 'EACCES' || system?.code === 'EROFS' || system?.code === 'EPERM') {
    const where = system.path === undefined ? '' : `: ${system.path}`;
    return new ArtifactError('DATA_FOLDER_NOT_WRITABLE', `no permission to ${action}${where}`, { cause: thrown });
  }
  if (system?.code === 'ENOENT' || isAbsentObject(thrown)) {
    return new ArtifactError('ARTIFACT_MISSING', `artifact not found: could not ${action}`, { cause: thrown });
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new ArtifactError('ARTIFACT_STORE_FAILED', `the artifact store could not ${action}: ${text}`, {
    cause: thrown,
  });
}

interface SystemError extends Error {
  code?: string;
  path?: string;
}

/** The storage library nests the error of the system in `cause`. */
function findSystemError(thrown: unknown): SystemError | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const system: SystemError = error;
    if (typeof system.code === 'string' && /^E[A-Z]+$/.test(system.code)) return system;
    if (system.name === 'AbortError') return system;
  }
  return undefined;
}

/** S3 says that an object is absent by the name of its error. */
function isAbsentObject(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error.name === 'NoSuchKey' || error.name === 'NotFound') return true;
  }
  return false;
}
