"""Shares: how much of whose total each group of nodes carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray
from cascade_kpi._fields import as_number, not_numbers, not_texts, refusals, unrefused
from cascade_kpi.blending.levels import Own, ReportingLevel, as_level, level_or_as_it_is, not_level
from cascade_kpi.errors import Fault, InputError, check, suggest
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.records import record

__all__ = ["EVERYBODY", "Absent", "Shares"]

EVERYBODY = "*"
"""The group of all nodes whose own group has no shares."""

_NEAR = 1e-9


class Absent(Enum):
    """What becomes of a share of nobody's total.

    Attributes
    ----------
    RENORMALISE
        It is left out; the other shares are taken over their sum.
    OWN
        It goes to the node's own total.
    HOLD
        The blended total is absent.
    REFUSE
        Raise :class:`~cascade_kpi.errors.InputError`, listing all of it.
    """

    RENORMALISE = "renormalise"
    OWN = "own"
    HOLD = "hold"
    REFUSE = "refuse"

    def settle(self, share: FloatArray, own: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The share that is left (m,), and whose total it goes to (m,), where nobody's is there."""
        if self is Absent.RENORMALISE:
            return np.zeros_like(share), own
        return share, own if self is Absent.OWN else np.full_like(own, np.nan)


def as_absent(policy: Absent | str) -> Any:
    """The policy of that name.

    Raises
    ------
    InputError
        If there is none.
    """
    try:
        return Absent(policy)
    except ValueError:
        repair = suggest(policy, [member.value for member in Absent])
        raise InputError(
            [Fault("shares", "no such policy for who is not there", repair, value=policy)]
        ) from None


def _policy(policy: Absent | str) -> Any:
    return unrefused(as_absent, policy)


Entry = Mapping[ReportingLevel, float]


def _shares(shares: Any) -> Any:
    if not isinstance(shares, Mapping):
        return shares
    nested = all(isinstance(entry, Mapping) for entry in shares.values())
    groups = shares if nested else {EVERYBODY: shares}
    return MappingProxyType({group: _entry(entry) for group, entry in groups.items()})


