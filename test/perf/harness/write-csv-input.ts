import { type InputForm, writeLines, xorshift } from './write-lines.ts';

/** What a generated file looks like. The same shape always gives the same bytes. */
export interface InputShape extends InputForm {
  readonly rows: number;
  /** Every n-th row has a cell that does not fit its column. */
  readonly badCellEvery?: number;
  /** Every n-th row lacks its last field. */
  readonly raggedEvery?: number;
  /** German numbers and dates, separated by semicolons. */
  readonly locale?: 'us' | 'de';
  /** Only letters of Western Europe: a city loses its macron. */
  readonly western?: boolean;
}

const CITIES = ['Berlin', 'São Paulo', 'New York', 'Tōkyō', 'Lagos', 'Springfield', 'Zürich', 'Reykjavík'];
const WORDS = ['north', 'south', 'east', 'west', 'large', 'small', 'blue', 'green', 'fast', 'slow'];

/** Name and SQL type of each column; decimals exact or as doubles. */
export function csvColumns(decimal: 'numeric(18,2)' | 'double precision') {
  return [
    ['order_id', 'bigint'],
    ['customer_id', 'bigint'],
    ['order_date', 'date'],
    ['created_at', 'timestamp'],
    ['region', 'text'],
    ['city', 'text'],
    ['note', 'text'],
    ['price', decimal],
    ['discount', decimal],
    ['is_paid', 'boolean'],
  ] as const;
}

/** Writes ten columns of sales: two whole numbers, date, timestamp, three texts (one quoted), two decimals, a boolean. */
export async function writeCsvInput(path: string, shape: InputShape): Promise<void> {
  await writeLines(path, csvLines(shape), shape);
}

function* csvLines(shape: InputShape): Generator<string> {
  const random = xorshift();
  const isGerman = shape.locale === 'de';
  yield csvColumns('numeric(18,2)')
    .map(([name]) => name)
    .join(isGerman ? ';' : ',');
  for (let row = 1; row <= shape.rows; row += 1) yield rowText(row, random, shape, isGerman);
}

function rowText(row: number, random: () => number, shape: InputShape, isGerman: boolean): string {
  const day = new Date(Date.UTC(2015, 0, 1 + (random() % 3650)));
  const iso = day.toISOString().slice(0, 10);
  const date = isGerman ? `${iso.slice(8)}.${iso.slice(5, 7)}.${iso.slice(0, 4)}` : iso;
  const clock = `${two(random() % 24)}:${two(random() % 60)}:${two(random() % 60)}`;
  const price = (random() % 10_000_000) / 100;
  const isBad = shape.badCellEvery !== undefined && row % shape.badCellEvery === 0;
  const cells = [
    String(row),
    String(1 + (random() % 500_000)),
    isBad && row % 2 === 0 ? 'soon' : date,
    `${date} ${clock}`,
    WORDS[random() % 4]!,
    city(random() % CITIES.length, shape),
    `"${WORDS[random() % 10]!} ${WORDS[random() % 10]!}, ${WORDS[random() % 10]!}"`,
    isBad && row % 2 === 1 ? 'n.n.' : decimal(price, isGerman),
    decimal((random() % 100) / 100, isGerman),
    isGerman ? (random() % 2 === 0 ? 'ja' : 'nein') : random() % 2 === 0 ? 'true' : 'false',
  ];
  if (shape.raggedEvery !== undefined && row % shape.raggedEvery === 7) cells.pop();
  return cells.join(isGerman ? ';' : ',');
}

function city(index: number, { western }: InputShape): string {
  const name = CITIES[index]!;
  return western === true ? name.replace('ō', 'o') : name;
}

const two = (value: number): string => String(value).padStart(2, '0');

function decimal(value: number, isGerman: boolean): string {
  const text = value.toFixed(2);
  return isGerman ? text.replace('.', ',') : text;
}
