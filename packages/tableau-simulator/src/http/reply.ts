import type { Element } from './element.ts';

/** What a route answers: elements, or raw bytes for a download, or nothing. */
export type Reply =
  | { readonly kind: 'elements'; readonly status: number; readonly elements: readonly Element[] }
  | { readonly kind: 'empty'; readonly status: number }
  | {
      readonly kind: 'stream';
      readonly headers: Readonly<Record<string, string | number>>;
      readonly body: AsyncIterable<Uint8Array>;
    };

/** 200, 201 or 202 with elements. */
export function reply(status: 200 | 201 | 202, ...elements: readonly Element[]): Reply {
  return { kind: 'elements', status, elements };
}

/** 204: no body and no Content-Length. */
export function noContent(): Reply {
  return { kind: 'empty', status: 204 };
}
