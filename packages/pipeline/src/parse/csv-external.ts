import { external, SqlType, STDIN } from '@hyperferry/hyper';
import type { Dialect } from '@hyperferry/schema';

/** What the engine must know to read a CSV as text columns c0, c1, …; `path` absent means STDIN. */
export interface CsvExternal {
  readonly path?: string;
  readonly dialect: Pick<Dialect, 'delimiter' | 'quote' | 'headerRows'>;
  readonly columnCount: number;
  /** Each record has its physical line and its number before it: columns line_number and record_number. No header then. */
  readonly isNumbered?: boolean;
}

/** SQL table expression over a CSV, every column of the source text. */
export function csvExternal({ path, dialect, columnCount, isNumbered = false }: CsvExternal): string {
  const columns = Array.from({ length: columnCount }, (_, index) => ({ name: `c${index}`, type: SqlType.text() }));
  const numbers = ['line_number', 'record_number'].map((name) => ({ name, type: SqlType.bigInt() }));
  const table = external({
    source: path ?? STDIN,
    columns: isNumbered ? [...numbers, ...columns] : columns,
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    header: !isNumbered && dialect.headerRows > 0,
  });
  return `${table} AS csv`;
}
