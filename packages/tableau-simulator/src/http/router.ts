import type { RequestContext } from './request-context.ts';
import type { Reply } from './reply.ts';

export type Handler = (context: RequestContext) => Promise<Reply> | Reply;

export interface RouteOptions {
  /** First API version that has this route; below it 404003. */
  readonly since?: string;
  /** `none`: no token is looked at. Default `session`. */
  readonly auth?: 'none' | 'session';
  /** Scope that a JWT session needs. */
  readonly scope?: string;
  /** First version where a JWT session may use it. */
  readonly jwtSince?: string;
}

export interface Route extends RouteOptions {
  /** Name for counts and the fault plan, e.g. `datasources.publish`. */
  readonly name: string;
  readonly method: string;
  readonly segments: readonly string[];
  readonly handle: Handler;
}

/** Declares a route. `:name` is one segment, `*name` the rest of the path. Literal segments match in any case. */
export function route(name: string, method: string, path: string, handle: Handler, options: RouteOptions = {}): Route {
  return { name, method, segments: path.split('/'), handle, ...options };
}

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'wrongMethod' }
  | { readonly kind: 'unknown' };

/** Finds the route of a method and a path that begins after `/api/{version}/`. */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const segments = path.split('/').filter((segment, index, all) => segment !== '' || index < all.length - 1);
  let pathKnown = false;
  for (const candidate of routes) {
    const parameters = matchSegments(candidate.segments, segments);
    if (parameters === undefined) continue;
    if (candidate.method === method) return { kind: 'found', route: candidate, parameters };
    pathKnown = true;
  }
  return pathKnown ? { kind: 'wrongMethod' } : { kind: 'unknown' };
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith('*')) {
      if (index >= segments.length) return undefined;
      parameters[part.slice(1)] = decodeSegment(segments.slice(index).join('/'));
      return parameters;
    }
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (part.startsWith(':')) parameters[part.slice(1)] = decodeSegment(segment);
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return segments.length === pattern.length ? parameters : undefined;
}

/** In a path `+` is a plus. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
