import type { Connection } from './connection/connection.ts';
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
 * database means the only attached one. A text where a schema may stand is the name of a schema.
 */
export interface Catalog {
  /** Aliases of the databases attached in this session. */
  databaseNames(): Promise<DatabaseName[]>;
  schemaNames(database?: DatabaseName | string): Promise<SchemaName[]>;
  /** Tables of a schema, of a database, or of all schemas, ordered by name. A text is a schema's name. */
  tableNames(inside?: DatabaseName | SchemaName | string): Promise<TableName[]>;
  hasTable(table: TableName): Promise<boolean>;
  /** @throws {HyperException} HYPER_TABLE_MISSING */
  tableDefinition(table: TableName): Promise<TableDefinition>;
  /** @throws {HyperException} HYPER_TABLE_MISSING */
  rowCount(table: TableName): Promise<number>;
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
      const alias = aliasOf(database);
      const { rows } = await connection.query(
        `SELECT nspname FROM ${prefix(alias)}pg_catalog.pg_namespace
         WHERE nspname NOT IN ('pg_catalog', 'pg_temp', 'information_schema') ORDER BY nspname`,
      );
      return rows.map(([name]) =>
        alias === undefined ? SchemaName(name as string) : SchemaName(alias, name as string),
      );
    },
    async tableNames(inside) {
      const place = typeof inside === 'string' ? SchemaName(inside) : inside;
      const schema = place?.kind === 'schema' ? place : undefined;
      const alias = place?.kind === 'database' ? place.name : schema?.database;
      const { rows } = await connection.query(
        `SELECT schemaname, tablename FROM ${prefix(alias)}pg_catalog.pg_tables WHERE schemaname <> 'pg_catalog'
         ${schema === undefined ? '' : `AND schemaname = ${escapeStringLiteral(schema.name)}`} ORDER BY 1, 2`,
      );
      return rows.map(([schemaName, name]) =>
        alias === undefined
          ? TableName(schemaName as string, name as string)
          : TableName(alias, schemaName as string, name as string),
      );
    },
    async hasTable(table) {
      return (await columnRows(connection, table)).length > 0;
    },
    async tableDefinition(table) {
      const rows = await columnRows(connection, table);
      if (rows.length === 0) throw new HyperException('HYPER_TABLE_MISSING', `there is no table ${table}`);
      return TableDefinition(
        table,
        rows.map(([name, type, notNull, collation]) => ({
          name: name as string,
          type: SqlType.parse(type as string),
          nullability: notNull === true ? Nullability.notNullable : Nullability.nullable,
          // The engine's own name for none, which it doesn't take back.
          ...(collation === null || collation === 'default' ? {} : { collation: collation as string }),
        })),
      );
    },
    async rowCount(table) {
      return Number(await connection.scalar(`SELECT count(*) FROM ${table}`));
    },
    async databaseVersion(database) {
      const alias = aliasOf(database);
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
      await connection.execute(`CREATE SCHEMA ${schemaOf(schema)}`);
    },
    async createSchemaIfNotExists(schema) {
      await connection.execute(`CREATE SCHEMA IF NOT EXISTS ${schemaOf(schema)}`);
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

async function columnRows(connection: Connection, table: TableName) {
  const from = prefix(table.database);
  // Without a schema a temporary table comes first, as in SQL.
  const schemas = table.schema === undefined ? ['pg_temp', 'public'] : [table.schema];
  const { rows } = await connection.query(
    `SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname, n.nspname
     FROM ${from}pg_catalog.pg_attribute a
     JOIN ${from}pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN ${from}pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN ${from}pg_catalog.pg_collation l ON l.oid = a.attcollation
     WHERE a.attnum > 0 AND n.nspname IN (${schemas.map((schema) => escapeStringLiteral(schema)).join(', ')})
     AND c.relname = ${escapeStringLiteral(table.name)} ORDER BY a.attnum`,
  );
  const first = schemas.find((schema) => rows.some((row) => row[4] === schema));
  return rows.filter((row) => row[4] === first);
}

function schemaOf(schema: SchemaName | string): SchemaName {
  return typeof schema === 'string' ? SchemaName(schema) : schema;
}

function aliasOf(database: DatabaseName | string | undefined): string | undefined {
  return typeof database === 'object' ? database.name : database;
}

function prefix(alias: string | undefined): string {
  return alias === undefined ? '' : `${escapeName(alias)}.`;
}
