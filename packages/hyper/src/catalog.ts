import type { Connection } from './connection/connection.ts';
import type { Value } from './connection/decode-value.ts';
import { HyperException } from './errors.ts';
import { DatabaseName, escapeName, escapeStringLiteral, SchemaName, TableName } from './names.ts';
import { SqlType } from './sql-type.ts';
import { Nullability, TableDefinition } from './table-definition.ts';

/** Options of `createDatabase`. */
export interface CreateDatabaseOptions {
  /** Version of the file format. Default: the engine's, 2. */
  readonly databaseVersion?: number;
}

/**
 * What is in the attached databases, and the databases themselves, by the names of Tableau's Hyper API. A name without a
 * database means the only attached one; with several attached it is HYPER_NAME_INVALID to leave it out. A text is the name of a
 * schema or a table in that database; a text of dots is one name and not several.
 */
export interface Catalog {
  /** Aliases of the databases attached in this session. */
  databaseNames(): Promise<DatabaseName[]>;
  /** Schemas of the user, and `public`; not those of the engine itself. */
  schemaNames(database?: DatabaseName | string): Promise<SchemaName[]>;
  /** Tables of a schema, of a database, or of all schemas, ordered by name. A text is a schema's name. */
  tableNames(inside?: DatabaseName | SchemaName | string): Promise<TableName[]>;
  hasTable(table: TableName | string): Promise<boolean>;
  /** @throws {HyperException} HYPER_TABLE_MISSING */
  tableDefinition(table: TableName | string): Promise<TableDefinition>;
  /** @throws {HyperException} HYPER_TABLE_MISSING */
  rowCount(table: TableName | string): Promise<number>;
  /** Version of the file format of a database. */
  databaseVersion(database?: DatabaseName | string): Promise<number>;
  createSchema(schema: SchemaName | string): Promise<void>;
  createSchemaIfNotExists(schema: SchemaName | string): Promise<void>;
  createTable(definition: TableDefinition): Promise<void>;
  createTableIfNotExists(definition: TableDefinition): Promise<void>;
  /** Creates a database file, not attached; folders must exist. @throws {HyperException} HYPER_DATABASE_EXISTS, OUTPUT_NOT_WRITABLE */
  createDatabase(path: string, options?: CreateDatabaseOptions): Promise<void>;
  /** @throws {HyperException} OUTPUT_NOT_WRITABLE */
  createDatabaseIfNotExists(path: string, options?: CreateDatabaseOptions): Promise<void>;
  /** Deletes a database file. @throws {HyperException} HYPER_DATABASE_MISSING, HYPER_DATABASE_LOCKED while it is attached */
  dropDatabase(path: string): Promise<void>;
  /** @throws {HyperException} HYPER_DATABASE_LOCKED while it is attached */
  dropDatabaseIfExists(path: string): Promise<void>;
  /**
   * Attaches a database file under an alias (default: its file name without extension).
   * @throws {HyperException} HYPER_DATABASE_MISSING, HYPER_DATABASE_INVALID, HYPER_DATABASE_LOCKED
   */
  attachDatabase(path: string, alias?: string): Promise<DatabaseName>;
  /** Detaches a database. Only when its last session has detached it is it on disk. */
  detachDatabase(alias: DatabaseName | string): Promise<void>;
  detachAllDatabases(): Promise<void>;
}

