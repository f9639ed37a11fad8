"""A script by somebody who knows where pandas is slow: csv.DictReader, cells converted by hand, rows one by one through
the Hyper API's inserter. usage: reader-loop.py IN.csv OUT.hyper"""

import csv
import datetime
import sys

from tableauhyperapi import Connection, CreateMode, HyperProcess, Inserter, SqlType, TableDefinition, TableName, Telemetry

source, target = sys.argv[1:3]
table = TableDefinition(TableName("Extract", "Extract"), [
    TableDefinition.Column("order_id", SqlType.big_int()),
    TableDefinition.Column("customer_id", SqlType.big_int()),
    TableDefinition.Column("order_date", SqlType.date()),
    TableDefinition.Column("created_at", SqlType.timestamp()),
    TableDefinition.Column("region", SqlType.text()),
    TableDefinition.Column("city", SqlType.text()),
    TableDefinition.Column("note", SqlType.text()),
    TableDefinition.Column("price", SqlType.double()),
    TableDefinition.Column("discount", SqlType.double()),
    TableDefinition.Column("is_paid", SqlType.bool()),
])
rows = 0
with HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU) as hyper:
    with Connection(hyper.endpoint, target, CreateMode.CREATE_AND_REPLACE) as connection:
        connection.catalog.create_schema("Extract")
        connection.catalog.create_table(table)
        with open(source, newline="", encoding="utf-8") as file, Inserter(connection, table) as inserter:
            for row in csv.DictReader(file):
                inserter.add_row([
                    int(row["order_id"]),
                    int(row["customer_id"]),
                    datetime.date.fromisoformat(row["order_date"]),
                    datetime.datetime.fromisoformat(row["created_at"]),
                    row["region"],
                    row["city"],
                    row["note"],
                    float(row["price"]),
                    float(row["discount"]),
                    row["is_paid"] == "true",
                ])
                rows += 1
            inserter.execute()
print(f'{{"rows": {rows}}}')
