import { z } from 'zod';

import { readXmlReply } from './xml.ts';

/** A reply's body as an object, from JSON or XML; undefined when it is neither, e.g. a page of a proxy. */
export function readReplyBody(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trimStart();
  if (trimmed.startsWith('<')) return readXmlReply(trimmed);
  if (!trimmed.startsWith('{')) return undefined;
  try {
    return JSON.parse(trimmed) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A list as the API writes it: `{ project: [...] }`, one object where XML has one element, nothing where it is empty. */
export function listOf<T extends z.ZodType>(key: string, item: T) {
  return z
    .preprocess((value) => {
      const inner = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
      if (inner === undefined || inner === '') return [];
      return Array.isArray(inner) ? inner : [inner];
    }, z.array(item))
    .optional()
    .transform((items) => items ?? []);
}

/** Scalars come as strings or as JSON values. */
export const wireText = z.union([z.string(), z.number(), z.boolean()]).transform(String);
export const wireInt = z.coerce.number().int();
export const wireBool = z.union([z.boolean(), z.string().transform((text) => text.toLowerCase() === 'true')]);

/** Reply of calls whose body doesn't matter. */
export const anyReply = z.unknown();
