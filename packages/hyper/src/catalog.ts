import type { Connection } from './connection/connection.ts';
import { HyperException } from './errors.ts';
import { DatabaseName, escapeName, escapeStringLiteral, SchemaName, TableName } from './names.ts';
import { SqlType } from './sql-type.ts';
import { Nullability, TableDefinition } from './table-definition.ts';

/** What is in the attached databases. A name without a database means the only attached one. */
export interface Catalog {
  /** Aliases of the databases attached in this session. */
  databaseNames(): Promise<DatabaseName[]>;
  schemaNames(database?: DatabaseName | string): Promise<SchemaName[]>;
  /** Tables of a schema, or of all schemas, ordered by name. */
  tableNames(inside?: DatabaseName | SchemaName | string): Promise<TableName[]>;
  hasTable(table: TableName): Promise<boolean>;
  /** @throws {HyperException} HYPER_TABLE_MISSING */
  tableDefinition(table: TableName): Promise<TableDefinition>;
  /** @throws {HyperException} HYPER_TABLE_MISSING */
  rowCount(table: TableName): Promise<number>;
  /** Version of the file format of a database. */
  databaseVersion(database?: DatabaseName | string): Promise<number>;
  createSchema(schema: SchemaName): Promise<void>;
  createSchemaIfNotExists(schema: SchemaName): Promise<void>;
  createTable(definition: TableDefinition): Promise<void>;
  createTableIfNotExists(definition: TableDefinition): Promise<void>;
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
      const schema = typeof inside === 'object' && inside.kind === 'schema' ? inside : undefined;
      const alias = schema === undefined ? aliasOf(inside as DatabaseName | string | undefined) : schema.database;
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
        rows.map(([name, type, notNull]) => ({
          name: name as string,
          type: SqlType.parse(type as string),
          nullability: notNull === true ? Nullability.notNullable : Nullability.nullable,
        })),
      );
    },
    async rowCount(table) {
      return Number(await connection.scalar(`SELECT count(*) FROM ${table}`));
    },
    async databaseVersion(database) {
      const alias = aliasOf(database);
      return Number(await connection.scalar(`SELECT database_version FROM ${prefix(alias)}pg_catalog.hyper_database`));
    },
    async createSchema(schema) {
      await connection.execute(`CREATE SCHEMA ${schema}`);
    },
    async createSchemaIfNotExists(schema) {
      await connection.execute(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    },
    async createTable(definition) {
      await connection.execute(String(definition));
    },
    async createTableIfNotExists(definition) {
      await connection.execute(String(definition).replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'));
    },
  };
}

async function columnRows(connection: Connection, table: TableName) {
  const from = prefix(table.database);
  const schema = table.schema ?? 'public';
  const { rows } = await connection.query(
    `SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
     FROM ${from}pg_catalog.pg_attribute a
     JOIN ${from}pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN ${from}pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE a.attnum > 0 AND n.nspname = ${escapeStringLiteral(schema)} AND c.relname = ${escapeStringLiteral(table.name)}
     ORDER BY a.attnum`,
  );
  return rows;
}

function aliasOf(database: DatabaseName | string | undefined): string | undefined {
  return typeof database === 'object' ? database.name : database;
}

function prefix(alias: string | undefined): string {
  return alias === undefined ? '' : `${escapeName(alias)}.`;
}
