"""Targets halfway between two: some kinds of input as they are after, the others as before."""

from __future__ import annotations

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi._arrays import lock
from cascade_kpi.changing.changes import Changes
from cascade_kpi.changing.columns import halfway
from cascade_kpi.changing.recascade import moved_entries
from cascade_kpi.entries import Entries
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.kpis.kpi import Kpis
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.periods import Periods
from cascade_kpi.remaking.recipe import follow
from cascade_kpi.remaking.roots import root_of
from cascade_kpi.remaking.steps import RecipeStep, mixed, stages_of, step_of
from cascade_kpi.targets.targets import Targets

__all__ = ["Ways"]


@frozen(eq=False)
class Ways:
    """What two sets of targets were made from, and by which steps, the same on both sides.

    Attributes
    ----------
    was, now : Targets
        The first of each side.
    kpis : Kpis
        Those that both of these have, as the later has them.
    periods : Periods
        Likewise.
    steps : tuple of (RecipeStep, RecipeStep)
        Before and after.
    """

    changes: Changes
    was: Targets
    now: Targets
    kpis: Kpis
    periods: Periods
    steps: tuple[tuple[RecipeStep, RecipeStep], ...]

    @classmethod
    def of(cls, changes: Changes) -> Ways:
        """The ways from the one to the other.

        Raises
        ------
        InputError
            If they were not made by the same verbs.
        """
        sides = [stages_of(side) for side in (changes.before, changes.after)]
        firsts = [stages[0] for stages in sides]
        steps = [list(map(step_of, stages[1:])) for stages in sides]
        verbs = [
            [root_of(first).__name__, *(type(step).__name__ for step in side)]
            for first, side in zip(firsts, steps, strict=True)
        ]
        if verbs[0] != verbs[1]:
            told = "; ".join(", ".join(names).lower() for names in verbs)
            repair = "compare targets that were made by the same steps"
            check([Fault("attribute", f"made by other verbs before and after: {told}", repair)])
        was, now = firsts
        return cls(
            changes, was, now,
            Kpis(kpi for kpi in now.kpis if kpi.name in was.kpis.names),
            Periods(label for label in now.periods if label in was.periods.labels),
            tuple(zip(*steps, strict=True)),
        )  # fmt: skip

    def halfway(self, done: tuple[str, ...]) -> Targets:
        """Targets with some kinds of input as they are after, the others as before.

        Raises
        ------
        InputError
            If they cannot be made.
        """

        def side(kind: str) -> Targets:
            return self.now if kind in done else self.was

        # Cells are brought together only where both differ: else they are those of one tree.
        changed = self.changes.inputs.changed
        trees = [kind for kind in ("tree", "drivers") if kind in changed] or ["tree"]
        org = _tree(side(trees[0]).org, side(trees[-1]).org)
        rules = Kpis(side("rules").kpis[kpi.name] for kpi in self.kpis)
        stated = self._stated(side("goals"), org)
        try:
            targets = root_of(self.was).made(org, rules, self.periods, stated)
            for i, (before, after) in enumerate(self.steps):
                step = mixed(before, after, done)
                targets = follow(targets, [step.within(targets)], i)
        except InputError as error:
            told = " and ".join(done)
            reason = f"with {told} changed and all else as before, there is no cascade"
            fault = Fault("attribute", reason, "state another order of the kinds", value=done[-1])
            raise InputError([fault, *error.faults]) from None
        return targets

    def _stated(self, side: Targets, org: OrgTree) -> Entries:
        """What one side stated, for another tree: of KPIs and periods that both have."""
        goals, _ = moved_entries(root_of(side).stated(side), side.org, org)
        kpis, labels = self.kpis.names, self.periods.labels
        kpi = np.array([kpis.index(n) if n in kpis else -1 for n in side.kpis.names])[goals.kpi]
        period = np.array([labels.index(n) if n in labels else -1 for n in side.periods])
        period = period[goals.period]
        keep = np.flatnonzero((kpi >= 0) & (period >= 0))
        keep = keep[np.lexsort((goals.node[keep], period[keep], kpi[keep]))]
        values = {name: each[keep] for name, each in goals.values.items()}
        return Entries(goals.node[keep], kpi[keep], period[keep], values, goals.row[keep])


def _tree(tree: OrgTree, drivers: OrgTree) -> OrgTree:
    """A tree with the cells of another."""
    if tree is drivers:
        return tree
    columns = {name: lock(halfway(tree, drivers, name)) for name in drivers.columns}
    return attrs.evolve(tree, columns=columns)
