import { z } from 'zod';

import { isTableauError } from '../errors.ts';
import { listOf, wireInt } from '../wire/reply-body.ts';
import type { Api } from './api-call.ts';

export interface ListCall {
  readonly path: string;
  /** Keys of the list and of its elements, e.g. `projects`, `project`. */
  readonly listKey: string;
  readonly itemKey: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
  /** Items for each page, 1 to 1000. Default: 1000. */
  readonly pageSize?: number;
}

/** Every item of a paged list: all pages, however the server counts them. */
export async function listAll<T extends z.ZodType>(api: Api, list: ListCall, item: T): Promise<z.output<T>[]> {
  const { path, listKey, itemKey, signal, pageSize = 1000 } = list;
  const pageSchema = z.object({
    pagination: z.object({ totalAvailable: wireInt, pageSize: wireInt.optional() }).optional(),
    [listKey]: listOf(itemKey, item),
  });
  const items: z.output<T>[] = [];
  for (let pageNumber = 1; ; pageNumber += 1) {
    const query = { ...list.query, pageSize, pageNumber };
    let page: z.output<typeof pageSchema>;
    try {
      page = await api.call({ method: 'GET', path, query, repeat: 'safe', signal }, pageSchema);
    } catch (error) {
      // Past the end: the list became shorter while it was read.
      if (pageNumber > 1 && isTableauError(error) && error.tableauCode === '400006') return items;
      throw error;
    }
    const found = page[listKey] as z.output<T>[];
    items.push(...found);
    const pagination = page['pagination'] as { totalAvailable: number; pageSize?: number } | undefined;
    // A server may cap the page size: count what it says it used.
    const usedSize = pagination?.pageSize ?? pageSize;
    const isLast =
      pagination === undefined ? found.length < usedSize : pageNumber * usedSize >= pagination.totalAvailable;
    if (found.length === 0 || isLast) return items;
  }
}
