"""The envelope around a record: who wrote it, by which schema and version."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from cascade_kpi.errors import Fault, InputError
from cascade_kpi.records._hints import RECORD, Record
from cascade_kpi.records._place import DEPTH, Log, Place, get, keys_fit, put
from cascade_kpi.records._text import parse, render

__all__ = ["read", "write"]

_SCHEMA = "cascade_kpi"
_VERSION = 1
_KEYS = ("schema", "version", "written_by", "record")


def write(obj: object, indent: int | None) -> str:
    """The text of an object; see :func:`cascade_kpi.records.to_json`."""
    log = Log()
    tree: dict[str, Any] = {"schema": _SCHEMA, "version": _VERSION, "written_by": _written_by()}
    try:
        tree["record"] = put(RECORD, obj, Place("$", 0, log).key("record"))
        log.check()
        return render(tree, indent)
    except RecursionError:
        raise _stack_full() from None


def read(text: str | bytes, expect: type[Any] | None, limit: int) -> Any:
    """The object of a text; see :func:`cascade_kpi.records.from_json`."""
    log = Log()
    at = Place("$", 0, log)
    try:
        tree = parse(text, limit)
        _check_envelope(tree, at)
        log.check()
        wanted = RECORD if expect is None else Record((expect,))
        found = get(wanted, tree["record"], at.key("record"))
    except RecursionError:
        raise _stack_full() from None
    log.check()
    return found


@functools.cache
def _written_by() -> str:
    try:
        return f"cascade_kpi {metadata.version('cascade-kpi')}"
    except metadata.PackageNotFoundError:  # run from its source folder
        return "cascade_kpi (not installed)"


def _check_envelope(tree: Any, at: Place) -> None:
    if not isinstance(tree, Mapping):
        at.fault("an object is wanted here", "read a document that to_json wrote")
        return
    if tree.get("schema") != _SCHEMA:
        at.key("schema").fault(
            f'the schema "{_SCHEMA}" is wanted here',
            "read a document that to_json wrote",
            tree.get("schema"),
        )
        return
    version = tree.get("version", _VERSION)
    if type(version) is not int or not 1 <= version <= _VERSION:
        _refuse_version(version, tree.get("written_by"), at.key("version"))
        return
    keys_fit(tree, at, _KEYS, ("version", "record"))


def _refuse_version(version: object, writer: object, at: Place) -> None:
    if type(version) is int and version > _VERSION:
        by = f" ({writer[:40]})" if isinstance(writer, str) and writer.isprintable() else ""
        at.fault(f"written by a newer cascade_kpi{by}", "upgrade cascade_kpi to read it", version)
    else:
        at.fault("unknown version", f"write {_VERSION}", version)


def _stack_full() -> InputError:
    reason = f"nested too deep for the stack as it is (the limit is {DEPTH} where it is free)"
    return InputError([Fault("$", reason, "flatten the record, or call from less deep")])
