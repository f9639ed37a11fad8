import { HyperException } from '../errors.ts';
import { type ColumnDefinition, Nullability } from '../table-definition.ts';
import { createRowBuffer, ensure, takeBytes } from './row-buffer.ts';
import { fixedBytes, type InsertValue, type ValueWriter, valueWriter } from './value-writer.ts';

/** A row: its values in the order of the columns, or by their names; a name left out is NULL. */
export type InsertRow = readonly InsertValue[] | Readonly<Record<string, InsertValue>>;

/** Rows as HyperBinary, the engine's own format for `COPY … FROM STDIN WITH (FORMAT HYPERBINARY)`. */
export interface RowEncoder {
  /** Adds a row, or throws and adds nothing of it. @throws {HyperException} HYPER_VALUE_INVALID naming row and column, never the value */
  add(row: InsertRow): void;
  /** Bytes that wait. */
  readonly sizeBytes: number;
  readonly rowCount: number;
  /** Hands over the bytes that wait. */
  take(): Buffer;
}

const HEADER = Buffer.concat([Buffer.from('HPRCPY', 'latin1'), Buffer.alloc(13)]);

/** An encoder for rows of these columns; the first bytes are the format's header. `context`: what is being done, for errors. */
export function createRowEncoder(columns: readonly ColumnDefinition[], context: string): RowEncoder {
  const rowBytes = columns.reduce((sum, column) => sum + fixedBytes(column.type) + 1, 0);
  const writers: readonly ValueWriter[] = columns.map((column) => valueWriter(column.type, rowBytes));
  const nullable = columns.map((column) => column.nullability === Nullability.nullable);
  const names = columns.map((column) => column.name);
  const count = columns.length;
  const out = createRowBuffer();
  out.bytes.set(HEADER);
  out.offset = HEADER.length;
  let rowCount = 0;

  const refuseRow = (why: string): HyperException =>
    new HyperException('HYPER_VALUE_INVALID', `row ${rowCount + 1} ${why}`, {
      context,
      details: { row: rowCount + 1 },
    });

  const refuse = (index: number, why: string): HyperException =>
    new HyperException(
      'HYPER_VALUE_INVALID',
      `row ${rowCount + 1}, column ${JSON.stringify(names[index])}: the value ${why}`,
      { context, details: { row: rowCount + 1, column: names[index] } },
    );

  const addValue = (index: number, value: InsertValue): void => {
    if (value === null || value === undefined) {
      if (nullable[index] !== true) throw refuse(index, 'is missing, and the column takes no NULL');
      out.bytes[out.offset] = 1;
      out.offset += 1;
      return;
    }
    if (nullable[index] === true) {
      out.bytes[out.offset] = 0;
      out.offset += 1;
    }
    const why = (writers[index] as ValueWriter)(out, value);
    if (why !== undefined) throw refuse(index, why);
  };

  const addArray = (row: readonly InsertValue[]): void => {
    if (row.length !== count) throw refuseRow(`has ${row.length} values for ${count} columns`);
    for (let index = 0; index < count; index += 1) addValue(index, row[index]);
  };

  const addObject = (row: Readonly<Record<string, InsertValue>>): void => {
    let present = 0;
    for (let index = 0; index < count; index += 1) {
      const name = names[index] as string;
      const value = row[name];
      if (value !== undefined || Object.hasOwn(row, name)) present += 1;
      addValue(index, value);
    }
    // A misspelt name must not become a NULL without a word.
    let given = 0;
    for (const name in row) if (Object.hasOwn(row, name)) given += 1;
    if (given > present) {
      const unknown = Object.keys(row).find((name) => !names.includes(name));
      throw refuseRow(`has a value for ${JSON.stringify(unknown)}, which is no column`);
    }
    // Nor must a Map, a Date or a promise, whose properties are not its content. Objects of classes are rows by their properties.
    if (!isPlainObject(row) && (present === 0 || Symbol.iterator in row)) throw refuseRow(isNoRow(row));
  };

  return {
    add(row) {
      const start = out.offset;
      ensure(out, rowBytes);
      try {
        if (Array.isArray(row)) addArray(row as readonly InsertValue[]);
        else if (typeof row === 'object' && row !== null) addObject(row as Readonly<Record<string, InsertValue>>);
        else throw refuseRow(isNoRow(row));
      } catch (error) {
        out.offset = start;
        throw error;
      }
      rowCount += 1;
    },
    get sizeBytes() {
      return out.offset;
    },
    get rowCount() {
      return rowCount;
    },
    take: () => takeBytes(out),
  };
}

function isPlainObject(row: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(row);
  return prototype === Object.prototype || prototype === null;
}

// What it is may be said, what it holds may not.
function isNoRow(row: unknown): string {
  const what = row === null ? 'null' : typeof row === 'object' ? `a ${row.constructor.name}` : typeof row;
  return `is ${what}: neither an array of values nor an object with the names of the columns`;
}
