import { external, SqlType, STDIN } from '@hyperferry/hyper';
import type { Dialect } from '@hyperferry/schema';

/** What the engine must know to read a CSV as text columns c0, c1, …; `path` absent means STDIN. */
export interface CsvExternal {
  readonly path?: string;
  readonly dialect: Pick<Dialect, 'delimiter' | 'quote' | 'headerRows'>;
  readonly columnCount: number;
}

/** SQL table expression over a CSV, every column text. */
export function csvExternal({ path, dialect, columnCount }: CsvExternal): string {
  return external({
    source: path ?? STDIN,
    columns: Array.from({ length: columnCount }, (_, index) => ({ name: `c${index}`, type: SqlType.text() })),
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    header: dialect.headerRows > 0,
  });
}
