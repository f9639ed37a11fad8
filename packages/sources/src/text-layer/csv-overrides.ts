import type { ExtractSpec } from '@hyperferry/schema';

import type { TableOverrides } from './open-table.ts';

/** What the spec says of how the file is written; what it leaves out is detected. */
export function csvOverrides({ csv }: Pick<ExtractSpec, 'csv'>): TableOverrides {
  return Object.fromEntries(Object.entries(csv ?? {}).filter(([, value]) => value !== undefined && value !== 'auto'));
}
