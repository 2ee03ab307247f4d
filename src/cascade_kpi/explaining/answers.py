"""What can be asked of a stage, and refusing what cannot."""

from __future__ import annotations

from collections.abc import Callable

from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.explaining.explanation import Explanation

__all__ = ["Answers", "named", "not_asked"]

Answers = dict[str, Callable[[], Explanation]]
"""By quantity; the first is what is told if none is named."""


def not_asked(**options: object) -> None:
    """Refuse options that say nothing about the stage."""
    check(
        [
            Fault("explain", "not asked of this stage", "leave it out", column=name, value=value)
            for name, value in options.items()
            if value is not None
        ]
    )


def named(kpi: str | None, known: tuple[str, ...]) -> str:
    """The KPI that is asked for; refused if none is, with some that are known."""
    if kpi is None:
        check([Fault("explain", "which KPI?", f"pass kpi=…: {suggest('', known)}")])
    return kpi or ""
