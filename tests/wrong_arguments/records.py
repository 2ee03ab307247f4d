"""Calls that read and write documents and tables."""

import cascade_kpi as ck
from cascade_kpi import records, tables
from tests.wrong_arguments.stages import KPI, UNITS


def read_csv(path, delimiter, encoding):
    return tables.read(tables.Csv(path, delimiter, encoding), name="n")


CALLS = {
    "from_json": (ck.from_json, {"text": "{}", "limit": 100}),
    "to_json": (ck.to_json, {"obj": KPI, "indent": 2}),
    "load": (records.load, {"path": b""}),
    "tables.read": (tables.read, {"source": UNITS, "name": "n"}),
    "Csv": (read_csv, {"path": "none.csv", "delimiter": ",", "encoding": "utf-8"}),
}  # fmt: skip
