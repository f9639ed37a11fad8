import type { CellKind } from './cell-kinds.ts';

// Literal characters, not escapes: RE2 has no \u.
const BLANK = "[ \u00A0\u2009\u202F'’]";
const HARD_BLANK = '[ \u00A0\u2009\u202F]';
const THOUSANDS = (separator: string): string => `[1-9][0-9]{0,2}(?:${separator}[0-9]{3})+`;
// In India: 12,34,567.
const LAKHS = '[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}';
const COMMAS = `(?:${THOUSANDS(',')}|${LAKHS})`;
const BLANKS = THOUSANDS(BLANK);
const DOTS = THOUSANDS('[.]');
const SIGN = '[+-]?';
// The true minus of typographers, which is not the hyphen of keyboards.
const MINUS = '\u2212';
const GAP = '[ \u00A0\u202F]?';

/** Currencies by how they are written. A column must keep to one: dropping different ones would change what values mean. */
export const currencies = ['$', '€', '£', '¥', '₹', 'R$', 'kr', 'zł', 'EUR', 'USD', 'GBP', 'CHF'] as const;

/** Those of countries that write a decimal comma. */
export const commaCurrencies: readonly string[] = ['€', 'R$', 'kr', 'zł', 'EUR'];

/** An amount with its currency before or after it, negative by a minus or brackets. */
function money(currency: string, number: string): string {
  const symbol = asPattern(currency);
  return [
    `[-${MINUS}]?${symbol}${GAP}[-${MINUS}]?${number}`,
    `[-${MINUS}]?${number}${GAP}${symbol}`,
    `[(]${symbol}${GAP}${number}[)]`,
    `[(]${number}${GAP}${symbol}[)]`,
    `${symbol}${GAP}[(]${number}[)]`,
    `[(]${number}[)]${GAP}${symbol}`,
  ].join('|');
}

/** Spreadsheets write zero as a stroke beside the currency, if told to align amounts as accountants do. */
function zeroMoney(currency: string): string {
  const symbol = asPattern(currency);
  return `${symbol}[ \u00A0]{0,8}-|-[ \u00A0]{0,8}${symbol}`;
}

const asPattern = (currency: string): string => currency.replace('$', '[$]');

/** A number below zero: in brackets, with its minus behind, or with a true minus. */
const belowZero = (number: string): string => `[(]${number}[)]|${number}-|${MINUS}${number}`;

const percent = (number: string): string =>
  `(?:${SIGN}|${MINUS})${number}${GAP}%|[(]${number}${GAP}%[)]|[(]${number}[)]${GAP}%`;

/** The digits behind the point of the largest double, 1.7976931348623157e308. */
const LARGEST_FRACTION = '7976931348623157';

/** Digits behind a point that say no more than those of the largest double. */
const atMostLargest = Array.from(LARGEST_FRACTION)
  .flatMap((digit, index) => {
    const same = LARGEST_FRACTION.slice(0, index);
    return [same, `${same}[0-${Number(digit) - 1}][0-9]*`];
  })
  .concat(LARGEST_FRACTION)
  .join('|');

/** A number with an exponent that a double can say: 1e999 would become infinite, 1e-999 zero. */
export function floatPattern(point: '[.]' | ','): string {
  // With a comma, only those that have one: others are of the kind that reads both ways.
  const number = (whole: string, bare: string): string =>
    point === ',' ? `${whole},[0-9]+` : `(?:${bare}[.]?|${bare}[.][0-9]+|[.][0-9]+)`;
  const forms = [
    `${number('[0-9]*', '[0-9]+')}[eE](?:-[0-2]?[0-9]{1,2}|-3[01][0-9]|[+]?[0-9]{1,2})`,
    `${number('[0-9]{0,9}', '[0-9]{1,9}')}[eE][+]?[0-2][0-9]{2}`,
    `${number('[0-9]?', '[0-9]')}[eE][+]?30[0-7]`,
    `(?:1${point}(?:${atMostLargest})${point === ',' ? '' : '|[01]'}|0?${point}[0-9]+)[eE][+]?308`,
  ];
  return `${SIGN}(?:${forms.join('|')})`;
}

