"""Formulas as values: names, constants, sums and products of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any, NoReturn

from attrs import field, frozen

from cascade_kpi._fields import as_number, as_tuple, members, not_numbers, not_texts, refusals
from cascade_kpi._text import plain
from cascade_kpi.drivers.units import Unit
from cascade_kpi.errors import Fault, InputError, a_or_an, check
from cascade_kpi.kpis.kpi import Kpi
from cascade_kpi.records import record

__all__ = ["Constant", "D", "Expression", "Product", "Total", "names_in"]

_SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}


class Expression:
    """What can be added, subtracted, multiplied and divided.

    Numbers that are met are taken as :class:`Constant` without a unit; anything else is refused
    with an InputError. Expressions are equal if they are written alike: ``D("a") + D("b")`` is
    not ``D("b") + D("a")``.
    """

    __slots__ = ()
    # numpy numbers leave operators to this class.
    __array_ufunc__ = None

    def __add__(self, other: Expression | float) -> Expression:
        return _joined(Total, self, "+", other)

    def __radd__(self, other: Expression | float) -> Expression:
        if isinstance(other, int) and not isinstance(other, bool) and other == 0:
            return self  # what sum() begins with; it has no unit
        return _joined(Total, other, "+", self)

    def __sub__(self, other: Expression | float) -> Expression:
        return _joined(Total, self, "-", other)

    def __rsub__(self, other: Expression | float) -> Expression:
        return _joined(Total, other, "-", self)

    def __mul__(self, other: Expression | float) -> Expression:
        return _joined(Product, self, "*", other)

    def __rmul__(self, other: Expression | float) -> Expression:
        return _joined(Product, other, "*", self)

    def __truediv__(self, other: Expression | float) -> Expression:
        return _joined(Product, self, "/", other)

    def __rtruediv__(self, other: Expression | float) -> Expression:
        return _joined(Product, other, "/", self)

    def __pow__(self, other: object) -> Expression:
        return _no_such("**", other)

    def __rpow__(self, other: object) -> Expression:
        return _no_such("**", other)

    def __mod__(self, other: object) -> Expression:
        return _no_such("%", other)

    def __lt__(self, other: object) -> Expression:
        return _no_such("<", other)

    def __gt__(self, other: object) -> Expression:
        return _no_such(">", other)

    def __neg__(self) -> Expression:
        return Total((self,), "-")

    def __pos__(self) -> Expression:
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Expression):
            return NotImplemented
        return self is other or _tokens(self) == _tokens(other)

    def __hash__(self) -> int:
        return hash(_tokens(self))

    def __repr__(self) -> str:
        return _written(self, _code, {"+": " + ", "-": " - ", "*": " * ", "/": " / "})

    def __str__(self) -> str:
        return _written(self, _read, _SIGNS)


def _no_such(sign: str, other: object) -> NoReturn:
    """Refuse what would not be a sum or a product."""
    repair = "write it with + - * / of KPIs and numbers; D('x') * D('x') is a square"
    raise InputError([Fault("driver tree", f"no formulas with {sign}", repair, value=other)])


def _name(name: Any) -> Any:
    return name.name if isinstance(name, Kpi) else name


@record("cascade_kpi/drivers.name")
@frozen(eq=False, repr=False)
class D(Expression):
    """A KPI by its name, or another definition of the same tree.

    Parameters
    ----------
    name : str or Kpi

    Examples
    --------
    >>> print(D("customers") * D("arpu") - D("cost"))
    customers × arpu − cost
    """

    name: str = field(converter=_name)

    def __attrs_post_init__(self) -> None:
        check(not_texts("driver", name=self.name))


@record("cascade_kpi/drivers.constant")
@frozen(eq=False, repr=False)
class Constant(Expression):
    """A number that never moves, with its unit.

    Parameters
    ----------
    value : float
    unit : str
        Nothing for a pure number.

    Examples
    --------
    >>> Constant(365, "days") * D("receivables") / D("revenue")
    Constant(365.0, 'days') * D('receivables') / D('revenue')
    """

    value: float = field(converter=as_number)
    unit: str = ""

    def __attrs_post_init__(self) -> None:
        faults = not_numbers("constant", value=self.value)
        if not isinstance(self.unit, str):
            repair = "give it as text, nothing for a pure number"
            faults.append(Fault("constant", "not text", repair, column="unit", value=self.unit))
        else:
            faults += refusals(Unit.parse, self.unit)
        check(faults)


@record("cascade_kpi/drivers.total")
@frozen(eq=False, repr=False)
class Total(Expression):
    """A sum and difference of operands, from the left; ``+`` and ``-`` make it.

    Parameters
    ----------
    operands : tuple of Expression
    signs : str
        ``+`` or ``-`` for each operand.
    """

    operands: tuple[Expression, ...] = field(converter=as_tuple)
    signs: str

    def __attrs_post_init__(self) -> None:
        _check_chain("sum", self.operands, self.signs, "+-")


@record("cascade_kpi/drivers.product")
@frozen(eq=False, repr=False)
class Product(Expression):
    """A product and quotient of operands, from the left; ``*`` and ``/`` make it.

    Parameters
    ----------
    operands : tuple of Expression
    signs : str
        ``*`` or ``/`` for each operand; ``*`` for the first.
    """

    operands: tuple[Expression, ...] = field(converter=as_tuple)
    signs: str

    def __attrs_post_init__(self) -> None:
        _check_chain("product", self.operands, self.signs, "*/")
        if self.signs.startswith("/"):
            check([Fault("product", "it begins with a divisor", "begin with Constant(1)")])


def _check_chain(what: str, operands: Any, signs: Any, known: str) -> None:
    faults: list[Fault] = []
    if (  # a long chain is made link by link: the usual case is looked at by the whole
        isinstance(operands, tuple)
        and isinstance(signs, str)
        and len(operands) == len(signs) > 0
        and not signs.strip(known)
        and {D, Constant, Total, Product}.issuperset(map(type, operands))
    ):
        return
    members(what, operands, Expression, "use D(…) or Constant(…)", faults, column="operands")
    if not isinstance(signs, str) or not set(signs) <= set(known):
        reason = f"not a text of {' and '.join(known)}"
        faults.append(Fault(what, reason, "give one sign an operand", column="signs", value=signs))
    elif not faults and len(signs) != len(operands):
        reason = f"{len(signs)} signs for {len(operands)} operands"
        faults.append(Fault(what, reason, "give one sign an operand", column="signs", value=signs))
    if not faults and not operands:
        faults.append(Fault(what, "nothing in it", "give it operands"))
    check(faults)


def _joined(kind: type[Total | Product], left: Any, sign: str, right: Any) -> Expression:
    """Two operands, or one more of a chain: a + b + c is one sum of three."""
    one, other = _expression(left, sign), _expression(right, sign)
    if isinstance(one, kind):
        return kind((*one.operands, other), one.signs + sign)
    return kind((one, other), ("+" if kind is Total else "*") + sign)


def _expression(value: Any, sign: str) -> Expression:
    """An operand, once it is found to be one."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, Real) and not isinstance(value, bool):
        return Constant(value)
    what = {bool: "a truth value", type(None): "None"}.get(type(value))
    what = what or a_or_an(type(value).__name__)
    reason = f"{what} is no operand of {_SIGNS[sign].strip()}"
    check([Fault("formula", reason, _meant(value), value=value)])
    raise AssertionError  # check has raised


