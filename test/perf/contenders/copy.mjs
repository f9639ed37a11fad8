// Plain COPY with a schema written by hand. `default`: as many threads as cores, as the engine has by itself.
// `tuned`: one more. Both with the storage that HyperProcess sets (docs/adr/0007-the-engine-writes-its-files-by-calls.md).
// usage: copy.mjs default|tuned COLUMNS IN.csv OUT.hyper, with COLUMNS as JSON: [[name, SQL type], ...]
import { availableParallelism } from 'node:os';

import {
  copyFromCsv,
  HyperProcess,
  SchemaName,
  TableDefinition,
  TableName,
  writeDatabaseAtomically,
} from '@hyperferry/hyper';

const [mode, columnsJson, source, target] = process.argv.slice(2);
const columns = JSON.parse(columnsJson);
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