/** Numbers as people write them. Those that read two ways have kinds of their own: the rest of the column decides. */
export const writtenNumberKinds: readonly CellKind[] = [
  // 1,234 is a thousand to some and little more than one to others; so is 1.234, which is the kind dot-3 of plain numbers.
  { id: 'comma-3', pattern: `${SIGN}[1-9][0-9]{0,2},[0-9]{3}` },
  { id: 'us-number', pattern: `${SIGN}${COMMAS}(?:[.][0-9]+)?` },
  { id: 'comma-decimal', pattern: `${SIGN}(?:0|[1-9][0-9]*)?,[0-9]+` },
  { id: 'comma-float', pattern: floatPattern(',') },
  // After a plus, more than six digits in groups were dialled.
  { id: 'dialled', pattern: `[+][1-9][0-9]{0,2}(?:(?:${HARD_BLANK}[0-9]{3}){2,}|(?:[.][0-9]{3}){2,})` },
  { id: 'eu-number', pattern: `-?${DOTS}(?:,[0-9]+)?|[+]${DOTS},[0-9]+` },
  {
    id: 'space-number',
    pattern: `-?${BLANKS}|[+][1-9][0-9]{0,2}(?:${BLANK}[0-9]{3}|(?:['’][0-9]{3}){2,})`,
  },
  { id: 'space-dot', pattern: `${SIGN}${BLANKS}[.][0-9]+` },
  { id: 'space-comma', pattern: `${SIGN}${BLANKS},[0-9]+` },
  { id: 'int-accounting', pattern: belowZero(`(?:[0-9]+|${BLANKS})`) },
  { id: 'comma-3-accounting', pattern: belowZero('[1-9][0-9]{0,2},[0-9]{3}') },
  { id: 'dot-3-accounting', pattern: belowZero('[1-9][0-9]{0,2}[.][0-9]{3}') },
  { id: 'us-accounting', pattern: belowZero(`(?:(?:[0-9]*|${BLANKS})[.][0-9]+|${COMMAS}(?:[.][0-9]+)?)`) },
  { id: 'eu-accounting', pattern: belowZero(`(?:(?:[0-9]*|${BLANKS}),[0-9]+|${DOTS}(?:,[0-9]+)?)`) },
  { id: 'int-percent', pattern: percent('[0-9]+') },
  { id: 'comma-3-percent', pattern: percent('[1-9][0-9]{0,2},[0-9]{3}') },
  { id: 'dot-3-percent', pattern: percent('[1-9][0-9]{0,2}[.][0-9]{3}') },
  { id: 'us-percent', pattern: percent(`(?:[0-9]*[.][0-9]+|${COMMAS}(?:[.][0-9]+)?)`) },
  { id: 'eu-percent', pattern: percent(`(?:[0-9]*,[0-9]+|${DOTS}(?:,[0-9]+)?)`) },
  ...currencies.flatMap((currency) => [
    {
      id: `int-money-${currency}`,
      pattern: `${money(currency, `(?:[0-9]+|${BLANKS})`)}|${zeroMoney(currency)}`,
    },
    { id: `comma-3-money-${currency}`, pattern: money(currency, '[1-9][0-9]{0,2},[0-9]{3}') },
    { id: `dot-3-money-${currency}`, pattern: money(currency, '[1-9][0-9]{0,2}[.][0-9]{3}') },
    {
      id: `us-money-${currency}`,
      pattern: money(currency, `(?:(?:[0-9]*|${BLANKS})[.][0-9]+|${COMMAS}(?:[.][0-9]+)?)`),
    },
    {
      id: `eu-money-${currency}`,
      pattern: money(currency, `(?:(?:[0-9]*|${BLANKS}),[0-9]+|${DOTS}(?:,[0-9]+)?)`),
    },
  ]),
];

const symbols = currencies.map(asPattern).join('|');

/** What every cell of the kinds of `markedKind` has in it: a currency beside a number, or a percent sign. */
export const MARKS = `%|(?:${symbols})${GAP}[-${MINUS}(0-9]|[-0-9)]${GAP}(?:${symbols})|${currencies.map(zeroMoney).join('|')}`;

/** Is the kind one of amounts of money or of percentages? */
export const isMarkedKind = (id: string): boolean => /-percent$|-money-/.test(id);

/** Kinds whose decimal point is a dot, and those where it is a comma. What reads both ways is in both. */
const both = [
  'compact-date',
  'integer',
  'dot-3',
  'comma-3',
  'space-number',
  'int-accounting',
  'comma-3-accounting',
  'dot-3-accounting',
  'int-percent',
  'comma-3-percent',
  'dot-3-percent',
  ...currencies.flatMap((name) => [`int-money-${name}`, `comma-3-money-${name}`, `dot-3-money-${name}`]),
];
export const dotKinds: ReadonlySet<string> = new Set([
  ...both,
  'decimal',
  'us-number',
  'space-dot',
  'us-accounting',
  'us-percent',
  ...currencies.map((name) => `us-money-${name}`),
]);
export const commaKinds: ReadonlySet<string> = new Set([
  ...both,
  'comma-decimal',
  'eu-number',
  'space-comma',
  'eu-accounting',
  'eu-percent',
  ...currencies.map((name) => `eu-money-${name}`),
]);

