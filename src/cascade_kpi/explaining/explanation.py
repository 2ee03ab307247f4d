"""Explanations: named quantities, each made from others by an operation."""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Iterator
from functools import cached_property
from typing import Protocol

from attrs import evolve, field, frozen

from cascade_kpi._text import visible

__all__ = ["Explanation", "Operation"]

_DEEPEST = 40  # levels that are set in; what is deeper says its level


class Operation(Protocol):
    """How a quantity follows from its inputs.

    It does the arithmetic that the stage did for everybody, by calling the
    same kernels and rules on one node's numbers.
    """

    def __call__(self, *inputs: float) -> float:
        """The quantity, from its inputs in their order."""
        ...

    def words(self) -> str:
        """What it does, with the rule's parameters, as a clause."""
        ...


def _nothing() -> tuple[Explanation, ...]:
    return ()


@frozen(eq=False, repr=False)
class Explanation:
    """One quantity, and why it is what it is.

    Attributes
    ----------
    name : str
        Which quantity: ``"revenue of East, 2026Q1"``.
    value : float
        As the stage holds it; NaN is absent.
    unit, period : str
    operation : Operation or None
        What makes it from its inputs; None for an input of the user's.
    source : str
        Where an input came from: ``"actuals row 17, value"``; else empty.
    key : hashable, optional
        What a quantity is known by that may be met again and again below one
        other, as a parent's months are below those of all its children. It is
        made again only once, and its inputs are printed where it is met first.

    Notes
    -----
    Inputs are made when they are first asked for, so that explaining the
    total of a large company costs no more than looking at it.
    """

    name: str
    value: float
    unit: str
    period: str
    operation: Operation | None = None
    source: str = ""
    expand: Callable[[], tuple[Explanation, ...]] = field(default=_nothing)
    key: Hashable = None

    @cached_property
    def inputs(self) -> tuple[Explanation, ...]:
        """The quantities it was made from, in the operation's order."""
        return self.expand()

    def within(self, scope: Hashable) -> Explanation:
        """The same, its keys and those below it told from those of another scope.

        A key says which quantity of one stage is met again. Where two stages are
        explained side by side, as before and after, each is a scope of its own.
        """
        return evolve(
            self,
            expand=lambda: tuple(part.within(scope) for part in self.inputs),
            key=None if self.key is None else (scope, self.key),
        )

    def evaluate(self) -> float:
        """Make the value again from the inputs: the same bits.

        Every operation is done again from the leaves up; no value of a stage
        is read on the way.
        """
        done: list[float] = []
        known: dict[Hashable, float] = {}
        waiting: list[tuple[Explanation, int]] = [(self, -1)]
        while waiting:
            node, inputs = waiting.pop()
            if node.operation is None:
                done.append(node.value)
            elif inputs < 0 and node.key in known:
                done.append(known[node.key])
            elif inputs < 0:
                parts = node.expand()
                waiting.append((node, len(parts)))
                waiting.extend((part, -1) for part in reversed(parts))
            else:
                arguments = done[len(done) - inputs :]
                del done[len(done) - inputs :]
                done.append(node.operation(*arguments))
                if node.key is not None:
                    known[node.key] = done[-1]
        return done[0]

    def walk(self, depth: int | None = None) -> Iterator[tuple[int, Explanation]]:
        """The quantity and those below it, with their depth, in preorder.

        What has a key is met wherever it is an input, what is below it once.
        """
        waiting = [(0, self)]
        told: set[Hashable] = set()
        while waiting:
            level, node = waiting.pop()
            yield level, node
            if _again(node, told):
                continue
            if depth is None or level < depth:
                waiting.extend((level + 1, part) for part in reversed(node.inputs))

    def text(self, depth: int | None = 3, *, width: int = 12) -> str:
        """As text, one quantity a line.

        Parameters
        ----------
        depth : int or None
            Levels of inputs to print; None for all, down to the input rows.
        width : int
            Most inputs of one quantity; what is left out is said.

        Notes
        -----
        Lines are set in by their level. Those more than 40 levels down stand below each
        other, each with its level in brackets: else a long chain would be all margin.
        """
        lines: list[str] = []
        waiting: list[tuple[int, Explanation | str]] = [(0, self)]
        told: set[Hashable] = set()
        while waiting:
            level, node = waiting.pop()
            if isinstance(node, str):
                lines.append(_margin(level) + node)
                continue
            lines.append(_margin(level) + _line(node))
            if depth is not None and level >= depth:
                continue
            if _again(node, told):
                lines[-1] += ", as above"
                continue
            shown: list[Explanation | str] = list(node.inputs[:width])
            if len(node.inputs) > width:
                shown.append(f"… and {len(node.inputs) - width:,} more")
            waiting.extend((level + 1, part) for part in reversed(shown))
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Explanation of {_line(self)}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text())}</pre>"


def _again(node: Explanation, told: set[Hashable]) -> bool:
    """Whether what is below a quantity has been told; it is, from now on."""
    if node.key is None:
        return False
    if node.key in told:
        return True
    told.add(node.key)
    return False


def _margin(level: int) -> str:
    return "  " * level if level <= _DEEPEST else f"{'  ' * _DEEPEST}[{level}] "


def _line(node: Explanation) -> str:
    value = "absent" if node.value != node.value else f"{node.value:,.10g} {node.unit}".strip()
    why = node.operation.words() if node.operation is not None else node.source
    return visible(f"{node.name} = {value}" + (f"  ← {why}" if why else ""))