def _meant(value: Any) -> str:
    """What may have been meant by something that is no operand."""
    if isinstance(value, str):
        return f"write D({value!r}) if it is a KPI, or a plain number"
    if isinstance(value, Kpi):
        return f"write D({value.name!r})"
    return "use D(…), Constant(…) or a plain number"


def _walk(root: Expression) -> Iterator[Expression]:
    """Every part, an operator before its operands, from the left; not by recursion."""
    waiting = [root]
    while waiting:
        here = waiting.pop()
        yield here
        if isinstance(here, Total | Product):
            waiting.extend(reversed(here.operands))


def _tokens(root: Expression) -> tuple[object, ...]:
    """The expression as a flat tuple that is equal for equal expressions only."""
    return tuple(
        (type(part), part.signs)
        if isinstance(part, Total | Product)
        else (Constant, part.value.hex(), part.unit)
        if isinstance(part, Constant)
        else (D, part.name if isinstance(part, D) else part)
        for part in _walk(root)
    )


def names_in(root: Expression) -> tuple[str, ...]:
    """Names that occur, in order of first appearance."""
    return tuple(dict.fromkeys(part.name for part in _walk(root) if isinstance(part, D)))


def _code(part: Expression) -> str:
    if isinstance(part, Constant):
        return f"Constant({part.value!r}{f', {part.unit!r}' if part.unit else ''})"
    return f"D({part.name!r})" if isinstance(part, D) else "…"


def _read(part: Expression) -> str:
    if isinstance(part, Constant):
        return f"{plain(part.value).replace('-', '−')} {part.unit}".strip()
    return part.name if isinstance(part, D) else "…"


def _written(root: Expression, atom: Callable[[Expression], str], signs: dict[str, str]) -> str:
    """The expression between its operators, with the brackets that it needs."""
    out: list[str] = []
    waiting: list[Expression | str] = [root]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            out.append(part)
        elif not isinstance(part, Total | Product):
            out.append(atom(part))
        else:
            for i in reversed(range(len(part.operands))):
                waiting += reversed(_bracketed(part, i))
                if i:
                    waiting.append(signs[part.signs[i]])
            if part.signs.startswith("-"):
                waiting.append(signs["-"].strip())
    return "".join(out)


def _bracketed(above: Total | Product, i: int) -> list[Expression | str]:
    part = above.operands[i]
    bare = not isinstance(part, Total | Product)
    negated = i == 0 and above.signs.startswith("-")  # a minus binds closer than a product
    if bare or (isinstance(above, Total) and isinstance(part, Product) and not negated):
        return [part]
    return ["(", part, ")"]
