"""New targets of old ones, with the inputs of one of their steps changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cascade_kpi._fields import not_whole
from cascade_kpi.commitments.reconciliation import Reconciliation
from cascade_kpi.errors import Fault, InputError, check, suggest, wants
from cascade_kpi.remaking.recipe import follow
from cascade_kpi.remaking.steps import RecipeStep, inputs_of, stages_of, step_of
from cascade_kpi.targets.targets import Targets

__all__ = ["revise"]


def revise(
    targets: Targets, verb: Callable[..., Any], which: int | None = None, /, **inputs: Any
) -> Targets:
    """Do one of the steps again, with some of its inputs changed, and all that followed.

    Parameters
    ----------
    targets : Targets
        That were phased, itemised or reconciled.
    verb : callable
        Which step: :func:`phase`, :func:`itemise` or :func:`reconcile` itself.
    which : int, optional
        Which of the steps of that verb, counted from 0; needed where there are several.
    **inputs
        Arguments of the verb, by their names. Each takes the place of what the step
        was given as a whole; the others are kept.

    Returns
    -------
    Targets
        Made by the same steps. Where the last is to reconcile, ``Reconciliation(…)``
        of them tells who moved.

    Raises
    ------
    InputError
        If there is no such step, or several; of arguments that the verb does not
        have; and all that the verb, or a later step, refuses.

    Examples
    --------
    >>> import cascade_kpi as ck
    >>> org = ck.OrgTree.from_table({"id": ["hq", "a", "b"], "parent": ["", "hq", "hq"]})
    >>> year = ck.cascade(org, [ck.Kpi("sales", "CNY", lot=1)], {"sales": 100}, periods="2027")
    >>> plan = ck.reconcile(year, {"node": ["a"], "kpi": ["sales"], "value": [41]})
    >>> halves = ck.phase(plan.targets, ["2027H1", "2027H2"], ck.profiles.Even())
    >>> ck.revise(halves, ck.phase, by=ck.profiles.Seasonal([2, 3])).of("sales")
    array([[39., 18., 21.],
           [59., 28., 31.]])
    >>> offers = {"node": ["a"], "kpi": ["sales"], "value": [50]}
    >>> ck.revise(halves, ck.reconcile, offers=offers).of("sales")
    array([[50., 25., 25.],
           [50., 25., 25.]])
    """
    wants(targets, Targets, "targets", "cascade(…)")
    stages = stages_of(targets)
    steps = [step_of(stage) for stage in stages[1:]]
    i = _place(steps, verb, which)
    step = steps[i]
    given = inputs_of(step)
    check(
        [
            Fault("revise", f"no such input of {_name(verb)}", suggest(name, given), value=name)
            for name in inputs
            if name not in given
        ]
    )
    made = step.verb(stages[i], **given | inputs)
    again = made.targets if isinstance(made, Reconciliation) else made
    return follow(again, steps[i + 1 :], i + 1)


def _place(steps: list[RecipeStep], verb: object, which: object) -> int:
    """Position of the step of a verb among all steps."""
    places = [i for i, step in enumerate(steps) if step.verb is verb]
    names = [_name(step.verb) for step in steps]
    if isinstance(verb, str) and verb in names:
        repair = f"give the verb itself: revise(targets, ck.{verb}, …)"
        raise InputError([Fault("revise", "the name of a verb", repair, value=verb)])
    if not places:
        reason = f"no step of this verb; the steps are {', '.join(names) or 'none'}"
        repair = "name one that there is, or change what comes first with recascade(…)"
        raise InputError([Fault("revise", reason, repair, value=_name(verb))])
    if which is None and len(places) > 1:
        reason = f"{len(places)} steps of it"
        repair = f"say which, counted from 0: revise(targets, {_name(verb)}, 0, …)"
        raise InputError([Fault("revise", reason, repair, value=_name(verb))])
    if which is None:
        return places[0]
    check(not_whole("revise", 0, len(places) - 1, which=which))
    assert isinstance(which, int)  # noqa: S101 - it has been looked at
    return places[which]


def _name(verb: object) -> str:
    return str(getattr(verb, "__name__", verb))