/** Kinds that are whole numbers without any mark. */
export const wholeNumberKinds: ReadonlySet<string> = new Set(['compact-date', 'integer']);

/** Which character is the decimal point. */
export type Point = 'dot' | 'comma';

/** Digits before and after the decimal point. */
export function countDigits(cell: string, point: Point): readonly [number, number] {
  // Most numbers have neither sign nor blanks nor groups.
  if (/^[0-9]+$/.test(cell)) return [cell.length, 0];
  const [whole = '', fraction = ''] = cell
    .replaceAll(point === 'dot' ? /[^0-9.]/g : /[^0-9,]/g, '')
    .split(point === 'dot' ? '.' : ',');
  return [whole.length, fraction.length];
}

/** Is a number below zero? `plainNumberSql` looks for the same. */
export function isNegative(cell: string): boolean {
  return ['-', MINUS, '('].some((mark) => cell.includes(mark));
}

/** Digits of a number from the first that is not 0. */
export function significantDigits(cell: string): number {
  return cell.replaceAll(/[^0-9]/g, '').replace(/^0+/, '').length;
}

/** Is a double, written with as many digits, another number? 9007199254740993 is, 0.30000000000000004 is not. */
export function losesDigits(cell: string, point: Point): boolean {
  const digits = significantDigits(cell);
  if (digits < 16 || digits > 17) return false;
  const number = cell.replaceAll(point === 'dot' ? /[^0-9.]/g : /[^0-9,]/g, '').replace(',', '.');
  const exact = Number(number).toPrecision(EXACT_DIGITS).replace(/e.*$/, '');
  // Programs round a half up or to the even digit: both are the double.
  const halfOfLast = 5n * 10n ** BigInt(EXACT_DIGITS - digits - 1);
  const difference = firstDigits(exact) - firstDigits(number);
  return difference > halfOfLast || difference < -halfOfLast;
}

/** Enough to say a double of this size to its end. */
const EXACT_DIGITS = 80;

function firstDigits(number: string): bigint {
  return BigInt(number.replace('.', '').replace(/^0+/, '').padEnd(EXACT_DIGITS, '0'));
}

/** `significantDigits` in SQL. */
export function significantDigitsSql(cell: string): string {
  return `length(ltrim(regexp_replace(${cell},'[^0-9]','','g'),'0'))`;
}

/** `countDigits` in SQL: part 1 is before the decimal point, part 2 after it, there perhaps without zeros at the end. */
export function countDigitsSql(cell: string, point: Point, part: 1 | 2, cutsZeros = false): string {
  const character = point === 'dot' ? '.' : ',';
  const digits = `split_part(regexp_replace(${cell},'[^0-9${character}]','','g'),'${character}',${part})`;
  return `length(${cutsZeros ? `rtrim(${digits},'0')` : digits})`;
}

/** Numbers with an exponent. */
export const floatKinds: readonly string[] = ['float', 'comma-float', 'exponent-code'];

// Leading zeros and long digits are only taken where the type is given.
const plain: ReadonlySet<string> = new Set([
  ...wholeNumberKinds,
  'decimal',
  'dot-3',
  'float',
  'exponent-code',
  'leading-zero',
  'long-digits',
  'zero-dot',
]);
const signedOnly: ReadonlySet<string> = new Set([
  ...plain,
  'comma-3',
  'us-number',
  'comma-decimal',
  'comma-float',
  'eu-number',
  'zero-comma',
]);

/** SQL text of a plain number (`-1234.5`, `1.5E-3`) from a cell of the kinds seen. */
export function plainNumberSql(cell: string, point: Point, kindsSeen: readonly string[]): string {
  if (point === 'dot' && kindsSeen.every((id) => plain.has(id))) return cell;
  const signed = point === 'dot' ? `replace(${cell},',','')` : `replace(replace(${cell},'.',''),',','.')`;
  if (kindsSeen.every((id) => signedOnly.has(id))) return signed;
  const character = point === 'dot' ? '.' : ',';
  const digits = `regexp_replace(${cell},'[^0-9${character}]','','g')`;
  const number = point === 'dot' ? digits : `replace(${digits},',','.')`;
  const isNegative = ['-', MINUS, '('].map((mark) => `${cell} LIKE '%${mark}%'`).join(' OR ');
  // $- is zero, and has no digit.
  const marked = `(CASE WHEN ${isNegative} THEN '-0' ELSE '0' END || ${number})`;
  // An exponent has a sign of its own, and nothing but digits would make 1.5E-3 one of -1.53.
  return kindsSeen.some((id) => floatKinds.includes(id))
    ? `CASE WHEN ${cell} ~ '[eE]' THEN ${signed} ELSE ${marked} END`
    : marked;
}
