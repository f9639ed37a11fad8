import { openTable, type SourceFile, type TableOverrides } from '@hyperferry/sources';

/** The first rows of a source as text, before typing. */
export async function previewSource(file: SourceFile, overrides: TableOverrides, count: number): Promise<string[][]> {
  const preview: string[][] = [];
  const table = await openTable(file, overrides);
  if (table === undefined) return preview;
  for await (const row of table.rows) {
    if (preview.push(row) >= count) break;
  }
  return preview;
}
