import { type ColumnName, SourceError } from '@hyperferry/sources';

/** A column to load: where it stands in the source. */
export interface SelectedColumn extends ColumnName {
  /** From 0. */
  readonly index: number;
}

/** Most columns that a table of the engine can have. */
export const MAX_COLUMNS = 16_384;

/**
 * The columns that a spec asks for, in its order; all when it asks for none.
 * @throws {SourceError} COLUMN_UNKNOWN naming the nearest, COLUMN_DUPLICATE, COLUMN_TOO_MANY
 */
export function selectColumns(
  available: readonly ColumnName[],
  wanted: readonly string[] | undefined,
  sourceName: string,
): SelectedColumn[] {
  const all = available.map((column, index) => ({ ...column, index }));
  const selected = wanted === undefined ? all : wanted.map((name) => findColumn(all, name, sourceName));
  const repeated = selected.find((column, index) => selected.indexOf(column) !== index);
  if (repeated !== undefined) {
    throw new SourceError('COLUMN_DUPLICATE', `column "${repeated.name}" is asked for twice`);
  }
  if (selected.length > MAX_COLUMNS) {
    throw new SourceError(
      'COLUMN_TOO_MANY',
      `"${sourceName}" has ${selected.length} columns, a table at most ${MAX_COLUMNS}`,
    );
  }
  return selected;
}

/** @throws {SourceError} COLUMN_UNKNOWN */
export function findColumn(all: readonly SelectedColumn[], name: string, sourceName: string): SelectedColumn {
  const found = all.find((column) => column.name === name) ?? all.find((column) => column.sourceName === name);
  if (found !== undefined) return found;
  const names = all.map((column) => column.name);
  const near = nearest(name, names);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  const listed = names
    .slice(0, 50)
    .map((text) => `"${text}"`)
    .join(', ');
  const more = names.length > 50 ? ` and ${names.length - 50} more` : '';
  throw new SourceError(
    'COLUMN_UNKNOWN',
    `"${sourceName}" has no column "${name}"${hint} It has ${listed}${more}`.replace('" It', '". It'),
    {
      details: { column: name, columns: names.slice(0, 50) },
    },
  );
}

function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.ceil(wanted.length / 3)) + 1;
  for (const candidate of names.slice(0, 1000)) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitute = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitute, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
