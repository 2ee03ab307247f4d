"""A whole and its parts, ranked."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, frozen_array
from cascade_kpi._long import Columns, keys, same, texts
from cascade_kpi._text import visible

__all__ = ["Breakdown"]


@frozen(hash=False, repr=False)
class Breakdown:
    """The exact parts of one gap, from the most unfavourable on.

    Attributes
    ----------
    title : str
        What is split: ``"revenue of east in 2026Q1"``.
    unit : str
        Unit of `whole` and `parts`.
    whole : float
        What the parts sum to.
    keys : tuple
        What each part belongs to: node ids, or KPI names.
    labels : tuple of str
        The same for people to read.
    parts : float64 array (m,)
        In rank order, in `unit`.
    decimals : int
        Decimals that are printed.
    """

    title: str
    unit: str
    whole: float
    keys: tuple[Any, ...]
    labels: tuple[str, ...]
    parts: FloatArray = field(eq=CONTENT, repr=False, converter=frozen_array)
    decimals: int = field(default=2, kw_only=True)

    @classmethod
    def ranked(
        cls,
        title: str,
        unit: str,
        whole: float,
        entries: list[tuple[Any, str, float, float]],
        *,
        decimals: int = 2,
    ) -> Breakdown:
        """Parts from (key, label, part, badness), the greatest badness first.

        Ties keep the order of the entries.
        """
        ranked = sorted(entries, key=lambda entry: -entry[3])
        return cls(
            title,
            unit,
            whole,
            tuple(entry[0] for entry in ranked),
            tuple(entry[1] for entry in ranked),
            np.array([entry[2] for entry in ranked], dtype=np.float64),
            decimals=decimals,
        )

    @property
    def share(self) -> FloatArray:
        """Each part over the whole, pure numbers; NaN where the whole is zero.

        So it is where the whole is so little that the share is too large for a float.
        """
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            share = self.parts / self.whole
        return np.where(np.isfinite(share), share, np.nan)

    @property
    def cumulative(self) -> FloatArray:
        """Running sum of the shares, in rank order."""
        with np.errstate(over="ignore", invalid="ignore"):
            running = np.cumsum(self.share)
        return np.where(np.isfinite(running), running, np.nan)

    def __len__(self) -> int:
        return len(self.parts)

    def rows(self) -> list[tuple[str, float, float, float]]:
        """(label, part, share, cumulative share), in rank order."""
        columns = self.parts.tolist(), self.share.tolist(), self.cumulative.tolist()
        return list(zip(self.labels, *columns, strict=True))

    def table(self) -> Columns:
        """The parts as columns, in rank order.

        Returns
        -------
        dict of str to array (m,)
            ``key``, the node or the KPI that each belongs to; ``label``; ``unit``;
            ``part`` in that unit; ``share`` of the whole and its sum ``cumulative``, pure
            numbers, NaN where the whole is zero.
        """
        return {
            "key": keys(self.keys),
            "label": texts(self.labels),
            "unit": same([self.unit], [len(self)]),
            "part": self.parts,
            "share": self.share,
            "cumulative": self.cumulative,
        }

    def __repr__(self) -> str:
        d = self.decimals
        lines = [f"{visible(self.title)}: {_signed(self.whole, d)} {visible(self.unit)}"]
        names = [visible(label) for label in self.labels]
        wide = max(map(len, names), default=0)
        for label, (_, part, share, running) in zip(names, self.rows(), strict=True):
            columns = f"{_signed(part, d):>14}  {_share(share):>8}  {_share(running):>8}"
            lines.append(f"  {label:<{wide}}  {columns}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def _signed(value: float, decimals: int) -> str:
    if value != value:
        return "–"
    return f"{round(value, decimals) + 0.0:+,.{decimals}f}"


def _share(share: float) -> str:
    return "–" if share != share else f"{round(share * 100, 1) + 0.0:.1f} %"
