"""The periods that targets and results are for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import field, frozen

from cascade_kpi._fields import as_tuple, members
from cascade_kpi.errors import Fault, check, suggest
from cascade_kpi.records import record

__all__ = ["Periods"]


def _labels(labels: str | Iterable[str]) -> Any:
    return (labels,) if isinstance(labels, str) else as_tuple(labels)


@record("cascade_kpi/periods")
@frozen
class Periods:
    """Period labels in their order in time.

    Parameters
    ----------
    labels : str or iterable of str
        At least one, all different, earliest first: ``"2026"``, or
        ``["2026Q1", "2026Q2", "2026Q3", "2026Q4"]``.

    Examples
    --------
    >>> Periods(["2026Q1", "2026Q2"]).index("2026Q2")
    1
    """

    labels: tuple[str, ...] = field(converter=_labels)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        first: dict[str, int] = {}
        for i, label in members(
            "periods", self.labels, str, "write each as text, such as '2026'", faults
        ):
            if not label.strip():
                faults.append(Fault("periods", "empty", "name it", row=i, value=label))
            elif first.setdefault(label, i) != i:
                reason = f"the same label as period {first[label]}"
                faults.append(Fault("periods", reason, "name each once", row=i, value=label))
        if not faults and not self.labels:
            faults.append(Fault("periods", "no period", "name at least one, such as '2026'"))
        check(faults)

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def index(self, label: str | None) -> int:
        """Position of a period, 0-based; None means the only one there is.

        Raises
        ------
        InputError
            If there is no such period, or None is given and there are several.
        """
        if label is None:
            if len(self.labels) > 1:
                repair = suggest("", self.labels)
                check([Fault("period", f"there are {len(self.labels)} periods", repair)])
            return 0
        if not isinstance(label, str) or label not in self.labels:
            check([Fault("period", "no such period", suggest(label, self.labels), value=label)])
        return self.labels.index(label)

    @classmethod
    def of(cls, periods: Periods | str | Iterable[str]) -> Periods:
        """Periods from labels; periods are returned as they are."""
        return periods if isinstance(periods, Periods) else cls(periods)
