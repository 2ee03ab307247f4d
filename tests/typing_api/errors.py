"""What a type checker sees of the public API: read by mypy, never run."""

from typing import assert_type

from cascade_kpi.errors import Fault, InputError, check, suggest

fault = Fault("units", "empty id", "give the unit an id", row=3, column="id")
assert_type(fault.row, int | None)
assert_type(fault.value, object)
assert_type(InputError([fault]).faults, tuple[Fault, ...])
assert_type(suggest("esat", ["east", "west"]), str)
check([fault])
