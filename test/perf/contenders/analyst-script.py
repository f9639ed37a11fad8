"""The analyst's script: the columns that she needs as texts, their types fixed row by row, any cell may be missing, decimals
exact: the same extract as ours. usage: analyst-script.py IN.csv OUT.hyper"""

import sys
from datetime import datetime
from decimal import Decimal

import pandas
from tableauhyperapi import Connection, CreateMode, HyperProcess, Inserter, SqlType, TableDefinition, TableName, Telemetry


def date(text):
    return datetime.strptime(text, "%Y-%m-%d").date()


def timestamp(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


def truth(text):
    return text == "true"


source, target = sys.argv[1:3]
columns = {
    "order_id": (SqlType.big_int(), int),
    "customer_id": (SqlType.big_int(), int),
    "order_date": (SqlType.date(), date),
    "created_at": (SqlType.timestamp(), timestamp),
    "region": (SqlType.text(), str),
    "city": (SqlType.text(), str),
    "note": (SqlType.text(), str),
    "price": (SqlType.numeric(18, 2), Decimal),
    "discount": (SqlType.numeric(18, 2), Decimal),
    "is_paid": (SqlType.bool(), truth),
}
table = TableDefinition(
    TableName("Extract", "Extract"), [TableDefinition.Column(name, kind) for name, (kind, _) in columns.items()]
)
frame = pandas.read_csv(source, usecols=list(columns), dtype=str)
with HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU) as hyper:
    with Connection(hyper.endpoint, target, CreateMode.CREATE_AND_REPLACE) as connection:
        connection.catalog.create_schema("Extract")
        connection.catalog.create_table(table)
        with Inserter(connection, table) as inserter:
            for _, row in frame.iterrows():
                values = []
                for name, (_, convert) in columns.items():
                    value = row[name]
                    values.append(None if pandas.isna(value) else convert(value))
                inserter.add_row(values)
            inserter.execute()
print(f'{{"rows": {len(frame)}}}')
