"""The laws of rules about ratings by several people."""

from __future__ import annotations

from typing import Any

import numpy as np

from cascade_kpi._answers import ask
from cascade_kpi._arrays import FloatArray, IntArray, equal
from cascade_kpi.org.tree import OrgTree
from cascade_kpi.rating.alpha import Metric, ask_metric
from cascade_kpi.rating.audiences import Audience
from cascade_kpi.rating.ties import Tie
from cascade_kpi.rating.trials import ask_audience, ask_trim, ask_weighting
from cascade_kpi.rating.trims import Trim
from cascade_kpi.rating.weightings import Weighting
from cascade_kpi.testing.laws import elementwise, law, laws

__all__ = ["check_audience", "check_metric", "check_tie", "check_trim", "check_weighting"]

_SIZES = (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 20, 33)
_COUNTS = np.repeat(_SIZES, _SIZES).astype(np.int64)
_RANKS = np.concatenate([np.arange(n) for n in _SIZES])


@laws
def check_trim(trim: Trim) -> Any:
    """A trimming keeps an unbroken run of ranks, and somebody, whatever other relations are.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_trim(ck.rating.DropShare(0.1))
    """

    def asked(_what: str, call: Trim, ranks: IntArray, counts: IntArray) -> Any:
        return ask_trim(call, ranks, counts)

    kept = elementwise("it", trim, _RANKS, _COUNTS, asked=asked)  # type: ignore[arg-type]  # it asks about whole numbers
    for n in _SIZES:
        places = np.flatnonzero(kept[np.equal(_COUNTS, n)])
        law(len(places), f"of {n} it keeps nobody")
        law(np.diff(places) == 1, f"of {n} it drops some between others that it keeps")
    return kept


@laws
def check_weighting(
    weighting: Weighting, relations: tuple[str, ...] = ("manager", "peer", "report")
) -> tuple[FloatArray, ...]:
    """Weights of one score do not depend on other scores, and some relation that rated weighs.

    Parameters
    ----------
    weighting : Weighting
    relations : tuple of str
        Three or more that it has weights for.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_weighting(ck.rating.ByHeads())
    """
    r = len(relations)
    counts = np.array(np.meshgrid(*[[0, 1, 4]] * r)).reshape(r, -1).T.astype(np.int64)
    answer = ask_weighting(weighting, relations, counts)
    law(equal(ask_weighting(weighting, relations, counts), answer), "it answers otherwise again")
    alone = [ask_weighting(weighting, relations, line[None]) for line in counts]
    law(equal(np.concatenate(alone), answer), "what it answers for one depends on the others")
    law(len(ask_weighting(weighting, relations, counts[:0])) == 0, "it answers where nothing is")
    there = (counts > 0).all(axis=1)
    law((answer[there] > 0).any(axis=1), "all have rated, and it weighs none of them")
    return (answer,)


@laws
def check_audience(audience: Audience) -> tuple[IntArray, ...]:
    """An audience sees a relation by its name alone, whatever other relations there are.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_audience(ck.rating.Ratee(5, named=["manager"]))
    """
    names = ("customer", "manager", "peer", "report", "self", "同级评")
    answer = ask_audience(audience, names)
    law(equal(ask_audience(audience, names[::-1])[::-1], answer), "it depends on their order")
    alone = [ask_audience(audience, (name,)) for name in names]
    law(equal(np.concatenate(alone), answer), "what it answers for one depends on the others")
    law(len(ask_audience(audience, ())) == 0, "it answers where nothing is")
    law(answer != 1, "it shows a mean of one, whose rater is not named")
    return (answer,)


@laws
def check_metric(metric: Metric) -> tuple[FloatArray, ...]:
    """A metric is zero from a value to itself, above zero to others, and the same both ways.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> check_metric(ck.rating.Ordinal())
    """
    answers = []
    for values, counts in (
        ([1.0, 2.0, 3.0, 4.0], [9.0, 13.0, 10.0, 5.0]),
        ([-1.5, 0.25], [2.0, 2.0]),
        ([1.0, 10.0, 100.0], [1.0, 1.5, 20.0]),
    ):
        answer = ask_metric(metric, np.array(values), np.array(counts))
        other = ~np.eye(len(values), dtype=bool)
        law(answer[other] > 0, "it finds two different values not apart")
        answers.append(answer)
    return tuple(answers)


@laws
def check_tie(tie: Tie, org: OrgTree) -> Any:
    """A tie of one pair does not depend on other pairs, and nobody is tied to themself.

    Parameters
    ----------
    tie : Tie
    org : OrgTree
        Of some nodes, with the columns that it reads.

    Raises
    ------
    AssertionError
        With what it did.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "a"]})
    >>> check_tie(ck.rating.Above(2), org)
    """
    n = min(len(org), 30)
    rater, ratee = (each.ravel() for each in np.meshgrid(np.arange(n), np.arange(n)))

    def asked(one: IntArray, other: IntArray) -> Any:
        return ask("it", tie, org, one, other, dtype=bool, shape=one.shape)

    answer = asked(rater, ratee)
    law(equal(asked(rater[::-1], ratee[::-1]), np.flip(answer)), "it depends on the order of pairs")
    alone = [asked(rater[[i]], ratee[[i]]) for i in range(len(rater))]
    law(equal(np.concatenate(alone), answer), "what it answers for one depends on the others")
    law(~np.diag(np.reshape(answer, (n, n))), "it ties somebody to themself")
    return answer
