import type { Profile } from '@hyperferry/schema';

import { textTable } from './text-table.ts';

/** What would happen with a file, for `--json`. */
export function planOf(
  file: string,
  { dialect, encoding, confidence, rowCount, columns, warnings }: Profile,
  preview: readonly string[][],
) {
  return { file, dialect, encoding, confidence, rowCount, filtered: dialect.footerRows, columns, warnings, preview };
}

/** What would happen with a file, as text. */
export function describePlan(
  path: string,
  { dialect, encoding, confidence, rowCount, columns, warnings }: Profile,
): string {
  const names: Readonly<Record<string, string>> = { '\t': 'tab', ' ': 'blank' };
  const delimiter = names[dialect.delimiter] ?? dialect.delimiter;
  const head = `${path}: ${rowCount} rows, ${columns.length} columns, delimiter ${delimiter}, ${encoding}, ${dialect.headerRows} header rows, confidence ${confidence}`;
  const table = textTable(
    ['column', 'type', 'nulls', 'why'].map((title) => ({ title, right: title === 'nulls' })),
    columns.map((column) => [column.name, column.type, String(column.nulls), column.reason]),
  );
  return `${[head, table, ...warnings.map((warning) => `! ${warning}`)].join('\n')}\n\n`;
}