/** The catalog of a connection. */
export function catalogOf(connection: Connection): Catalog {
  return {
    async databaseNames() {
      const { rows } = await connection.query(
        'SELECT database_alias FROM pg_catalog.hyper_attached_database ORDER BY 1',
      );
      return rows.map(([name]) => DatabaseName(name as string));
    },
    async schemaNames(database) {
      const alias = await aliasOf(connection, database);
      const { rows } = await connection.query(
        `SELECT nspname FROM ${prefix(alias)}pg_catalog.pg_namespace
         WHERE nspname NOT IN (${engineSchemas}) ORDER BY nspname`,
      );
      return rows.map(([name]) =>
        alias === undefined ? SchemaName(name as string) : SchemaName(alias, name as string),
      );
    },
    async tableNames(inside) {
      const place = inside === undefined || isDatabase(inside) ? inside : SchemaName(inside);
      const schema = place?.kind === 'schema' ? place : undefined;
      const alias = await aliasOf(connection, place?.kind === 'database' ? place : schema?.database);
      const { rows } = await connection.query(
        `SELECT schemaname, tablename FROM ${prefix(alias)}pg_catalog.pg_tables
         WHERE schemaname ${schema === undefined ? `NOT IN (${engineSchemas})` : `= ${escapeStringLiteral(schema.name)}`}
         ORDER BY 1, 2`,
      );
      return rows.map(([schemaName, name]) =>
        alias === undefined
          ? TableName(schemaName as string, name as string)
          : TableName(alias, schemaName as string, name as string),
      );
    },
    async hasTable(table) {
      return (await columnRows(connection, TableName(table))).length > 0;
    },
    async tableDefinition(table) {
      const name = TableName(table);
      const rows = await columnRows(connection, name);
      if (rows.length === 0) throw missingTable(name, 'tableDefinition');
      return TableDefinition(
        name,
        rows.map(([columnName, type, notNull, collation]) => ({
          name: columnName as string,
          type: SqlType.parse(type as string),
          nullability: notNull === true ? Nullability.notNullable : Nullability.nullable,
          // The engine's own name for none, which it doesn't take back.
          ...(collation === null || collation === 'default' ? {} : { collation: collation as string }),
        })),
      );
    },
    async rowCount(table) {
      const name = TableName(table);
      if ((await columnRows(connection, name)).length === 0) throw missingTable(name, 'rowCount');
      return Number(await connection.scalar(`SELECT count(*) FROM ${name}`));
    },
    async databaseVersion(database) {
      const alias = await aliasOf(connection, database);
      // The list of databases is that of the session, whichever database it is asked of.
      const of = alias === undefined ? '' : `WHERE a.database_alias = ${escapeStringLiteral(alias)}`;
      return Number(
        await connection.scalar(
          `SELECT d.database_version FROM pg_catalog.hyper_database d
           JOIN pg_catalog.hyper_attached_database a ON a.database_name = d.datname ${of}`,
        ),
      );
    },
    async createSchema(schema) {
      await connection.execute(`CREATE SCHEMA ${SchemaName(schema)}`);
    },
    async createSchemaIfNotExists(schema) {
      await connection.execute(`CREATE SCHEMA IF NOT EXISTS ${SchemaName(schema)}`);
    },
    async createTable(definition) {
      await connection.execute(String(definition));
    },
    async createTableIfNotExists(definition) {
      await connection.execute(String(definition).replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'));
    },
    async createDatabase(path, options) {
      await connection.createDatabase(path, { ...options });
    },
    async createDatabaseIfNotExists(path, options) {
      await connection.createDatabase(path, { ...options, ifNotExists: true });
    },
    async dropDatabase(path) {
      await connection.dropDatabase(path);
    },
    async dropDatabaseIfExists(path) {
      await connection.dropDatabase(path, { ifExists: true });
    },
    async attachDatabase(path, alias) {
      return await connection.attach(path, alias);
    },
    async detachDatabase(alias) {
      await connection.detach(alias);
    },
    async detachAllDatabases() {
      for (const database of await this.databaseNames()) await connection.detach(database);
    },
  };
}

/** Schemas that the engine has in every database. */
const engineSchemas = "'pg_catalog', 'pg_temp', 'information_schema', 'tableau'";

async function columnRows(connection: Connection, table: TableName): Promise<Value[][]> {
  if (table.schema === undefined) {
    // A temporary table comes first, as in SQL, and is in no database.
    const temporary = await columnRows(connection, TableName('pg_temp', table.name));
    return temporary.length > 0 ? temporary : await columnRows(connection, TableName('public', table.name));
  }
  const alias = table.schema === 'pg_temp' ? table.database : await aliasOf(connection, table.database);
  const from = prefix(alias);
  const { rows } = await connection.query(
    `SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname
     FROM ${from}pg_catalog.pg_attribute a
     JOIN ${from}pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN ${from}pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN ${from}pg_catalog.pg_collation l ON l.oid = a.attcollation
     WHERE a.attnum > 0 AND n.nspname = ${escapeStringLiteral(table.schema)}
     AND c.relname = ${escapeStringLiteral(table.name)} ORDER BY a.attnum`,
  );
  return rows;
}

function missingTable(table: TableName, method: string): HyperException {
  return new HyperException('HYPER_TABLE_MISSING', `there is no table ${table}`, { context: `${method} ${table}` });
}

function isDatabase(name: DatabaseName | SchemaName | string): name is DatabaseName {
  return typeof name === 'object' && name.kind === 'database';
}

/** The database that is meant; undefined for the only one. What the engine would take of several is nobody's guess. */
async function aliasOf(
  connection: Connection,
  database: DatabaseName | string | undefined,
): Promise<string | undefined> {
  if (database !== undefined) return DatabaseName(database).name;
  const names = await connection.catalog.databaseNames();
  if (names.length <= 1) return undefined;
  throw new HyperException(
    'HYPER_NAME_INVALID',
    `${names.length} databases are attached, ${names.join(', ')}: name the one that is meant, as in TableName('db', 'Extract', 'Extract')`,
    { context: 'catalog' },
  );
}

function prefix(alias: string | undefined): string {
  return alias === undefined ? '' : `${escapeName(alias)}.`;
}
