"""The page of a translation: the goals, the driver tree before and after, the shares."""

from __future__ import annotations

import math
from enum import Enum

from cascade_kpi.drivers.derive import Derived
from cascade_kpi.drivers.translate import Translation
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.reporting.drivers import Drivers, Told
from cascade_kpi.reporting.page import Page
from cascade_kpi.reporting.sheets import Notes, Sheet
from cascade_kpi.reporting.wording import amount, number, percent, signed
from cascade_kpi.results.results import Results
from cascade_kpi.targets.targets import Targets

__all__ = ["translated_page"]

_KINDS = {Results: "results", Targets: "targets", Derived: "derived values"}


class Way(Enum):
    """Where a name goes."""

    UP = ("▲", "goes up", "move")
    DOWN = ("▼", "goes down", "move")
    STAYS = ("◆", "stays", "grey")
    ABSENT = ("○", "absent", "grey")

    @property
    def symbol(self) -> str:
        """The shape."""
        return self.value[0]

    @property
    def words(self) -> str:
        """The way in words."""
        return self.value[1]

    @property
    def key(self) -> str:
        """Its name in style sheets."""
        return self.value[2]

    @classmethod
    def of(cls, change: float) -> Way:
        """The way of a change."""
        if math.isnan(change):
            return cls.ABSENT
        return cls.UP if change > 0 else cls.DOWN if change < 0 else cls.STAYS


def translated_page(made: Translation, title: str) -> Page:
    """The sections of a translation."""
    sections = (
        ("goals", "Goals", (_goals(made),)),
        ("drivers", "Driver tree", (_tree(made),)),
        ("shares", "Shares", (_shares(made),)),
        ("rules", "Rules and notes", (_notes(made),)),
    )
    return Page(title, _about(made), sections, "Goals for drivers")


def _about(made: Translation) -> str:
    if made.place is None:
        return "from plain numbers"
    start = made.start
    while isinstance(start.base, Translation):
        start = start.base.start
    org = start.base.org  # type: ignore[union-attr]  # numbers have no place
    label, kind = org.labels[org.row(made.place[0])], _KINDS[type(start.base)]
    return f"{label} · {made.place[1]} · from {kind} of {start.period}"


def _goals(made: Translation) -> Sheet:
    rows = []
    for name, goal in made.stated.items():
        kpi = made.model.kpi(name)
        rows.append(
            (
                name,
                amount(kpi, made.base[name]),
                amount(kpi, goal),
                amount(kpi, made.rounded[name]),
                signed(made.missed[name], kpi.unit, kpi.decimals),
            )
        )
    heads = ("KPI", "before", "goal", "gives", "beyond")
    return Sheet("Goals and what they come to", heads, tuple(rows), (1, 2, 3, 4), 0, "")


def _tree(made: Translation) -> Drivers:
    """The tree below the goals."""
    model = made.model

    def tell(name: str) -> Told:
        kpi, before, after = model.kpi(name), made.base[name], made.rounded[name]
        change = after - before
        formula = str(model.definitions[name]) if name in model.definitions else ""
        cells = amount(kpi, before), amount(kpi, after), signed(change, kpi.unit, kpi.decimals)
        versus = _versus(made, name, kpi)
        return Told(name, formula, amount(kpi, after), versus, cells, Way.of(change))

    below = model.below(*made.stated)
    tops = [name for name in made.stated if name not in below]
    return Drivers.of(
        "Driver tree below the goals", ("Before", "To be", "Change"), tops, model.uses, tell
    )


def _versus(made: Translation, name: str, kpi: Kpi) -> str:
    """Where a name comes from, and by how much of it."""
    before, after = made.base[name], made.rounded[name]
    if math.isnan(before) or math.isnan(after):
        return ""
    if after == before:
        return "as before"
    if kpi.unit == "%" or before <= 0:
        unit = "pp" if kpi.unit == "%" else ""
        more = signed(after - before, unit, kpi.decimals).strip()
    else:
        more = signed(100 * (after / before - 1), "", 1).strip() + " %"
    return f"from {number(kpi, before)} · {more}"


def _shares(made: Translation) -> Sheet:
    rows = [
        (name, ", ".join(f"{used} {percent(share)}" for used, share in each.items()))
        for name, each in made.wishes.shares.items()
    ]
    nothing = "None: one name could move in every formula."
    return Sheet(
        "Shares of changes", ("KPI", "its change is taken by"), tuple(rows), (), 0, nothing
    )


def _notes(made: Translation) -> Notes:
    fixed = made.wishes.fixed
    kept = [f"Kept as before, with all below: {', '.join(fixed)}."] if fixed else []
    return Notes(
        (
            *kept,
            "The change of a sum is shared as stated; of a product, its growth is.",
            "Last of all, the goals of drivers that are divided are rounded half to even to lots.",
        )
    )
