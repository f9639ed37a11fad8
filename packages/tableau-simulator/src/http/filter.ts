import { RestError } from './rest-error.ts';

/** What can be filtered and sorted: a value of each item by field name. */
export type Fields<T> = Readonly<
  Record<string, (item: T) => string | number | boolean | readonly string[] | undefined>
>;

interface Clause {
  readonly field: string;
  readonly operator: string;
  readonly values: readonly string[];
}

const operators = new Set(['eq', 'in', 'gt', 'gte', 'lt', 'lte', 'has', 'cieq']);

/**
 * Applies `filter=f:op:v,f2:op:v2`. All clauses must hold. `*` in a value stands for any text.
 * @throws {RestError} 400065 for what can't be expressed (`&`, `,` in a value) and for unknown fields and operators
 */
export function applyFilter<T>(items: readonly T[], filter: string | undefined, fields: Fields<T>): readonly T[] {
  if (filter === undefined || filter.trim() === '') return items;
  const clauses = parseFilter(filter);
  for (const clause of clauses) {
    if (!Object.hasOwn(fields, clause.field)) {
      throw new RestError('400065', `The filter field '${clause.field}' is not known.`);
    }
  }
  return items.filter((item) => clauses.every((clause) => matches(fields[clause.field]?.(item), clause)));
}

/**
 * Applies `sort=name:asc,createdAt:desc`.
 * @throws {RestError} 400066
 */
export function applySort<T>(items: readonly T[], sort: string | undefined, fields: Fields<T>): readonly T[] {
  if (sort === undefined || sort.trim() === '') return items;
  const keys = sort.split(',').map((part) => {
    const [field = '', direction = 'asc'] = part.split(':');
    const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (value === undefined || !/^(asc|desc)$/i.test(direction)) {
      throw new RestError('400066', `The sort expression '${part}' is not known.`);
    }
    return { value, sign: direction.toLowerCase() === 'asc' ? 1 : -1 };
  });
  return [...items].sort((left, right) => {
    for (const { value, sign } of keys) {
      const order = compare(scalar(value(left)), scalar(value(right)));
      if (order !== 0) return order * sign;
    }
    return 0;
  });
}

export function parseFilter(filter: string): readonly Clause[] {
  return splitClauses(filter).map((text) => {
    const match = /^\s*([A-Za-z]+):([A-Za-z]+):(.*)$/s.exec(text);
    const [, field = '', operator = '', value = ''] = match ?? [];
    if (match === null || value === '' || value.includes('&')) {
      const key = /^\s*([^:]*)/.exec(text)?.[1] ?? '';
      throw new RestError('400065', `The filter query is missing a value for key '${field || key}'.`);
    }
    const name = operator.toLowerCase();
    if (!operators.has(name)) throw new RestError('400065', `The filter operator '${operator}' is not known.`);
    return { field, operator: name, values: name === 'in' ? parseList(value) : [value] };
  });
}

/** At commas outside brackets and quotes. */
function splitClauses(filter: string): readonly string[] {
  const clauses: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let index = 0; index < filter.length; index += 1) {
    const character = filter[index];
    if (depth > 0 && character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '[') depth += 1;
    else if (character === ']') depth -= 1;
    else if (character === ',' && depth === 0) {
      clauses.push(filter.slice(start, index));
      start = index + 1;
    }
  }
  clauses.push(filter.slice(start));
  return clauses;
}

/** `[a b, "its",c]`: with or without quotes and blanks, brackets optional. */
function parseList(value: string): readonly string[] {
  const inner = value.replace(/^\s*\[/, '').replace(/\]\s*$/, '');
  return [...inner.matchAll(/\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)/g)]
    .map((match) => match[1] ?? match[2]?.trim() ?? '')
    .filter((item) => item !== '');
}

function matches(actual: ReturnType<Fields<unknown>[string]>, clause: Clause): boolean {
  if (actual === undefined) return false;
  const values: readonly unknown[] = Array.isArray(actual) ? actual : [actual];
  return values.some((value) => clause.values.some((wanted) => holds(String(value), clause.operator, wanted)));
}

function holds(actual: string, operator: string, wanted: string): boolean {
  switch (operator) {
    case 'eq':
    case 'in':
      return wildcard(wanted, '').test(actual);
    case 'cieq':
      return wildcard(wanted, 'i').test(actual);
    case 'has':
      return actual.toLowerCase().includes(wanted.toLowerCase());
    case 'gt':
      return compare(actual, wanted) > 0;
    case 'gte':
      return compare(actual, wanted) >= 0;
    case 'lt':
      return compare(actual, wanted) < 0;
    default:
      return compare(actual, wanted) <= 0;
  }
}

function wildcard(pattern: string, flags: string): RegExp {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${source}$`, `s${flags}`);
}

function scalar(value: ReturnType<Fields<unknown>[string]>): string {
  return Array.isArray(value) ? value.join(',') : String(value ?? '');
}

function compare(left: string, right: string): number {
  const numbers = [Number(left), Number(right)] as const;
  if (left !== '' && right !== '' && numbers.every((value) => Number.isFinite(value))) return numbers[0] - numbers[1];
  return left < right ? -1 : left > right ? 1 : 0;
}
