import { createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { once } from 'node:events';

/** What a generated file looks like. The same shape always gives the same bytes. */
export interface InputShape {
  readonly rows: number;
  /** Every n-th row has a cell that does not fit its column. */
  readonly badCellEvery?: number;
  /** Every n-th row lacks its last field. */
  readonly raggedEvery?: number;
  /** German numbers and dates, separated by semicolons. */
  readonly locale?: 'us' | 'de';
}

const CITIES = ['Berlin', 'São Paulo', 'New York', 'Tōkyō', 'Lagos', 'Springfield', 'Zürich', 'Reykjavík'];
const WORDS = ['north', 'south', 'east', 'west', 'large', 'small', 'blue', 'green', 'fast', 'slow'];
const FLUSH_CHARACTERS = 1 << 20;
const SEED = 0x9e37_79b9;

/** Writes ten columns of sales: two whole numbers, date, timestamp, three texts (one quoted), two decimals, a boolean. */
export async function writeCsvInput(path: string, shape: InputShape): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  const partial = `${path}.part`;
  const out = createWriteStream(partial);
  const random = xorshift(SEED);
  const isGerman = shape.locale === 'de';
  const header = 'order_id,customer_id,order_date,created_at,region,city,note,price,discount,is_paid';
  let text = `${isGerman ? header.replaceAll(',', ';') : header}\n`;
  for (let row = 1; row <= shape.rows; row += 1) {
    text += `${rowText(row, random, shape, isGerman)}\n`;
    if (text.length < FLUSH_CHARACTERS) continue;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end(text);
  await once(out, 'close');
  await rename(partial, path);
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
    CITIES[random() % CITIES.length]!,
    `"${WORDS[random() % 10]!} ${WORDS[random() % 10]!}, ${WORDS[random() % 10]!}"`,
    isBad && row % 2 === 1 ? 'n.n.' : decimal(price, isGerman),
    decimal((random() % 100) / 100, isGerman),
    isGerman ? (random() % 2 === 0 ? 'ja' : 'nein') : random() % 2 === 0 ? 'true' : 'false',
  ];
  if (shape.raggedEvery !== undefined && row % shape.raggedEvery === 7) cells.pop();
  return cells.join(isGerman ? ';' : ',');
}

const two = (value: number): string => String(value).padStart(2, '0');

function decimal(value: number, isGerman: boolean): string {
  const text = value.toFixed(2);
  return isGerman ? text.replace('.', ',') : text;
}

/** A small generator of 31-bit numbers: quick and the same everywhere. */
function xorshift(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 1;
  };
}
