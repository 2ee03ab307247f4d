"""What is asked of every name below some goals: by whom, and how much."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from cascade_kpi._fields import as_number, refusals
from cascade_kpi.drivers.formulas import Load
from cascade_kpi.drivers.model import DriverTree
from cascade_kpi.drivers.passing import Unmet, pass_on, states_of
from cascade_kpi.errors import Fault, suggest

__all__ = ["Demands"]

_NEAR = 1e-12  # two demands that differ by less than this, relatively, are one
_SUM = 1e-9  # shares may miss one by this


@frozen(eq=False)
class Demands:
    """Goals on their way down a driver tree.

    Attributes
    ----------
    model : DriverTree
    goals : mapping of str to float
        Of defined KPIs, as they were stated.
    now : dict of str to float
        Of every name, its goal if it has one, else where it stands.
    kept : set of str
        Names that stay, with all below them.
    agreed : dict of str to dict of str to float
        Stated shares, by the defined KPI that they are of.
    asked : dict of str to list of (str, float)
        Of each name, who asks for which value.
    """

    model: DriverTree
    goals: Mapping[str, float]
    now: dict[str, float]
    kept: set[str]
    agreed: dict[str, dict[str, float]]
    asked: dict[str, list[tuple[str, float]]]

    @classmethod
    def of(
        cls,
        model: DriverTree,
        goals: Mapping[str, float],
        given: Mapping[str, float],
        *,
        shares: Any,
        fixed: Any,
        faults: list[Fault],
    ) -> Demands:
        """All that some goals ask for; what cannot be met is added to the faults."""
        kept = _fixed(model, fixed, goals, faults)
        agreed = _agreed(model, shares, faults)
        if faults:
            return cls(model, goals, {}, kept, agreed, {})
        now = {**given, **model.compute(given), **goals}
        made = cls(model, goals, now, kept, agreed, {})
        for name in reversed(list(model.formulas)):
            value = goals.get(name)
            if value is None and name in made.asked:
                value = made.one(name, faults)
            if value is None or name in kept:
                continue
            try:
                found = made.passed_on(name, value)
            except Unmet as unmet:
                reason, repair = unmet.args
                faults.append(Fault("translate", reason, repair, column=name))
                continue
            for used in model.uses(name):
                if used not in kept and used not in goals:
                    made.asked.setdefault(used, []).append((name, found.get(used, now[used])))
        for name in model.drivers:
            if name in made.asked:
                made.one(name, faults)
        return made

    def passed_on(self, name: str, goal: float) -> dict[str, float]:
        """What the names of a formula are to be; those that are left out stay.

        Raises
        ------
        Unmet
        """
        now = self.now
        if gone := [used for used in self.model.uses(name) if math.isnan(now[used])]:
            under = self.model.drivers_of(*gone)
            lost = ", ".join([each for each in under if math.isnan(now[each])] or gone)
            raise Unmet(f"absent in the base: {lost}", "give it a base")
        formula = self.model.formulas[name]
        if states_of(formula, now)[-1] == goal:
            return {}
        return pass_on(formula, goal, now, self.moving(name))

    def moving(self, name: str) -> dict[str, float]:
        """Shares above zero of the names in a formula that move.

        Raises
        ------
        Unmet
        """
        return _moving(self.model, name, self.kept | self.goals.keys(), self.agreed.get(name))

    def one(self, name: str, faults: list[Fault]) -> float | None:
        """The one value that is asked of a name; a fault if there are two."""
        (first, value), *others = self.asked[name]
        for by, other in others:
            if not math.isclose(value, other, rel_tol=_NEAR):
                reason = (
                    f"{first} asks for {value:,.10g} {self.model.unit(name)}, "
                    f"{by} for {other:,.10g}"
                )
                repair = "fix it, or change shares or goals so that both agree"
                faults.append(Fault("translate", reason, repair, column=name))
                return None
        return value

    def met(self) -> dict[str, float]:
        """What is asked of the drivers."""
        return {name: self.asked[name][0][1] for name in self.model.drivers if name in self.asked}


def _fixed(
    model: DriverTree, fixed: Any, goals: Mapping[str, float], faults: list[Fault]
) -> set[str]:
    """Names that stay, with all below them."""
    names = (fixed,) if isinstance(fixed, str) else fixed
    if not isinstance(names, tuple):
        faults.append(Fault("fixed", "not a list of names", "give names", value=fixed))
        return set()
    told = {name: refusals(model.known, name) for name in dict.fromkeys(names)}
    for name, odd in told.items():
        faults += [Fault("fixed", f.reason, f.repair, value=name) for f in odd]
    sound = [name for name, odd in told.items() if not odd]
    kept = {*sound, *model.below(*sound)}
    faults += [
        Fault("fixed", "it is to stay, and has a goal", "leave one of them out", value=name)
        for name in goals
        if name in kept
    ]
    return kept


def _agreed(model: DriverTree, shares: Any, faults: list[Fault]) -> dict[str, dict[str, float]]:
    """Shares per definition, once they are found to be sound, whoever of them moves."""
    if shares is None:
        return {}
    if not isinstance(shares, Mapping):
        repair = "give {KPI: {name: share}}"
        faults.append(Fault("shares", "not a mapping", repair, value=shares))
        return {}
    agreed: dict[str, dict[str, float]] = {}
    for name, each in shares.items():
        if not isinstance(name, str) or name not in model.definitions:
            reason, repair = "not a defined KPI", suggest(name, model.definitions)
            faults.append(Fault("shares", reason, repair, value=name))
        elif not isinstance(each, Mapping):
            faults.append(Fault("shares", "not a mapping", "give {name: share}", column=name))
        else:
            agreed[name] = _sound(model, name, each, faults)
    return agreed


def _sound(
    model: DriverTree, name: str, each: Mapping[Any, Any], faults: list[Fault]
) -> dict[str, float]:
    told = len(faults)
    found = {}
    for used, share in each.items():
        number = as_number(share)
        if used not in model.uses(name):
            repair = suggest(used, model.uses(name))
            faults.append(Fault("shares", f"not in its formula: {used!r}", repair, column=name))
        elif not isinstance(number, float) or not 0 <= number <= 1 + _SUM:
            reason, repair = f"the share of {used} is not from 0 to 1", "correct it"
            faults.append(Fault("shares", reason, repair, column=name, value=share))
        else:
            found[used] = number
    if len(faults) == told and abs(math.fsum(found.values()) - 1.0) > _SUM:
        reason = f"its shares sum to {math.fsum(found.values()):.10g}"
        faults.append(Fault("shares", reason, "make them sum to 1", column=name))
    return found


def _moving(
    model: DriverTree, name: str, kept: set[str], agreed: Mapping[str, float] | None
) -> dict[str, float]:
    """Shares above zero of the names in a formula that move."""
    free = [used for used in model.uses(name) if used not in kept]
    if agreed is None:
        if len(free) > 1:
            reason = f"no shares are stated for {', '.join(free)}"
            raise Unmet(reason, f"pass shares={{{name!r}: {{…}}}}, or fix all but one")
        agreed = dict.fromkeys(free, 1.0)
    for used in kept:
        if agreed.get(used):
            reason = f"{used} is kept, and has a share of {agreed[used]:g}"
            raise Unmet(reason, "give its share to the others")
    for used in free:
        if used not in agreed:
            raise Unmet(f"no share is stated for {used}", "state it; 0 keeps it as it is")
    moving = {used: agreed[used] for used in free if agreed[used]}
    steps = model.formulas[name].steps
    count = Counter(step.does.name for step in steps if isinstance(step.does, Load))
    for used in moving:
        if count[used] > 1:
            reason = f"{used} stands in {count[used]} places of its formula"
            raise Unmet(reason, "fix it, or write the formula with it once")
    return moving