def _entry(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    levels = [level_or_as_it_is(level) for level in entry]
    if len(_distinct(levels)) < len(levels):
        return entry  # two forms of one level: told by what was written
    return MappingProxyType(
        {level: as_number(share) for level, share in zip(levels, entry.values(), strict=True)}
    )


def _distinct(levels: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(levels))


@record("cascade_kpi/blending.shares")
@frozen(hash=False)
class Shares:
    """How much of whose total each group of nodes carries.

    Parameters
    ----------
    shares : mapping
        ReportingLevel to share, the same for everybody; or group to such a mapping, where
        the group ``"*"`` is everybody else. A level is ``"own"``, ``"node"``, ``"parent"``,
        ``"root"``, a number of levels up, the name of a kind, for the nearest of that
        kind above, or a :class:`ReportingLevel <cascade_kpi.blending.ReportingLevel>`.
    by : str
        What makes a group: ``"kind"``, or a text column of the tree.
    promised : float
        What each group's shares sum to.
    missing : Absent or its name
        What becomes of a share of a unit that has no total.
    nobody : Absent or its name
        What becomes of a share where there is no such node above.

    Raises
    ------
    InputError
        Listing what is no level, levels that a group names twice, shares that are
        negative, not finite, all zero, or do not sum to `promised`.

    Examples
    --------
    >>> shares = Shares({"seller": {"own": 70, "team": 20, "root": 10}, "*": {"own": 100}})
    >>> [level.called for level in shares.levels]
    ['own', 'team', 'root']
    """

    # Compared with its order, in which parts are added up.
    shares: Mapping[str, Mapping[ReportingLevel, float]] = field(eq=CONTENT, converter=_shares)
    by: str = "kind"
    promised: float = field(default=100.0, converter=as_number)
    missing: Absent = field(default=Absent.RENORMALISE, converter=_policy)
    nobody: Absent = field(default=Absent.REFUSE, converter=_policy)

    def __attrs_post_init__(self) -> None:
        faults = not_texts("shares", by=self.by)
        wrong = not_numbers("shares", promised=self.promised)
        if not wrong and self.promised <= 0:
            reason, repair = "what shares sum to is above zero", "use 100, or 1"
            wrong = [Fault("shares", reason, repair, column="promised", value=self.promised)]
        faults += wrong + refusals(as_absent, self.missing) + refusals(as_absent, self.nobody)
        promised = None if wrong else self.promised
        if not isinstance(self.shares, Mapping) or not self.shares:
            repair = "give levels with their shares, or such a mapping for each group"
            faults.append(Fault("shares", "no mapping of shares", repair, value=self.shares))
        else:
            for group, entry in self.shares.items():
                faults += _group_faults(group, entry, promised)
        check(faults)

    def __hash__(self) -> int:
        groups = tuple((group, tuple(entry.items())) for group, entry in self.shares.items())
        return hash((groups, self.by, self.promised, self.missing, self.nobody))

    @property
    def levels(self) -> tuple[ReportingLevel, ...]:
        """All levels, in the order in which they are first named."""
        return tuple(_distinct(level for entry in self.shares.values() for level in entry))

    def level(self, level: object) -> int:
        """Position of a level in `levels`.

        Raises
        ------
        InputError
            If nobody carries a share of it.
        """
        wanted, known = as_level(level), self.levels
        if wanted not in known:
            repair = suggest(wanted.called, [each.called for each in known])
            check([Fault("shares", "no shares of this level", repair, value=level)])
        return known.index(wanted)

    def groups(self, org: OrgTree) -> tuple[tuple[str, ...], IntArray]:
        """The groups of a tree, and every node's, int64 (n,)."""
        if self.by == "kind":
            return org.kind_names, org.kind_codes
        texts = [str(text) for text in org.columns[self.by].tolist()]
        names = tuple(dict.fromkeys(texts))
        code = {name: i for i, name in enumerate(names)}
        return names, np.fromiter(map(code.__getitem__, texts), np.int64, len(texts))

    def table(self, org: OrgTree) -> tuple[FloatArray, IntArray]:
        """Shares of every group by level, float64 (groups, levels), and every node's group."""
        names, codes = self.groups(org)
        rows = [self.shares[name if name in self.shares else EVERYBODY] for name in names]
        table = [[float(row.get(level, 0.0)) for level in self.levels] for row in rows]
        return np.array(table).reshape(len(names), len(self.levels)), codes

    def check_against(self, org: OrgTree) -> None:
        """Refuse shares that do not fit the nodes of a tree.

        Raises
        ------
        InputError
            Listing kinds and columns that the tree lacks, groups that no node is of, groups
            of the tree without shares, a column in which 1 and "1" would be one group,
            levels that misfit, and pairs of levels that find the same node for all of a
            group.
        """
        self._fit(org)
        check(self._meeting(org, [level.rows(org) for level in self.levels]))

    def check_at(self, org: OrgTree) -> None:
        """Refuse shares that do not fit stints at the nodes of a tree.

        Raises
        ------
        InputError
            As of nodes; a stint's own total is not that of the node that it is at.
        """
        self._fit(org)
        nobody = np.full(len(org), -1)
        check(self._meeting(
            org, [nobody if level == Own() else level.rows(org) for level in self.levels]
        ))  # fmt: skip

    def _fit(self, org: OrgTree) -> None:
        if self.by != "kind" and self.by not in org.columns:
            repair = suggest(self.by, ["kind", *org.columns])
            check([Fault("shares", "no such column", repair, column="by", value=self.by)])
        if self.by != "kind":
            check(_told_apart(self.by, org.columns[self.by].tolist()))
        known = self.groups(org)[0]
        others = [group for group in self.shares if group not in {EVERYBODY, *known}]
        faults = [
            Fault("shares", f"no node is of this {self.by}", suggest(group, known), value=group)
            for group in others
        ]
        bare = [name for name in known if EVERYBODY not in self.shares and name not in self.shares]
        repair = 'give it shares, or all others {"*": {"own": 100}}'
        faults += [
            Fault("shares", f"a {self.by} without shares", repair, value=name) for name in bare
        ]
        misfits = [f for level in self.levels for f in not_level("shares", level, org)]
        check(faults + misfits)

    def _meeting(self, org: OrgTree, found: list[IntArray]) -> list[Fault]:
        """A fault for every two levels that find the same node for all of a group."""
        table, codes = self.table(org)
        names, faults = self.groups(org)[0], []
        for i in range(len(found)):
            for j in range(i + 1, len(found)):
                both = (table[:, i] > 0) & (table[:, j] > 0)
                if not both.any():
                    continue
                apart = np.bincount(codes, (found[i] != found[j]) | (found[i] < 0), len(names))
                for g in np.flatnonzero(both & (apart == 0)).tolist():
                    one, other = self.levels[i].called, self.levels[j].called
                    reason = f"{one} and {other} are the same node for all of this {self.by}"
                    repair = "give one of them both shares"
                    faults.append(Fault("shares", reason, repair, value=names[g]))
        return faults


def _told_apart(by: str, cells: list[Any]) -> list[Fault]:
    """A fault for each group whose name is the text of different values: 1 and "1"."""
    types: dict[str, set[str]] = {}
    for cell in cells:
        types.setdefault(str(cell), set()).add(type(cell).__name__)
    return [
        Fault("shares", f"a {by} is {' and '.join(sorted(met))}", "write it alike everywhere",
              column="by", value=group)
        for group, met in types.items()
        if len(met) > 1
    ]  # fmt: skip


def _group_faults(group: Any, entry: Any, promised: float | None) -> list[Fault]:
    def fault(reason: str, repair: str, value: object) -> Fault:
        return Fault("shares", reason, repair, column=f"shares of {group!r}", value=value)

    if not isinstance(group, str):
        return [fault("the name of a group is not text", f"write it as {str(group)!r}", group)]
    if not isinstance(entry, Mapping) or not entry:
        return [fault("no shares", 'give levels with their shares, as {"own": 100}', entry)]
    faults: list[Fault] = []
    first: dict[Any, Any] = {}
    total, counted = 0.0, True
    for given, share in entry.items():
        wrong = refusals(as_level, given)
        faults += [fault(each.reason, each.repair, given) for each in wrong]
        level, number = level_or_as_it_is(given), as_number(share)
        if not wrong and level in first:
            reason = f"{given!r} and {first[level]!r} are one level"
            faults.append(fault(reason, "keep one of them, with both shares", given))
        first.setdefault(level, given)
        if isinstance(number, float) and 0 <= number < np.inf:
            total += number
        else:
            counted = False
            told = level.called if not wrong else repr(given)
            reason = f"the share of {told} is no finite number from zero up"
            faults.append(fault(reason, "give a finite number, zero or more", share))
    if counted and total == 0:
        faults.append(fault("all shares are zero", "share at least one level", None))
    elif counted and promised is not None and abs(total - promised) > _NEAR * promised:
        reason = f"the shares sum to {total:g}, promised was {promised:g}"
        faults.append(fault(reason, "correct them, or pass promised=…", total))
    return faults
