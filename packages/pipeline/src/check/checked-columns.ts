import { external, SqlType, STDIN } from '@hyperferry/hyper';
import type { Dialect } from '@hyperferry/schema';

import type { GuessedLoadColumn } from '../extract/guess-columns.ts';
import { valueOfFittingSql } from '../typing/guard-sql.ts';
import { sqlType } from '../typing/sql-type.ts';

/** What the engine is told of a CSV whose cells are known to fit. */
export interface CheckedTable {
  /** SQL table expression. */
  readonly from: string;
  readonly columns: readonly { readonly name: string; readonly sql: string }[];
}

/**
 * SQL for loading cells that have been checked on our side: the engine converts while it reads where it can, which saves it
 * from making texts of them first. `path` absent: STDIN, without a header.
 */
export function checkedTable(
  guesses: readonly GuessedLoadColumn[],
  dialect: Pick<Dialect, 'delimiter' | 'quote' | 'headerRows'>,
  width: number,
  path?: string,
): CheckedTable {
  const types = new Map(guesses.filter(isReadDirectly).map(({ index, type }) => [index, type]));
  const columns = Array.from({ length: width }, (_, index) => {
    const type = types.get(index);
    return { name: `c${index}`, type: type === undefined ? SqlType.text() : SqlType.parse(sqlType(type)) };
  });
  const table = external({
    source: path ?? STDIN,
    columns,
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    header: path !== undefined && dialect.headerRows > 0,
  });
  return {
    from: `${table} AS csv`,
    columns: guesses.map((guess) => {
      const cell = `c${guess.index}`;
      // A bad value has been taken out before.
      const sql = isReadDirectly(guess) ? cell : valueOfFittingSql(cell, { ...guess, nullsBadValues: false });
      return { name: guess.name, sql };
    }),
  };
}

/** Is the cell's text what a cast takes as it is, and nothing else? */
function isReadDirectly(guess: GuessedLoadColumn): boolean {
  const { kind, type, kindsSeen, hasNullTokens, isTrimmed, isEmpty } = guess;
  if (type === 'text' || isEmpty || hasNullTokens || isTrimmed !== true) return false;
  // Other words stop the engine, and the whole file is looked at.
  if (guess.saysTrueOrFalse === true) return true;
  return kind.convert('cell', type, kindsSeen) === `CAST(cell AS ${sqlType(type)})`;
}
