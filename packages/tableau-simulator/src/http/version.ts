import { RestError } from './rest-error.ts';

/** Newest API version that the simulator speaks. */
export const NEWEST_API_VERSION = '3.27';

/** Compares two versions as pairs of integers: 3.9 < 3.10. Negative when `left` is older. */
export function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}

/**
 * A server accepts every version up to its own.
 * @throws {RestError} 404001
 */
export function requireKnownVersion(version: string, newest: string): void {
  const known =
    /^[23]\.\d{1,2}$/.test(version) &&
    compareVersions(version, newest) <= 0 &&
    (version.startsWith('3.') || compareVersions(version, '2.8') <= 0);
  if (!known) throw new RestError('404001', `The API version '${version}' is not supported by this server.`);
}
