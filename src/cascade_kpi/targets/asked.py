"""What a split answers about a tree, once its answers are found to be lawful."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import frozen

from cascade_kpi._arrays import FloatArray, IntArray
from cascade_kpi.errors import Fault, InputError, check
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.kpis.lots import LARGEST
from cascade_kpi.kpis.splits import Limited, OverAssigning, Split
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.targets.amounts import MARGIN

__all__ = ["Asked", "limit_in_lots", "stretched"]

_NEAR = 1e-9  # a limit this close to whole lots is meant to be whole


@frozen(eq=False)
class Asked:
    """A split's answers for the nodes that a KPI reaches.

    Attributes
    ----------
    shares : float64 array (n,)
        Claims or factors; those of roots are not read.
    low, high : float64 array (n,)
        Signed floors and caps in whole lots, infinite where there is none.
    margin : int64 array (n,)
        What children divide beyond a node's target, in ten-thousandths of it.
    """

    shares: FloatArray
    low: FloatArray
    high: FloatArray
    margin: IntArray

    @classmethod
    def of(cls, kpi: Kpi, org: OrgTree) -> Asked:
        """The answers of a KPI's split.

        Raises
        ------
        InputError
            With what the split itself refuses, or what it answers oddly.
        """
        split = kpi.split
        assert isinstance(split, Split)  # noqa: S101 - a ratio's is asked elsewhere
        shares = _lawful(kpi, org, _answer(kpi, split, org), "__call__")
        below = shares[1:] if len(org.roots) == 1 else shares[org.parent >= 0]
        if not np.isfinite(below).all():
            _refuse(kpi, "must answer one finite number a node", "mend its __call__")
        if split.divides and (below < 0).any():
            _refuse(kpi, "gives negative claims", "claims are zero or more")
        low, high = _limits(kpi, org) if isinstance(split, Limited) else _ends(len(org))
        margin = _margins(kpi, org) if isinstance(split, OverAssigning) else _none(len(org))
        return cls(shares, low, high, margin)

    @property
    def is_limited(self) -> bool:
        """Whether any node has a limit, or any children get more than there is."""
        return any(
            each.strides != (0,) and bool(np.isfinite(each).any()) for each in (self.low, self.high)
        ) or (self.margin.strides != (0,) and bool(self.margin.any()))


def _ends(n: int) -> tuple[FloatArray, FloatArray]:
    """No limits, in one cell each."""
    return np.broadcast_to(-np.inf, n), np.broadcast_to(np.inf, n)


def _none(n: int) -> IntArray:
    return np.broadcast_to(np.int64(0), n)


def _limits(kpi: Kpi, org: OrgTree) -> tuple[FloatArray, FloatArray]:
    """Floors and caps in whole lots, infinite where there is none."""
    split = kpi.split
    assert isinstance(split, Limited)  # noqa: S101 - asked for such splits only
    answer = _answer(kpi, split.limits, org)
    if not isinstance(answer, tuple) or len(answer) != 2:
        _refuse(kpi, "must answer floors and caps", "mend its limits")
    floor, cap = (_lawful(kpi, org, each, "limits") for each in answer)
    if np.isinf(floor).any() or np.isinf(cap).any():
        _refuse(kpi, "answers infinite limits", "answer NaN where there is none")
    return (
        np.where(np.isnan(floor), -np.inf, limit_in_lots(kpi, floor, np.ceil)),
        np.where(np.isnan(cap), np.inf, limit_in_lots(kpi, cap, np.floor)),
    )


def _margins(kpi: Kpi, org: OrgTree) -> IntArray:
    """Margins in ten-thousandths."""
    split = kpi.split
    assert isinstance(split, OverAssigning)  # noqa: S101 - asked for such splits only
    margins = _lawful(kpi, org, _answer(kpi, split.margins, org), "margins")
    margins = np.clip(np.nan_to_num(margins, nan=-1.0), -1.0, 2.0) * MARGIN  # else refused
    whole = np.rint(margins)
    if not (np.abs(margins - whole) < _NEAR).all() or (whole < 0).any() or (whole > MARGIN).any():
        _refuse(kpi, "answers margins that are not 0 to 1, of four decimals", "round them")
    return whole.astype(np.int64)


def _answer(kpi: Kpi, call: Callable[[OrgTree], Any], org: OrgTree) -> Any:
    try:
        return call(org)
    except InputError:
        raise
    except Exception as error:
        _refuse(kpi, f"raises {type(error).__name__}: {error}", "mend it")
        raise AssertionError from error  # it has been refused


def _refuse(kpi: Kpi, reason: str, repair: str) -> None:
    check([Fault("split", f"the split of {kpi.name} {reason}", repair, value=kpi.split)])


def _lawful(kpi: Kpi, org: OrgTree, answer: Any, method: str) -> FloatArray:
    array = np.asarray(answer)
    if array.dtype.kind not in "fiu" or array.shape != (len(org),):
        _refuse(kpi, "must answer one finite number a node", f"mend its {method}")
    return np.asarray(array, dtype=np.float64)


def limit_in_lots(kpi: Kpi, amounts: FloatArray, rounded: np.ufunc) -> FloatArray:
    """Limits in whole lots: floors rounded up, caps down, near misses to the nearest."""
    exact = kpi.counted_in.exact
    with np.errstate(over="ignore"):
        lots = amounts / np.float64(exact.numerator) * np.float64(exact.denominator)
    lots = np.clip(lots, -2.0 * LARGEST, 2.0 * LARGEST)  # further away is all the same
    near = np.rint(lots)
    # To the ninth decimal, or to what a float of that size can tell.
    close = np.abs(lots - near) <= np.maximum(_NEAR, 4.0 * np.spacing(np.abs(near)))
    whole = np.where(close, near, rounded(lots))
    return np.asarray(np.clip(whole, -float(LARGEST), float(LARGEST)))


def stretched(lots: IntArray, margin: IntArray) -> IntArray:
    """Lots and their margin, whole, half to even: what children divide.

    Parameters
    ----------
    lots : int64 array
        Zero or more, below 2^51.
    margin : int64 array
        In ten-thousandths, at most :data:`MARGIN`.
    """
    many, few = np.divmod(lots, MARGIN)
    more, part = np.divmod(few * margin, MARGIN)
    more += many * margin
    up = (2 * part > MARGIN) | ((2 * part == MARGIN) & ((lots + more) % 2 == 1))
    return np.asarray(lots + more + up)
