import { type Connection, DatabaseName, escapeName, type TableName } from '@hyperferry/hyper';

import { JobError } from '../state/jobs.ts';
import { conditionSql } from './condition-sql.ts';
import { leavesOf, type UpdateAction } from './update-actions.ts';

/** Tableau's code of a job that names a table or a column that is not there. */
const UNKNOWN_TABLE = '410012';

interface Table {
  readonly name: TableName;
  readonly columns: readonly string[];
}

/**
 * Applies the actions of a data update in their order, inside the transaction of the caller.
 * @throws {JobError} for what the data is to blame for
 */
export async function applyActions(
  connection: Connection,
  names: { readonly target: string; readonly source: string },
  actions: readonly UpdateAction[],
  maxConstants: number,
): Promise<void> {
  for (const action of actions) {
    const constants = leavesOf(action.condition).filter((leaf) => leaf.const !== undefined).length;
    if (constants > maxConstants) {
      throw new JobError(`The condition has ${constants} constants: the engine ended (SQLSTATE 08006).`);
    }
    const target = await findTable(connection, names.target, action['target-schema'], action['target-table']);
    const sourceName = action['source-table'];
    const source =
      sourceName === undefined
        ? undefined
        : await findTable(connection, names.source, action['source-schema'], sourceName);
    requireColumns(action, target, source);
    await applyAction(connection, action, target, source);
  }
}

async function applyAction(
  connection: Connection,
  action: UpdateAction,
  target: Table,
  source: Table | undefined,
): Promise<void> {
  const where = action.condition === undefined ? 'true' : conditionSql(action.condition);
  if (source === undefined) {
    await connection.execute(`DELETE FROM ${target.name} AS t WHERE ${where}`);
    return;
  }
  switch (action.action) {
    case 'replace':
      await connection.execute(`DELETE FROM ${target.name}`);
      await insertRows(connection, target, source);
      return;
    case 'insert':
      await insertRows(connection, target, source);
      return;
    case 'delete':
      await connection.execute(
        `DELETE FROM ${target.name} AS t WHERE EXISTS (SELECT 1 FROM ${source.name} AS s WHERE ${where})`,
      );
      return;
    default:
      await requireUniqueMatches(connection, action, source);
      // The rows that are new come first: changing the others does not touch their keys.
      if (action.action === 'upsert') {
        await insertRows(
          connection,
          target,
          source,
          `WHERE NOT EXISTS (SELECT 1 FROM ${target.name} AS t WHERE ${where})`,
        );
      }
      await updateRows(connection, target, source, where);
  }
}

async function insertRows(connection: Connection, target: Table, source: Table, where = ''): Promise<void> {
  const columns = source.columns
    .filter((column) => target.columns.includes(column))
    .map((column) => escapeName(column));
  if (columns.length === 0) throw new JobError('Source and target have no column in common.', UNKNOWN_TABLE);
  const list = columns.join(', ');
  const values = columns.map((column) => `s.${column}`).join(', ');
  await connection.execute(`INSERT INTO ${target.name} (${list}) SELECT ${values} FROM ${source.name} AS s ${where}`);
}

async function updateRows(connection: Connection, target: Table, source: Table, where: string): Promise<void> {
  const shared = source.columns.filter((column) => target.columns.includes(column)).map((column) => escapeName(column));
  if (shared.length === 0) return;
  const assignments = shared.map((column) => `${column} = s.${column}`).join(', ');
  await connection.execute(`UPDATE ${target.name} AS t SET ${assignments} FROM ${source.name} AS s WHERE ${where}`);
}

/** The columns that an action names or needs must be there. */
function requireColumns(action: UpdateAction, target: Table, source: Table | undefined): void {
  const leaves = leavesOf(action.condition);
  const usedBySource = leaves.map((leaf) => leaf['source-col']);
  for (const leaf of leaves) {
    if (!target.columns.includes(leaf['target-col'])) throw unknownColumn(leaf['target-col'], 'target');
    const column = leaf['source-col'];
    if (column !== undefined && source?.columns.includes(column) !== true) throw unknownColumn(column, 'source');
  }
  if (source === undefined || action.action === 'delete') return;
  const extra = source.columns.find((column) => !target.columns.includes(column) && !usedBySource.includes(column));
  if (extra !== undefined) throw unknownColumn(extra, 'target');
}

/** One target row must not be matched by two source rows: which one wins would be chance. */
async function requireUniqueMatches(connection: Connection, action: UpdateAction, source: Table): Promise<void> {
  const { condition } = action;
  const isConjunction = condition !== undefined && (!('args' in condition) || condition.op === 'and');
  const leaves = leavesOf(condition);
  const keys = leaves.flatMap((leaf) => (leaf.op === 'eq' || leaf.op === 'is' ? (leaf['source-col'] ?? []) : []));
  if (!isConjunction || keys.length === 0 || keys.length < leaves.length) return;
  const list = keys.map((key) => escapeName(key)).join(', ');
  const { rows } = await connection.query(`SELECT 1 FROM ${source.name} GROUP BY ${list} HAVING count(*) > 1 LIMIT 1`);
  if (rows.length > 0) throw new JobError('The source has several rows for one key.');
}

async function findTable(
  connection: Connection,
  database: string,
  schema: string | undefined,
  table: string,
): Promise<Table> {
  const tables = (await connection.catalog.tableNames(DatabaseName(database))).filter(
    (candidate) => candidate.name === table && (schema === undefined || candidate.schema === schema),
  );
  const [name, ambiguous] = tables;
  if (name === undefined || ambiguous !== undefined) {
    throw new JobError(
      `errorCode=${UNKNOWN_TABLE}: Specified table does not exist: ${schema ?? ''}.${table}`,
      UNKNOWN_TABLE,
    );
  }
  const definition = await connection.catalog.tableDefinition(name);
  return { name, columns: definition.columns.map((column) => column.name) };
}

function unknownColumn(column: string, where: string): JobError {
  return new JobError(
    `errorCode=${UNKNOWN_TABLE}: Specified column does not exist in the ${where}: ${column}`,
    UNKNOWN_TABLE,
  );
}
