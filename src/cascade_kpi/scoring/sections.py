"""Sections: parts of a scorecard that are made of parts."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from cascade_kpi._fields import as_tuple, is_a, members, not_texts
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.scoring.absences import Absence, as_absence, not_an_absence
from cascade_kpi.scoring.adjustments import Adjustment, Gate
from cascade_kpi.scoring.combines import Combine, Mean
from cascade_kpi.scoring.items import Scored
from cascade_kpi.scoring.reading import Part

__all__ = ["Section"]


@record("cascade_kpi/section")
@frozen
class Section:
    """Parts of a scorecard under one name, made one value.

    Gates cap the points of parts; what is absent meets the policy; the parts are
    combined; then the adjustments follow in their order.

    Parameters
    ----------
    name : str
    parts : iterable of Item, Rated, Section or items of your own
        In the order in which they are combined and shown.
    combine : Combine
        The weighted mean by default.
    missing : Absence or str, optional
        What becomes of an absent part: the card's policy by default.
    gates : iterable of Gate
    then : iterable of Adjustment
        Bonus and deduction, coefficients, vetoes, limits, in the order in which
        they are made.

    Examples
    --------
    >>> from cascade_kpi.scoring.items import Item
    >>> results = Section("results", [Item("revenue"), Item("churn")])
    >>> [part.name for part in results.parts]
    ['revenue', 'churn']
    """

    name: str
    parts: tuple[Part, ...] = field(converter=as_tuple)
    combine: Combine = field(factory=Mean)
    missing: Absence | None = field(default=None, converter=as_absence)
    gates: tuple[Gate, ...] = field(default=(), converter=as_tuple)
    then: tuple[Adjustment, ...] = field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("section", name=self.name) + _parts(self.parts)
        if not is_a(self.combine, Combine):
            repair = "use one of cascade_kpi.combines, or an object with its methods"
            fault = Fault("section", "no way to combine", repair, column="combine",
                          value=self.combine)  # fmt: skip
            faults.append(fault)
        if self.missing is not None:
            faults += not_an_absence("section", "missing", self.missing)
        members("section", self.gates, Gate, "make it with Gate(…)", faults, column="gates")
        repair = "use one of cascade_kpi.adjustments, or an object with its methods"
        members("section", self.then, Adjustment, repair, faults, column="then")
        check(faults)


def _parts(parts: Any) -> list[Fault]:
    if not isinstance(parts, tuple):
        repair = "give a list of Item(…), Rated(…) and Section(…)"
        return [Fault("section", "a list is wanted", repair, column="parts", value=parts)]
    faults = [
        Fault("section", "not a part of a scorecard", "make it with Item(…), Rated(…) or "
              "Section(…)", row=i, column="parts", value=part)
        for i, part in enumerate(parts)
        if not is_a(part, Scored) and not isinstance(part, Section)
    ]  # fmt: skip
    if not parts:
        faults.append(Fault("section", "no parts", "give at least one", column="parts"))
    return faults
