"""Which class stands behind which ``kind``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import attrs

from cascade_kpi.errors import suggest

__all__ = [
    "Form",
    "class_of",
    "defer",
    "form_of",
    "kind_of",
    "kinds",
    "record",
    "unknown_kind",
    "unregistered",
]

_Class = TypeVar("_Class", bound=type)

_KIND = re.compile(r"[A-Za-z_][\w-]*/[A-Za-z_][\w.-]*", re.ASCII)
_classes: dict[str, type] = {}
_kinds: dict[type, str] = {}
_forms: dict[type, type[Form]] = {}
_deferred: list[str] = []


class Form(Protocol):
    """A frozen attrs class whose fields stand in a document for another class's."""

    @classmethod
    def of(cls, obj: Any) -> Form:
        """The form of an object."""

    def make(self) -> object:
        """The object again, checked; it refuses by a ValueError or InputError."""


def record(kind: str, *, written_as: type[Form] | None = None) -> Callable[[_Class], _Class]:
    """Register a frozen attrs class to be written to and read from JSON.

    Parameters
    ----------
    kind : str
        ``"namespace/name"``; the namespace is the package that defines the
        class. It is stored in documents: once published, it must stay.
    written_as : type, optional
        A frozen attrs class whose fields are written in place of the class's
        own, with a classmethod ``of(obj)`` and a method ``make()`` back: for
        a class whose fields are derived from less, or need more checks
        than its constructor makes.

    Returns
    -------
    callable
        A decorator that returns the class as it is.

    Raises
    ------
    ValueError
        The kind is not of that form, or another class has it. A class of the
        same module and name replaces the earlier one: a notebook cell may be
        run again.
    TypeError
        The class, or its form, is not a frozen attrs class; the class has a
        kind already; the form has no ``of`` or ``make``.

    Examples
    --------
    >>> from attrs import frozen
    >>> from cascade_kpi.records import from_json, record, to_json
    >>> @record("acme/curves.power")
    ... @frozen
    ... class Power:
    ...     exponent: float
    >>> print(to_json(Power(0.5)))
    {
      "schema": "cascade_kpi",
      "version": 1,
      "written_by": "cascade_kpi ...",
      "record": {"kind": "acme/curves.power", "exponent": 0.5}
    }
    >>> from_json(to_json(Power(0.5)))
    Power(exponent=0.5)
    """
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is not a kind: write it as 'your_package/name'")

    def register(cls: _Class) -> _Class:
        _check_class(cls, kind)
        if written_as is not None:
            _check_form(written_as, kind)
        old = _classes.get(kind)
        if old is not None and _place(old) != _place(cls):
            raise ValueError(f"the kind {kind!r} is taken by {_place(old)}: choose another name")
        if _kinds.get(cls, kind) != kind:
            raise TypeError(f"{cls.__qualname__} is registered as {_kinds[cls]!r} already")
        if old is not None:
            del _kinds[old]
            _forms.pop(old, None)
        _classes[kind] = cls
        _kinds[cls] = kind
        if written_as is not None:
            _forms[cls] = written_as
        return cls

    return register


def kinds() -> Mapping[str, type]:
    """Every registered kind and its class, sorted by kind.

    Examples
    --------
    >>> from cascade_kpi.records import kinds
    >>> all("/" in kind for kind in kinds())
    True
    """
    _import_deferred()
    return MappingProxyType(dict(sorted(_classes.items())))


def defer(*modules: str) -> None:
    """Name modules whose kinds are looked for only when a kind is not known yet.

    For the modules of this package that are imported when they are first
    used: a document may speak of their kinds before anything else does.
    """
    _deferred.extend(modules)


def _import_deferred() -> None:
    while _deferred:
        import_module(_deferred.pop())


def kind_of(cls: type) -> str | None:
    """The kind of a class, None if it has none; a subclass does not inherit it."""
    if cls not in _kinds:
        _import_deferred()
    return _kinds.get(cls)


def class_of(kind: str) -> type | None:
    """The class of a kind, None if it is unknown."""
    if kind not in _classes:
        _import_deferred()
    return _classes.get(kind)


def form_of(cls: type) -> type[Form] | None:
    """The class that one is written as, None if its own fields are written."""
    return _forms.get(cls)


def unknown_kind(kind: str) -> str:
    """A repair clause for a kind that nobody has registered."""
    namespace = kind.partition("/")[0]
    spaces = {name.partition("/")[0] for name in kinds()}
    if namespace in spaces:
        return suggest(kind, [name for name in kinds() if name.startswith(f"{namespace}/")])
    if "/" not in kind or suggest(namespace, spaces).startswith("did you mean"):
        return suggest(kind, kinds())
    return "import the package that defines this kind before reading"


def unregistered(cls: type) -> tuple[str, str]:
    """Reason and repair for a value whose class has no kind."""
    name = cls.__qualname__
    if any(_place(cls) == _place(known) for known in _classes.values()):
        return f"this {name} is of an earlier definition of its class", "make it again"
    if attrs.has(cls) and cls.__module__.startswith("cascade_kpi."):
        return (
            f"a {name} has no record of its own yet",
            "write what it was made from, and make it again; or keep its tables as files",
        )
    if attrs.has(cls):
        return (
            f"the class {name} is not registered",
            'put @record("your_package/name") above its @frozen',
        )
    return f"a {name} cannot be written as JSON", "hold a plain value or a registered record"


def _check_class(cls: type, kind: str) -> None:
    if not isinstance(cls, type) or not attrs.has(cls) or "__attrs_attrs__" not in vars(cls):
        raise TypeError(f'put @record("{kind}") above the @frozen of an attrs class: {cls!r}')
    if not _is_frozen(cls):
        raise TypeError(f"{cls.__qualname__} can be changed after it is made: use attrs.frozen")


def _check_form(form: type[Form], kind: str) -> None:
    _check_class(form, kind)
    if not callable(getattr(form, "of", None)) or not callable(getattr(form, "make", None)):
        raise TypeError(f"{form.__qualname__} needs of(obj) and make() to stand for {kind!r}")


def _is_frozen(cls: type) -> bool:
    """Whether a bare instance refuses to be changed; asked of the class's own behaviour."""
    probe: object = object.__new__(cls)
    try:
        setattr(probe, next((field.name for field in attrs.fields(cls)), "_"), None)
    except attrs.exceptions.FrozenError:
        return True
    except Exception:  # noqa: BLE001 - a validator or converter that ran: it can be set
        return False
    return False


def _place(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
