import { RestError } from './rest-error.ts';

/** Query parameters as sent; a key that comes several times keeps its last value. `+` and `%20` are both a blank. */
export function parseQuery(search: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of search.replace(/^\?/, '').split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const key = decodeComponent(at < 0 ? pair : pair.slice(0, at));
    parameters.set(key, at < 0 ? '' : decodeComponent(pair.slice(at + 1)));
  }
  return parameters;
}

/**
 * A boolean parameter of publish: only `true` and `false`, any case, count.
 * @throws {RestError} 400008
 */
export function booleanParameter(query: ReadonlyMap<string, string>, name: string): boolean {
  const value = query.get(name);
  if (value === undefined) return false;
  if (/^true$/i.test(value)) return true;
  if (/^false$/i.test(value)) return false;
  throw new RestError('400008', `The value of the parameter '${name}' must be true or false.`);
}

/** Percent-decoding that never throws: a broken escape stays as it is. */
export function decodeComponent(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
