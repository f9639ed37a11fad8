import type { Profile } from '@hyperferry/schema';

import { textTable } from './text-table.ts';

/** What would happen with a file, for `--json`. */
export function planOf(
  file: string,
  { dialect, encoding, encodingConfidence, confidence, rowCount, malformed, columns, warnings }: Profile,
  preview: readonly string[][],
) {
  const filtered = dialect.footerRows;
  return {
    file,
    dialect,
    encoding,
    encodingConfidence,
    confidence,
    rowCount,
    malformed,
    filtered,
    columns,
    warnings,
    preview,
  };
}

/** What would happen with a file, as text. */
export function describePlan(
  path: string,
  { dialect, encoding, confidence, rowCount, malformed, columns, warnings }: Profile,
): string {
  const names: Readonly<Record<string, string>> = { '\t': 'tab', ' ': 'blank' };
  const delimiter = names[dialect.delimiter] ?? dialect.delimiter;
  const misfits = malformed === 0 ? '' : ` (${malformed} malformed)`;
  const head = `${path}: ${rowCount} rows${misfits}, ${columns.length} columns, delimiter ${delimiter}, ${encoding}, ${dialect.headerRows} header rows, confidence ${confidence}`;
  // Values that don't fit their column: their rows would be set aside.
  const hasRejects = columns.some(({ rejects }) => rejects > 0);
  const titles = ['column', 'type', 'nulls', ...(hasRejects ? ['rejects'] : []), 'why'];
  const table = textTable(
    titles.map((title) => ({ title, right: title === 'nulls' || title === 'rejects' })),
    columns.map(({ name, type, nulls, rejects, reason }) => [
      name,
      type,
      String(nulls),
      ...(hasRejects ? [String(rejects)] : []),
      reason,
    ]),
  );
  return `${[head, table, ...warnings.map((warning) => `! ${warning}`)].join('\n')}\n\n`;
}
