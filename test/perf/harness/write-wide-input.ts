import { writeLines, xorshift } from './write-lines.ts';

/** Ten kinds of column, over and over: name, SQL type, and a cell from a random number. */
const kinds: readonly (readonly [name: string, type: string, cell: (random: number) => string])[] = [
  ['count', 'bigint', (random) => String(random % 1000)],
  ['key', 'bigint', (random) => String(random % 1_000_000)],
  ['amount', 'numeric(18,2)', (random) => ((random % 10_000_000) / 100).toFixed(2)],
  ['day', 'date', (random) => instant(random).slice(0, 10)],
  ['at', 'timestamp', (random) => instant(random).slice(0, 19).replace('T', ' ')],
  ['group', 'text', (random) => `group ${random % 10}`],
  ['place', 'text', (random) => `place ${random % 1000}`],
  ['flag', 'boolean', (random) => (random % 2 === 0 ? 'true' : 'false')],
  ['note', 'text', (random) => (random % 4 === 0 ? '' : `note ${random % 100_000}`)],
  ['rate', 'numeric(18,4)', (random) => ((random % 10_000_000) / 10_000).toFixed(4)],
];

const instant = (random: number): string => new Date(1_400_000_000_000 + (random % 300_000_000) * 1000).toISOString();

/** Name and SQL type of each column of a wide input. */
export function wideColumns(count: number): readonly (readonly [name: string, type: string])[] {
  return Array.from({ length: count }, (_, index) => {
    const [name, type] = kinds[index % kinds.length]!;
    return [`${name}_${index}`, type] as const;
  });
}

/** Writes many columns of mixed types. The same size always gives the same bytes. */
export async function writeWideInput(path: string, rows: number, columns: number): Promise<void> {
  await writeLines(path, wideLines(rows, columns));
}

function* wideLines(rows: number, columns: number): Generator<string> {
  const random = xorshift();
  yield wideColumns(columns)
    .map(([name]) => name)
    .join(',');
  for (let row = 1; row <= rows; row += 1) {
    const cells: string[] = [];
    for (let index = 0; index < columns; index += 1) cells.push(kinds[index % kinds.length]![2](random()));
    yield cells.join(',');
  }
}
