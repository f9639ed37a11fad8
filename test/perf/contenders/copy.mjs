// Plain COPY with a schema written by hand. `default`: the engine as it comes, decimals as double. `tuned`: cores + 1
// threads, decimals exact. usage: copy.mjs default|tuned IN.csv OUT.hyper
import { availableParallelism } from 'node:os';

import {
  copyFromCsv,
  HyperProcess,
  SchemaName,
  SqlType,
  TableDefinition,
  TableName,
  writeDatabaseAtomically,
} from '@hyperferry/hyper';

const [mode, source, target] = process.argv.slice(2);
const decimal = mode === 'tuned' ? SqlType.numeric(18, 2) : SqlType.double();
const columns = [
  ['order_id', SqlType.bigInt()],
  ['customer_id', SqlType.bigInt()],
  ['order_date', SqlType.date()],
  ['created_at', SqlType.timestamp()],
  ['region', SqlType.text()],
  ['city', SqlType.text()],
  ['note', SqlType.text()],
  ['price', decimal],
  ['discount', decimal],
  ['is_paid', SqlType.bool()],
];
const threads = mode === 'tuned' ? availableParallelism() + 1 : availableParallelism();
const engine = await HyperProcess.start({ env: process.env, threads });
const rows = await writeDatabaseAtomically(engine, target, async (connection, database) => {
  await connection.catalog.createSchema(SchemaName(database.name, 'Extract'));
  const table = TableName(database.name, 'Extract', 'Extract');
  await connection.catalog.createTable(
    TableDefinition(
      table,
      columns.map(([name, type]) => ({ name, type })),
    ),
  );
  return await copyFromCsv(connection, table, source, { header: true });
});
await engine.close();
process.stdout.write(`${JSON.stringify({ rows })}\n`);
