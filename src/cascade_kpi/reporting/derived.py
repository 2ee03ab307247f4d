"""The page of derived values: the driver tree of one unit, and its units and periods beside it."""

from __future__ import annotations

from cascade_kpi._text import plain
from cascade_kpi.drivers.derive import Derived
from cascade_kpi.missing import Missing
from cascade_kpi.reporting.drivers import derived_drivers
from cascade_kpi.reporting.lights import Lights
from cascade_kpi.reporting.limits import Limits
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import amount, count, percent
from cascade_kpi.results.results import Results

__all__ = ["derived_page"]

_MOST = 6  # defined KPIs side by side
_ABSENT = {
    Missing.HOLD: "What needs an absent driver is absent.",
    Missing.ZERO: "A sum that was due and is absent counts as zero.",
    Missing.REFUSE: "A driver that is due and absent is refused.",
}
_BY_ZERO = {
    "absent": "A division by zero is absent.",
    "refuse": "A division by zero is refused.",
}


def derived_page(
    derived: Derived, row: int, p: int, *, lights: Lights, limits: Limits, title: str
) -> Page:
    """The tree of the node in focus; what its children come to, and what it came to before."""
    tree = derived_drivers(derived, row, p, lights)
    sections: list[tuple[str, str, tuple[Sheet | Notes, ...]]] = []
    if derived.org.node(row).child_rows:
        sections.append(("units", "Units", (_units(derived, row, p, limits),)))
    if len(derived.periods) > 1:
        sections.append(("periods", "Periods", (_periods(derived, row),)))
    sections.append(("rules", "Rules and notes", (_definitions(derived, row, p), _notes(derived))))
    made_of = "results" if isinstance(derived.stage, Results) else "targets"
    about = (derived.org.labels[row], derived.periods.labels[p], f"of {made_of}")
    whole = (("drivers", "Driver tree", (tree,)), *sections)
    return Page(title, " · ".join(map(str, about)), whole, "Driver tree")


def _shown(derived: Derived) -> list[str]:
    """The definitions that stand side by side, those that no other uses first."""
    model = derived.model
    rest = [name for name in model.definitions if name not in model.tops]
    return [*model.tops, *rest][:_MOST]


def _values(derived: Derived, names: list[str], row: int, p: int) -> list[str]:
    return [amount(derived.model.kpi(name), float(derived.values[name][p, row])) for name in names]


def _units(derived: Derived, row: int, p: int, limits: Limits) -> Sheet:
    """The node in focus and its children, a defined KPI a column."""
    org, names = derived.org, _shown(derived)
    children = org.node(row).child_rows
    rows = [
        (str(org.labels[each]), *_values(derived, names, each, p))
        for each in (row, *children[: limits.rows])
    ]
    left = len(children) - limits.rows
    return _sheet("Defined KPIs by unit", "unit", names, rows, max(left, 0))


def _periods(derived: Derived, row: int) -> Sheet:
    names = _shown(derived)
    rows = [(label, *_values(derived, names, row, p)) for p, label in enumerate(derived.periods)]
    return _sheet("Defined KPIs by period", "period", names, rows, 0)


def _sheet(
    words: str, first: str, names: list[str], rows: list[tuple[str, ...]], left: int
) -> Sheet:
    heads = (first, *names)
    return Sheet(words, heads, tuple(rows), tuple(range(1, len(heads))), left, "")


def _definitions(derived: Derived, row: int, p: int) -> Sheet:
    """Every definition with its unit, and how far its drivers are covered."""
    model = derived.model
    known = isinstance(derived.stage, Results)
    rows = [
        (
            name,
            str(formula),
            model.unit(name) or plain(1),
            "adds up" if model.adds_up(name) else "of its own drivers",
            *([percent(float(derived.coverage(name)[p, row]))] if known else []),
        )
        for name, formula in model.definitions.items()
    ]
    heads = ("KPI", "made of", "unit", "over units", *(["coverage"] if known else []))
    return Sheet("Definitions", heads, tuple(rows), (4,) if known else (), 0, "")


def _notes(derived: Derived) -> Notes:
    more = len(derived.model.definitions) - _MOST
    hidden = [f"{count(more, 'definition')} not shown side by side."] if more > 0 else []
    return Notes((_ABSENT[derived.missing], _BY_ZERO[derived.by_zero], *hidden))
