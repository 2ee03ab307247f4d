"""Many weightings of the same items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen

from cascade_kpi._arrays import CONTENT, FloatArray, fingerprint, float_array, frozen_array
from cascade_kpi._fields import (
    as_number,
    as_tuple,
    members,
    not_numbers,
    not_texts,
    not_whole,
    refusals,
    repeated,
    unrefused,
)
from cascade_kpi.errors import Fault, check
from cascade_kpi.records import record
from cascade_kpi.sweeping.reading import weightings_of

__all__ = ["Weightings", "share_faults"]

_MOST = 1_000_000
_SUMS = 1e-200, 1e200  # between which any sum is scaled without becoming infinite or nothing
_NEAREST = 1e100  # the highest concentration, and one over the lowest


def _array(given: Any) -> Any:
    return frozen_array(float_array(given, "weightings"))


def _values(given: Any) -> Any:
    return unrefused(_array, given)


@record("cascade_kpi/weightings")
@frozen(hash=False)
class Weightings:
    """Many weightings of the same items, the same for everybody.

    Where weights differ by group, :meth:`Variants.around` changes each group's own.

    Parameters
    ----------
    items : iterable of str
        Items of the scorecard; those not named weigh nothing.
    values : float64 array (w, items)
        Weights, zero or more; each row with something above zero. Only their
        proportions count: a sweep scales each row to what the card promises.
    names : iterable of str, optional
        Of the weightings; ``"1"``, ``"2"`` … by default.

    Raises
    ------
    InputError
        Listing names that occur twice or are no texts, a shape of the values that does not fit,
        weights below zero or not finite, and rows without a weight above zero or with a sum
        that is not between 1e-200 and 1e200.

    Examples
    --------
    >>> Weightings(["sales", "churn"], [[70, 30], [50, 50]]).names
    ('1', '2')
    """

    items: tuple[str, ...] = field(converter=as_tuple)
    values: FloatArray = field(eq=CONTENT, converter=_values)
    names: tuple[str, ...] = field(converter=as_tuple)

    @names.default
    def _numbered(self) -> tuple[str, ...]:
        rows = len(self.values) if isinstance(self.values, np.ndarray) and self.values.ndim else 0
        return tuple(str(1 + k) for k in range(rows))

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        for what, given in (("items", self.items), ("names", self.names)):
            sound = members("weightings", given, str, "write each as text", faults, column=what)
            texts = [text for _, text in sound]
            faults += [
                Fault("weightings", "occurs twice", "keep one", column=what, value=text)
                for text in repeated(texts)
            ]
            faults += [f for text in texts for f in not_texts("weightings", **{what: text})]
        faults += refusals(_array, self.values)
        both = isinstance(self.items, tuple) and isinstance(self.names, tuple)
        if not both or not isinstance(self.values, np.ndarray):
            check(faults)
        shape = (len(self.names), len(self.items))
        if self.values.shape != shape or 0 in shape:
            reason = (
                f"weights of shape {self.values.shape}, for {shape[0]} names and {shape[1]} items"
            )
            check(
                [*faults, Fault("weightings", reason, "give a row a weighting, a column an item")]
            )
        bad = ~np.isfinite(self.values) | (self.values < 0)
        faults += [
            Fault("weightings", f"the weight of {self.items[i]} is negative or not finite",
                  "give a finite number, zero or more", row=k, value=float(self.values[k, i]))
            for k, i in np.argwhere(bad).tolist()
        ]  # fmt: skip
        empty = np.flatnonzero(~(self.values > 0).any(axis=1)).tolist()
        faults += [
            Fault("weightings", "all weights are zero", "weigh at least one item", row=k,
                  value=self.names[k]) for k in empty
        ]  # fmt: skip
        check(faults or _unscalable(self.names, self.values))

    def __hash__(self) -> int:
        return fingerprint((self.items, self.names, self.values))

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def from_table(
        cls, table: object, *, named: str = "name", name: str = "weightings"
    ) -> Weightings:
        """Weightings from any table, wide or long.

        Parameters
        ----------
        table : any table
            Wide: a row a weighting, a column an item, and if there is one the column of
            names. Long, told by a column ``item``: a row a weighting and item, with the
            columns ``weight`` and that of names; an item that a weighting leaves out
            weighs nothing in it. Weights are zero or more, and none is blank.
        named : str
            The column of names. A wide table without it has ``"1"``, ``"2"`` ….
        name : str
            What error messages call the table.

        Returns
        -------
        Weightings
            Items and weightings in the order in which they are first met.

        Raises
        ------
        InputError
            Listing, with their rows, weights that are blank, no numbers or below zero, names
            and items that are blank or occur twice, and weightings without a weight above
            zero.

        Examples
        --------
        >>> wide = {"name": ["old", "new"], "sales": [70, 50], "churn": [30, 50]}
        >>> long = {
        ...     "name": ["old", "old", "new", "new"],
        ...     "item": ["sales", "churn", "sales", "churn"],
        ...     "weight": [70, 30, 50, 50],
        ... }
        >>> Weightings.from_table(wide) == Weightings.from_table(long)
        True
        """
        return cls(*weightings_of(table, named, name))

    @classmethod
    def around(cls, weights: Mapping[str, float], share: float = 0.2) -> Weightings:
        """Each weight in turn a share less and a share more, the others in proportion.

        Parameters
        ----------
        weights : mapping of item to float
            Zero or more, of any sum; every row has the same.
        share : float
            Above 0, at most 1: 0.2 is a fifth of the weight. A weight never exceeds the sum.

        Returns
        -------
        Weightings
            Two rows an item, named after it: less, then more.

        Raises
        ------
        InputError
            If the weights are no mapping of numbers, zero or more, with two above zero; if
            the share is none.

        Examples
        --------
        >>> around = Weightings.around({"sales": 60, "churn": 40}, 0.5)
        >>> for name, row in zip(around.names, around.values.tolist()):
        ...     print(name, row)
        sales −50 % [30.0, 70.0]
        sales +50 % [90.0, 10.0]
        churn −50 % [80.0, 20.0]
        churn +50 % [40.0, 60.0]
        """
        items, base = _base(weights)
        share = as_number(share)
        faults = share_faults("weightings", share)
        if np.count_nonzero(base) < 2:
            reason, repair = "no weight can be moved", "give several items weights above zero"
            faults.append(Fault("weightings", reason, repair, column="weights"))
        check(faults)
        rows, names = [], []
        for i, name in enumerate(items):
            rest = base.sum() - base[i]
            for sign, mark in ((-1, "−"), (1, "+")):
                now = min(base[i] * (1 + sign * share), base.sum())
                left = (base.sum() - now) / rest if rest else 1.0
                row = base * left
                row[i] = now
                rows.append(row)
                names.append(f"{name} {mark}{100 * share:g} %")
        return cls(items, np.array(rows), names)

    @classmethod
    def drawn(
        cls, weights: Mapping[str, float], count: int, *, seed: int, concentration: float = 50.0
    ) -> Weightings:
        """Weightings drawn around some weights, from a Dirichlet distribution.

        Each row is a draw with parameters `concentration` · weight ÷ Σ weight: the higher
        the concentration, the nearer to `weights`. With equal weights and a
        concentration of as many as there are items, all weightings are equally likely.
        The same seed gives the same weightings. An item of weight zero keeps it.

        Parameters
        ----------
        weights : mapping of item to float
            Zero or more, of any sum; every row has the same.
        count : int
            How many are drawn.
        seed : int
        concentration : float
            Above zero, a pure number: a share m varies by √(m(1 − m) ÷ (concentration + 1)).

        Returns
        -------
        Weightings

        Raises
        ------
        InputError
            If the weights are no mapping of numbers, zero or more, with one above zero;
            listing counts, seeds and concentrations that are none.

        Examples
        --------
        >>> drawn = Weightings.drawn({"sales": 60, "churn": 40}, 1_000, seed=1)
        >>> drawn.values.shape, drawn.values.mean(axis=0).round().tolist()
        ((1000, 2), [60.0, 40.0])
        """
        items, base = _base(weights)
        concentration = as_number(concentration)
        faults = not_whole("weightings", 1, _MOST, count=count)
        faults += not_whole("weightings", 0, 2**63, seed=seed)
        faults += not_numbers("weightings", concentration=concentration)
        if not faults and not 1 / _NEAREST <= concentration <= _NEAREST:
            reason = "not above zero" if concentration <= 0 else "too large or too small to draw by"
            repair = "give more than 0; 50 keeps near the weights"
            faults = [Fault("weightings", reason, repair, column="concentration",
                            value=concentration)]  # fmt: skip
        check(faults)
        on = base > 0
        values = np.zeros((count, len(items)))
        shares = np.random.default_rng(seed).dirichlet(concentration * base[on] / base.sum(), count)
        values[:, on] = shares * base.sum()
        return cls(items, values)


def _unscalable(names: tuple[str, ...], values: FloatArray) -> list[Fault]:
    """A fault for each row whose sum is so large or small that it cannot be scaled."""
    with np.errstate(over="ignore"):
        sums = values.sum(axis=1)
    least, most = _SUMS
    return [
        Fault("weightings", f"the weights sum to {sums[k]:g}",
              f"only proportions count: have them sum to between {least:g} and {most:g}", row=k,
              value=names[k])
        for k in np.flatnonzero((sums < least) | (sums > most)).tolist()
    ]  # fmt: skip


def share_faults(source: str, share: Any) -> list[Fault]:
    """A fault if a number is no share above nothing."""
    faults = not_numbers(source, share=share)
    if not faults and not 0 < share <= 1:
        repair = "give more than 0, at most 1"
        faults = [Fault(source, "not a share", repair, column="share", value=share)]
    return faults


def _base(weights: Any) -> tuple[tuple[str, ...], FloatArray]:
    if not isinstance(weights, Mapping) or not weights:
        reason = f"a mapping of items to weights is wanted, not {type(weights).__name__}"
        check([Fault("weightings", reason, "give such a mapping")])
    one = Weightings(tuple(weights), [list(weights.values())])
    return one.items, np.array(one.values[0])
