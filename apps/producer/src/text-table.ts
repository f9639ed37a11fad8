import stringWidth from 'string-width';

/** A column of a table: its title, and whether its cells stand to the right. */
export interface TextColumn {
  readonly title: string;
  readonly right?: boolean;
}

/** Rows as text in aligned columns; nothing in them can drive the terminal. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index] ?? ''))));
  return cells
    .map((row) =>
      columns
        .map(({ right = false }, index) => {
          const cell = row[index] ?? '';
          const padding = ' '.repeat((widths[index] ?? 0) - stringWidth(cell));
          return right ? padding + cell : cell + padding;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one pair a line. */
export function textPairs(pairs: readonly (readonly [string, string | undefined])[]): string {
  const given = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined && pair[1] !== '');
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join('\n');
}

/** Text from elsewhere as it may be shown on a terminal: in one line, without control characters. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
