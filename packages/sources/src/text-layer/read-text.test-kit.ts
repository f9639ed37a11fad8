import type { Dialect } from '@hyperferry/schema';

import { readTable, type TextTable } from './read-table.ts';

/** A text in pieces of a size, as it comes from a file. */
export async function* inPieces(text: string, size = text.length || 1): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

/** A text as it is read: undefined without content. */
export async function readText(text: string, given: Partial<Dialect> = {}, pieceSize?: number) {
  const table: TextTable | undefined = await readTable(inPieces(text, pieceSize), given);
  if (table === undefined) return undefined;
  const rows: string[][] = [];
  for await (const row of table.rows) rows.push(row);
  return { ...table, dialect: table.sniffed.dialect, confidence: table.sniffed.confidence, rows };
}
