"""Any table in, any table out: columns with row numbers, and all of their faults at once."""

from cascade_kpi.tables.csvfiles import Csv
from cascade_kpi.tables.reading import read, take
from cascade_kpi.tables.table import Table
from cascade_kpi.tables.writing import write_csv

__all__ = ["Csv", "Table", "read", "take", "write_csv"]
