import { element, type Element, listElement } from './element.ts';
import { applyFilter, applySort, type Fields } from './filter.ts';
import { RestError } from './rest-error.ts';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;

/**
 * One page of a list: filtered, sorted, and cut as the query says, with `<pagination>` before it.
 * @throws {RestError} 400006, 400007, 403014, 400065, 400066
 */
export function pageOf<T>(
  items: readonly T[],
  query: ReadonlyMap<string, string>,
  list: { readonly name: string; readonly fields: Fields<T>; readonly view: (item: T) => Element },
): readonly Element[] {
  const pageNumber = integerParameter(query, 'pageNumber', 1, '400006');
  const pageSize = integerParameter(query, 'pageSize', DEFAULT_PAGE_SIZE, '400007');
  if (pageNumber < 1) throw new RestError('400006', `The page number '${pageNumber}' must be at least 1.`);
  if (pageSize < 1) throw new RestError('400007', `The page size '${pageSize}' must be at least 1.`);
  if (pageSize > MAX_PAGE_SIZE) {
    throw new RestError('403014', `The page size '${pageSize}' is above the limit of ${MAX_PAGE_SIZE}.`);
  }
  const selected = applySort(applyFilter(items, query.get('filter'), list.fields), query.get('sort'), list.fields);
  const from = (pageNumber - 1) * pageSize;
  if (from >= selected.length && pageNumber > 1) {
    throw new RestError('400006', `The page number '${pageNumber}' is past the last page.`);
  }
  return [
    element('pagination', { pageNumber, pageSize, totalAvailable: selected.length }),
    listElement(list.name, selected.slice(from, from + pageSize).map(list.view)),
  ];
}

function integerParameter(
  query: ReadonlyMap<string, string>,
  name: string,
  fallback: number,
  code: '400006' | '400007',
): number {
  const text = query.get(name);
  if (text === undefined) return fallback;
  if (!/^-?\d{1,9}$/.test(text)) throw new RestError(code, `The parameter '${name}' must be an integer.`);
  return Number(text);
}
