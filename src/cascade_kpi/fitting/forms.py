"""How tables made from margins are written: by what was asked, and made again when read."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, IntArray
from cascade_kpi.errors import Fault, check
from cascade_kpi.fitting.axes import Axes
from cascade_kpi.fitting.biproportional import Apportionment, DivisorMethod, apportion
from cascade_kpi.fitting.fit import Fitted, Until, fit
from cascade_kpi.fitting.margins import Margin
from cascade_kpi.fitting.problem import Problem
from cascade_kpi.fitting.rounding import Rounded, round_to_margins
from cascade_kpi.records import record

__all__ = ["Apportioning", "Fitting", "Rounding"]


def _sums(margins: tuple[Margin, ...]) -> dict[object, Any]:
    """Margins as the verbs take them."""
    return {margin.axes: margin.values for margin in margins}


@frozen
class Fitting:
    """A seed, its margins, and when the fit was near enough.

    The table is fitted again when it is read. On a machine that adds up in another order, its last
    digits may be others: it meets the margins as nearly.
    """

    problem: Problem
    until: Until

    @classmethod
    def of(cls, fitted: Fitted) -> Fitting:
        """What was asked."""
        return cls(fitted.problem, fitted.until)

    def make(self) -> Fitted:
        """The table, fitted again with all checks."""
        problem, until = self.problem, self.until
        return fit(
            problem.start,
            _sums(problem.margins),
            axes=problem.axes,
            tolerance=until.tolerance,
            rounds=until.rounds,
        )


@frozen
class Apportioning:
    """Weights, their margins, and the method.

    Attributes
    ----------
    digest : str or None
        Of the lots that were made. Lots that differ are refused.
    """

    problem: Problem
    method: DivisorMethod
    digest: str | None = None

    @classmethod
    def of(cls, made: Apportionment) -> Apportioning:
        """What was asked."""
        return cls(made.problem, made.method, _digest(made.values))

    def make(self) -> Apportionment:
        """The lots, apportioned again with all checks.

        Raises
        ------
        InputError
            For margins that are not those of rows and columns, and as `apportion`; and if the
            lots have another digest.
        """
        sums, axes = _sums(self.problem.margins), self.problem.axes
        if list(sums) != [(0,), (1,)]:
            check([Fault("margins", "not those of rows and of columns", "give one of each")])
        method = self.method
        made = apportion(
            self.problem.start, rows=sums[(0,)], columns=sums[(1,)], method=method, axes=axes
        )
        _check_same(self.digest, made.values)
        return made


@frozen
class Rounding:
    """A table, fitted or as it was given, the margins that were kept, and the axes.

    Attributes
    ----------
    digest : str or None
        Of the whole numbers that were made. Others are refused.
    """

    table: Fitted | FloatArray = field(eq=CONTENT)
    margins: tuple[Margin, ...]
    axes: Axes | None = None
    digest: str | None = None

    @classmethod
    def of(cls, made: Rounded) -> Rounding:
        """What was asked."""
        table = made.problem.start if made.source is None else made.source
        return cls(table, made.margins, made.axes, _digest(made.values))

    def make(self) -> Rounded:
        """The table, rounded again with all checks.

        Raises
        ------
        InputError
            As `round_to_margins`; and if the numbers have another digest.
        """
        made = round_to_margins(self.table, _sums(self.margins), axes=self.axes)
        _check_same(self.digest, made.values)
        return made


def _digest(values: IntArray) -> str:
    """SHA-256 of whole numbers and the shape of their table."""
    made = hashlib.sha256(f"{values.shape}\n".encode())
    made.update(np.ascontiguousarray(values, dtype="<i8").tobytes())
    return f"sha256:{made.hexdigest()}"


def _check_same(digest: str | None, values: IntArray) -> None:
    if digest is not None and digest != _digest(values):
        reason = "this version makes other values than were written"
        repair = "read it with the version that wrote it, or leave the digest out to go on"
        check([Fault("digest", reason, repair, value=digest)])


record("cascade_kpi/fitted", written_as=Fitting)(Fitted)
record("cascade_kpi/apportionment", written_as=Apportioning)(Apportionment)
record("cascade_kpi/rounded", written_as=Rounding)(Rounded)
