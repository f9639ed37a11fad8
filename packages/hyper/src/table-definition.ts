import { HyperException } from './errors.ts';
import { escapeName, TableName } from './names.ts';
import { SqlType } from './sql-type.ts';

/** May a column have NULLs? As in Tableau's Hyper API. */
export const Nullability = Object.freeze({ nullable: 'nullable', notNullable: 'notNullable' });

export type Nullability = (typeof Nullability)[keyof typeof Nullability];

/** A column of a table. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  readonly nullability: Nullability;
  /** A collation of the engine, for text; binary order when absent. */
  readonly collation?: string;
}

/** A column as it may be given: the type as an SqlType or as SQL text, nullable unless said. */
export interface ColumnInput {
  readonly name: string;
  readonly type: SqlType | string;
  readonly nullability?: Nullability;
  readonly collation?: string;
}

/** A table: its name and columns, in order. `String(definition)` is its CREATE TABLE statement. */
export interface TableDefinition {
  readonly tableName: TableName;
  readonly columns: readonly ColumnDefinition[];
  toString(): string;
}

/** Most columns that the engine takes in one table. */
export const MAX_COLUMNS = 16_384;

/**
 * Describes a table. A name given as text is a table in the default schema.
 * @throws {HyperException} HYPER_NAME_INVALID, HYPER_TABLE_INVALID for no, too many or equally named columns and unknown types
 */
export function TableDefinition(tableName: TableName | string, columns: readonly ColumnInput[]): TableDefinition {
  const name = TableName(tableName);
  const definitions = columns.map((column) => columnDefinition(column));
  if (definitions.length === 0 || definitions.length > MAX_COLUMNS) {
    throw new HyperException(
      'HYPER_TABLE_INVALID',
      `table ${name}: ${definitions.length} columns, not 1 to ${MAX_COLUMNS}`,
    );
  }
  const seen = new Set<string>();
  for (const column of definitions) {
    if (seen.has(column.name)) {
      throw new HyperException(
        'HYPER_TABLE_INVALID',
        `table ${name}: two columns are named ${JSON.stringify(column.name)}`,
      );
    }
    seen.add(column.name);
  }
  const text = definitions.map((column) => columnSql(column)).join(', ');
  return Object.freeze({ tableName: name, columns: definitions, toString: () => `CREATE TABLE ${name} (${text})` });
}

/** A column with its defaults filled in. @throws {HyperException} HYPER_NAME_INVALID, HYPER_TABLE_INVALID */
export function columnDefinition(input: ColumnInput): ColumnDefinition {
  escapeName(input.name);
  return Object.freeze({
    name: input.name,
    type: typeof input.type === 'string' ? SqlType.parse(input.type) : input.type,
    nullability: input.nullability ?? Nullability.nullable,
    ...(input.collation === undefined ? {} : { collation: input.collation }),
  });
}

/** A column as CREATE TABLE and `descriptor` write it. */
export function columnSql(column: ColumnDefinition): string {
  const collate = column.collation === undefined ? '' : ` COLLATE ${escapeName(column.collation)}`;
  const notNull = column.nullability === Nullability.notNullable ? ' NOT NULL' : '';
  return `${escapeName(column.name)} ${column.type}${collate}${notNull}`;
}
