"""Where published tables lie, if they are here at all."""

import csv
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def rows(folder, name):
    """A published table as dicts; skips the test, saying why, where it is not here."""
    path = DATA / folder / name
    if not path.is_file():
        pytest.skip(f"published table not here: {path}")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
