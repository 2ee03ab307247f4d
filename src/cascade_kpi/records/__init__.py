"""Versioned JSON of every input and rule, the user's own rules included, and of stages.

A class joins with one line, ``@record("your_package/name")``, above its
``@frozen``; its annotated fields then say how it is written and what is
accepted when it is read. The document is::

    {
      "schema": "cascade_kpi",
      "version": 1,
      "written_by": "cascade_kpi 0.1.0",
      "record": {"kind": "your_package/name", "a_field": 1.0, ...}
    }

=============================  ==================================================
a field's type                 in the document
=============================  ==================================================
None, bool, int, str           null, true or false, whole number, text
float                          number; not finite: ``{"float": "nan"}``, ``"inf"``
                               or ``"-inf"``, for JSON has no such numbers
date, Fraction, Decimal        text: ``"2026-03-31"``, ``"1/3"``, ``"0.10"``
Enum                           the member's name
Literal of texts               the text
tuple[X, ...], tuple[X, Y]     list
Mapping[str, X]                object, in the order of the mapping
Mapping[int, X] and the like   list of ``[key, value]``
NDArray                        ``{"array": "float64", "shape": [2], "values": [1.0, null]}``:
                               values row by row; null is NaN among floats, NaT
                               among dates, None among objects
a registered class, or a       object with the ``kind`` of its class; a field that
Protocol or base class of it   is itself named ``kind`` is written as ``kind_``
A | B                          as A or as B, if the two cannot be confused
Any, elements of object        a plain value of the first three rows; the third with
arrays                         its type: ``{"date": "2026-03-31"}``
=============================  ==================================================

A class is handed what was read through its own constructor, so that its
converters and validators have the last word. Private fields go by their
alias; fields with ``init=False`` or ``metadata={"record": False}`` are left
out. A class whose fields are derived from less is written as another one:
``@record(..., written_as=Form)``. Targets are written by their recipe, the
inputs and rules of the verbs that made them, and made again when they are read.
Nothing is evaluated, unpickled or imported by name.
"""

from cascade_kpi.records.document import from_json, load, save, to_json
from cascade_kpi.records.registry import kinds, record

__all__ = ["from_json", "kinds", "load", "record", "save", "to_json"]
