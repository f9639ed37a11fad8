// Rows made in JavaScript, through the Inserter. usage: insert-rows.mjs ROWS OUT.hyper
import {
  HyperProcess,
  Inserter,
  SchemaName,
  SqlType,
  TableDefinition,
  TableName,
  writeDatabaseAtomically,
} from '@hyperferry/hyper';

const [count, target] = process.argv.slice(2);
const words = ['north', 'south', 'east', 'west', 'large', 'small', 'blue', 'green'];

function* makeRows(total) {
  for (let row = 1; row <= total; row += 1) {
    // Dates as a program has them: making texts of them would take longer than inserting.
    const at = new Date(1_420_070_400_000 + ((row * 7919) % 315_360_000) * 1000);
    yield [
      row,
      row % 500_000,
      at,
      at,
      words[row % 4],
      words[row % 8],
      `${words[row % 8]} ${words[(row >> 3) % 8]}, ${words[(row >> 6) % 8]}`,
      ((row * 104_729) % 10_000_000) / 100,
      (row % 100) / 100,
      row % 2 === 0,
    ];
  }
}

const engine = await HyperProcess.start({ env: process.env });
await writeDatabaseAtomically(engine, target, async (connection, database) => {
  await connection.catalog.createSchema(SchemaName(database.name, 'Extract'));
  const table = TableName(database.name, 'Extract', 'Extract');
  const definition = TableDefinition(table, [
    { name: 'order_id', type: SqlType.bigInt() },
    { name: 'customer_id', type: SqlType.bigInt() },
    { name: 'order_date', type: SqlType.date() },
    { name: 'created_at', type: SqlType.timestamp() },
    { name: 'region', type: SqlType.text() },
    { name: 'city', type: SqlType.text() },
    { name: 'note', type: SqlType.text() },
    { name: 'price', type: SqlType.double() },
    { name: 'discount', type: SqlType.double() },
    { name: 'is_paid', type: SqlType.bool() },
  ]);
  await connection.catalog.createTable(definition);
  const inserter = await Inserter.open(connection, definition);
  await inserter.addRows(makeRows(Number(count)));
  await inserter.execute();
});
await engine.close();
process.stdout.write(`${JSON.stringify({ rows: Number(count) })}\n`);
