import type { TextTable } from './read-table.ts';

const BATCH_CHARS = 1 << 16;

/** A table as RFC 4180 CSV, in pieces of some 64 k characters. */
export async function* writeCsv({ header, rows }: Pick<TextTable, 'header' | 'rows'>): AsyncGenerator<string> {
  let batch = header === undefined ? '' : csvRecord(header);
  for await (const row of rows) {
    batch += csvRecord(row);
    if (batch.length >= BATCH_CHARS) {
      yield batch;
      batch = '';
    }
  }
  if (batch !== '') yield batch;
}

/** One record, CR LF included. A record of one empty cell is a pair of quotes: a blank line would be none. */
export function csvRecord(cells: readonly string[]): string {
  if (cells.length === 1 && cells[0] === '') return '""\r\n';
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
