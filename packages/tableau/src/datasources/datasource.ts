import { z } from 'zod';

import { listOf, wireBool, wireInt, wireText } from '../wire/reply-body.ts';

/** A published data source, as the API describes it. */
export const datasourceSchema = z.object({
  id: wireText,
  name: wireText,
  contentUrl: wireText.optional(),
  webpageUrl: wireText.optional(),
  description: wireText.optional(),
  type: wireText.optional(),
  isCertified: wireBool.optional().catch(undefined),
  certificationNote: wireText.optional(),
  createdAt: wireText.optional(),
  updatedAt: wireText.optional(),
  /** Megabytes, where the server says. */
  size: wireInt.optional().catch(undefined),
  project: z.object({ id: wireText, name: wireText.optional() }).optional(),
  owner: z.object({ id: wireText }).optional(),
  tags: listOf(
    'tag',
    z.object({ label: wireText }).transform(({ label }) => label),
  ),
});

export type Datasource = z.infer<typeof datasourceSchema>;

/** What is remembered of a data source before it is changed, to see later whether it was. */
export interface DatasourceState {
  readonly id: string;
  readonly updatedAt?: string | undefined;
}

/** True when `now` shows a publish that `before` (undefined: the data source was absent) didn't have. */
export function hasMoved(before: DatasourceState | undefined, now: DatasourceState | undefined): boolean {
  if (now === undefined) return false;
  return before === undefined || now.id !== before.id || now.updatedAt !== before.updatedAt;
}
