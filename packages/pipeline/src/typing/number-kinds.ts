import type { CellKind } from './cell-kinds.ts';

// Literal characters, not escapes: RE2 has no \u.
const BLANK = "[ \u00A0\u202F'’]";
const THOUSANDS = (separator: string): string => `[1-9][0-9]{0,2}(?:${separator}[0-9]{3})+`;
const SIGN = '[+-]?';
const PERCENT = '[ \u00A0]?%';

/** Currencies by how they are written. A column must keep to one: dropping different ones would change what values mean. */
export const currencies = ['$', '€', '£', '¥', 'EUR', 'USD', 'GBP', 'CHF'] as const;

/** An amount with its currency before or after it, negative by a minus or brackets. */
function money(currency: string, number: string): string {
  const symbol = currency === '$' ? '[$]' : currency;
  const gap = '[ \u00A0]?';
  return `-?${symbol}${gap}-?${number}|-?${number}${gap}${symbol}|[(](?:${symbol}${gap})?${number}(?:${gap}${symbol})?[)]`;
}

/** Numbers as people write them. Those that read two ways have kinds of their own: the rest of the column decides. */
export const writtenNumberKinds: readonly CellKind[] = [
  // 1,234 is a thousand to some and little more than one to others; so is 1.234, which is the kind dot-3 of plain numbers.
  { id: 'comma-3', pattern: `${SIGN}[1-9][0-9]{0,2},[0-9]{3}` },
  { id: 'us-number', pattern: `${SIGN}${THOUSANDS(',')}(?:[.][0-9]+)?` },
  { id: 'comma-decimal', pattern: `${SIGN}[0-9]+,[0-9]+` },
  { id: 'eu-number', pattern: `${SIGN}${THOUSANDS('[.]')}(?:,[0-9]+)?` },
  { id: 'space-number', pattern: `${SIGN}${THOUSANDS(BLANK)}` },
  { id: 'space-dot', pattern: `${SIGN}${THOUSANDS(BLANK)}[.][0-9]+` },
  { id: 'space-comma', pattern: `${SIGN}${THOUSANDS(BLANK)},[0-9]+` },
  { id: 'int-accounting', pattern: '[(][0-9]+[)]|[0-9]+-' },
  {
    id: 'us-accounting',
    pattern: `[(](?:[0-9]+|${THOUSANDS(',')})(?:[.][0-9]+)?[)]|(?:[0-9]+|${THOUSANDS(',')})(?:[.][0-9]+)?-`,
  },
  {
    id: 'eu-accounting',
    pattern: `[(](?:[0-9]+|${THOUSANDS('[.]')})(?:,[0-9]+)?[)]|(?:[0-9]+|${THOUSANDS('[.]')})(?:,[0-9]+)?-`,
  },
  { id: 'int-percent', pattern: `${SIGN}[0-9]+${PERCENT}` },
  { id: 'dot-percent', pattern: `${SIGN}[0-9]*[.][0-9]+${PERCENT}` },
  { id: 'comma-percent', pattern: `${SIGN}[0-9]*,[0-9]+${PERCENT}` },
  ...currencies.flatMap((currency) => [
    { id: `int-money-${currency}`, pattern: money(currency, '[0-9]+') },
    { id: `us-money-${currency}`, pattern: money(currency, `(?:[0-9]+|${THOUSANDS(',')})(?:[.][0-9]{1,2})?`) },
    {
      id: `eu-money-${currency}`,
      pattern: money(currency, `(?:[0-9]+|${THOUSANDS(`(?:[.]|${BLANK})`)})(?:,[0-9]{1,2})?`),
    },
  ]),
];

/** Kinds whose decimal point is a dot, and those where it is a comma. What reads both ways is in both. */
const both = [
  'integer',
  'dot-3',
  'comma-3',
  'space-number',
  'int-accounting',
  'int-percent',
  ...currencies.map((name) => `int-money-${name}`),
];
export const dotKinds: ReadonlySet<string> = new Set([
  ...both,
  'decimal',
  'us-number',
  'space-dot',
  'us-accounting',
  'dot-percent',
  ...currencies.map((name) => `us-money-${name}`),
]);
export const commaKinds: ReadonlySet<string> = new Set([
  ...both,
  'comma-decimal',
  'eu-number',
  'space-comma',
  'eu-accounting',
  'comma-percent',
  ...currencies.map((name) => `eu-money-${name}`),
]);

/** Which character is the decimal point. */
export type Point = 'dot' | 'comma';

/** Digits before and after the decimal point. */
export function countDigits(cell: string, point: Point): readonly [number, number] {
  const [whole = '', fraction = ''] = cell
    .replaceAll(point === 'dot' ? /[^0-9.]/g : /[^0-9,]/g, '')
    .split(point === 'dot' ? '.' : ',');
  return [whole.length, fraction.length];
}

/** Digits of a number from the first that is not 0. */
export function significantDigits(cell: string): number {
  return cell.replaceAll(/[^0-9]/g, '').replace(/^0+/, '').length;
}

/** The same in SQL. */
export function significantDigitsSql(cell: string): string {
  return `length(ltrim(regexp_replace(${cell},'[^0-9]','','g'),'0'))`;
}

/** `countDigits` in SQL: part 1 is before the decimal point, part 2 after it. */
export function countDigitsSql(cell: string, point: Point, part: 1 | 2): string {
  const character = point === 'dot' ? '.' : ',';
  return `length(split_part(regexp_replace(${cell},'[^0-9${character}]','','g'),'${character}',${part}))`;
}

const plain: ReadonlySet<string> = new Set(['integer', 'decimal', 'dot-3', 'float', 'exponent-code']);
const signedOnly: ReadonlySet<string> = new Set([...plain, 'comma-3', 'us-number', 'comma-decimal', 'eu-number']);

/** SQL text of a plain number (`-1234.5`) from a cell of the kinds seen. */
export function plainNumberSql(cell: string, point: Point, kindsSeen: readonly string[]): string {
  if (point === 'dot' && kindsSeen.every((id) => plain.has(id))) return cell;
  if (kindsSeen.every((id) => signedOnly.has(id))) {
    return point === 'dot' ? `replace(${cell},',','')` : `replace(replace(${cell},'.',''),',','.')`;
  }
  const character = point === 'dot' ? '.' : ',';
  const digits = `regexp_replace(${cell},'[^0-9${character}]','','g')`;
  const number = point === 'dot' ? digits : `replace(${digits},',','.')`;
  return `(CASE WHEN ${cell} LIKE '%-%' OR ${cell} LIKE '%(%' THEN '-' ELSE '' END || ${number})`;
}
