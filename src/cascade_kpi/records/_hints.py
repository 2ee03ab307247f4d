"""From the annotations of a class to how its fields are written and read."""

from __future__ import annotations

import builtins
import functools
import types
import typing
from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime, time, timedelta
from enum import Enum
from typing import Any

import attrs
import numpy as np
from attrs import frozen

from cascade_kpi.errors import InputError, suggest
from cascade_kpi.records import _compound, _scalars
from cascade_kpi.records._arrays import Array
from cascade_kpi.records._place import Codec, Place, get, keys_fit, put
from cascade_kpi.records.registry import (
    class_of,
    form_of,
    kind_of,
    kinds,
    unknown_kind,
    unregistered,
)

__all__ = ["RECORD", "Record", "codec_of", "layout"]

_KIND = "kind"
_NOT_VALUES = (datetime, time, timedelta, np.generic, type, types.FunctionType, types.ModuleType)
_ATOMS: Mapping[Any, Codec] = {
    Any: _scalars.ANY,
    object: _scalars.ANY,
    None: _scalars.NULL,
    type(None): _scalars.NULL,
    bool: _scalars.BOOL,
    int: _scalars.INT,
    float: _scalars.FLOAT,
    str: _scalars.STR,
    **{text.type: text for text in _scalars.TEXTS},
}


@frozen(eq=False, repr=False)
class Member:
    """One field of a class: its name, its key in the document, and how it is written."""

    name: str
    argument: str
    key: str
    codec: Codec
    required: bool


@frozen(eq=False, repr=False)
class Record:
    """An object of a registered class; ``classes`` says of which, or of which base."""

    classes: tuple[type, ...]
    forms = frozenset({"record"})
    also = frozenset({"object"})  # so as to tell that its kind is missing

    @property
    def wants(self) -> str:
        if self.classes == (object,):
            return "a record"
        names = [cls.__name__ for cls in self.classes]
        return " or ".join(f"{'an' if name[0] in 'AEIOU' else 'a'} {name}" for name in names)

    def holds(self, value: object) -> bool:
        return any(_is_a(value, cls) for cls in self.classes)

    def encode(self, value: object, at: Place) -> dict[str, Any] | None:
        cls: type = type(value)
        kind = kind_of(cls)
        if kind is None:
            at.fault(*unregistered(cls), value)
            return None
        if at.too_deep():
            return None
        form = form_of(cls)
        try:
            shown = value if form is None else form.of(value)
        except InputError as error:  # not every object of a class may have been made from inputs
            at.refused(error)
            return None
        tree: dict[str, Any] = {_KIND: kind}
        for member in layout(form or cls):
            tree[member.key] = put(member.codec, getattr(shown, member.name), at.key(member.key))
        return tree

    def decode(self, json: Mapping[str, Any], at: Place) -> object:
        before = len(at.log.faults)
        cls = self._class(json, at)
        if cls is None:
            return None
        members = layout(form_of(cls) or cls)
        keys = [member.key for member in members]
        needed = [member.key for member in members if member.required]
        keys_fit(json, at, [_KIND, *keys], needed)
        values = {
            member.argument: get(member.codec, json[member.key], at.key(member.key))
            for member in members
            if member.key in json
        }
        return self._built(cls, values, at) if len(at.log.faults) == before else None

    def _class(self, json: Mapping[str, Any], at: Place) -> type | None:
        if _KIND not in json:
            at.key(_KIND).fault("this key is missing", f"say which: {self._options()}")
            return None
        kind = json[_KIND]
        if not isinstance(kind, str):
            at.key(_KIND).fault("a kind is a text", f"say which: {self._options()}", kind)
            return None
        cls = class_of(kind)
        if cls is None:
            at.key(_KIND).fault("unknown kind", unknown_kind(kind), kind)
        elif not _may_be(cls, self.classes):
            at.fault(f"{self.wants} is wanted here, not this kind", self._options(), kind)
        else:
            return cls
        return None

    def _built(self, cls: type, values: Mapping[str, Any], at: Place) -> object:
        try:
            form: Any = form_of(cls)
            made: object = cls(**values) if form is None else form(**values).make()
        except (ValueError, TypeError, ArithmeticError, LookupError) as error:
            at.refused(error)
            return None
        if not self.holds(made):  # only the object tells whether a Protocol's attributes are there
            at.fault(f"{self.wants} is wanted here, not this kind", self._options())
        return made

    def _options(self) -> str:
        fit = [kind for kind, cls in kinds().items() if _looks_like(cls, self.classes)]
        return suggest("", fit) if fit else f"import the package that defines {self.wants}"


RECORD = Record((object,))


@functools.lru_cache(maxsize=1024)
def layout(cls: type) -> tuple[Member, ...]:
    """The fields of an attrs class that are in its documents, in the order declared.

    Raises
    ------
    TypeError
        A field has no annotation, one that cannot be resolved or written, or
        is left out of the documents although the constructor needs it.
    """
    try:
        hints = typing.get_type_hints(cls)
    except NameError as error:
        raise TypeError(
            f"an annotation of {cls.__qualname__} cannot be resolved ({error}): "
            "import the name at the top of the module, not under TYPE_CHECKING"
        ) from error
    members = [
        _member(cls, field, hints)
        for field in attrs.fields(cls)
        if field.init and field.metadata.get("record", True)
    ]
    for field in attrs.fields(cls):
        if not field.metadata.get("record", True) and field.init and _required(field):
            raise TypeError(
                f"{cls.__qualname__}.{field.name} is left out of records: give it a default"
            )
    if len({member.key for member in members}) < len(members):
        raise TypeError(f"{cls.__qualname__} has two fields for the key 'kind_'")
    return tuple(members)


def _member(cls: type, field: attrs.Attribute[Any], hints: Mapping[str, Any]) -> Member:
    if field.name not in hints:
        raise TypeError(f"{cls.__qualname__}.{field.name} has no type: annotate it")
    try:
        codec = codec_of(hints[field.name])
    except TypeError as error:
        raise TypeError(f"{cls.__qualname__}.{field.name}: {error}") from None
    argument = field.alias or field.name
    key = f"{argument}_" if argument == _KIND else argument
    return Member(field.name, argument, key, codec, _required(field))


def _required(field: attrs.Attribute[Any]) -> bool:
    return field.default is attrs.NOTHING


@functools.lru_cache(maxsize=1024)
def codec_of(hint: Any) -> Codec:
    """How values of an annotated type are written and read.

    Raises
    ------
    TypeError
        There is no one way to write them.
    """
    atom = _ATOMS.get(hint)
    if atom is not None:
        return atom
    named = getattr(hint, "__supertype__", None) or getattr(hint, "__value__", None)
    if named is not None:  # NewType, or a `type X = ...` statement
        return codec_of(named)
    origin = typing.get_origin(hint) or hint
    arguments = typing.get_args(hint)
    make = _GENERIC.get(origin)
    if make is not None and (arguments or origin is np.ndarray):
        return make(arguments)
    if isinstance(origin, type) and issubclass(origin, Enum):
        return _scalars.choice_of_enum(origin)
    if not isinstance(origin, type) or not _may_be_record(origin):
        raise TypeError(
            f"{hint} cannot be written as JSON; use tuple[X, ...], Mapping[str, X] or a record"
        )
    return Record((origin,))


def _may_be_record(cls: type) -> bool:
    plain = getattr(builtins, cls.__name__, None) is cls or issubclass(cls, _NOT_VALUES)
    return not plain and not cls.__module__.startswith(("collections", "typing"))


def _tuple(arguments: tuple[Any, ...]) -> Codec:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return _compound.Items(codec_of(arguments[0]))
    return _compound.Row(tuple(map(codec_of, arguments)))


def _mapping(arguments: tuple[Any, ...]) -> Codec:
    key, value = map(codec_of, arguments)
    if key is _scalars.STR:
        return _compound.Table(value)
    return _compound.Pairs(_compound.Items(_compound.Row((key, value))))


def _union(arguments: tuple[Any, ...]) -> Codec:
    codecs = [codec_of(argument) for argument in arguments]
    if _scalars.ANY in codecs:
        return _scalars.ANY
    classes = [cls for codec in codecs if isinstance(codec, Record) for cls in codec.classes]
    members = [codec for codec in codecs if not isinstance(codec, Record)]
    # A whole number is held by float too: the exact type goes first.
    members.sort(key=lambda codec: codec is _scalars.FLOAT)
    if classes:  # the kind tells them apart
        members.append(Record(tuple(classes)))
    return members[0] if len(members) == 1 else _compound.Union(tuple(members))


def _literal(arguments: tuple[Any, ...]) -> Codec:
    if not all(type(argument) is str for argument in arguments):
        raise TypeError(f"Literal{list(arguments)} cannot be written as JSON; use texts alone")
    return _scalars.choice_of_texts(arguments)


def _array(arguments: tuple[Any, ...]) -> Codec:
    """``np.ndarray[shape, np.dtype[X]]``: by X, or for any where X is no class of numpy's."""
    inner = typing.get_args(arguments[1]) if len(arguments) == 2 else ()
    element = typing.get_origin(inner[0]) or inner[0] if inner else np.generic
    known = isinstance(element, type) and issubclass(element, np.generic)
    return Array(element if known else np.generic)


_GENERIC: Mapping[Any, Callable[[tuple[Any, ...]], Codec]] = {
    tuple: _tuple,
    dict: _mapping,
    Mapping: _mapping,
    MutableMapping: _mapping,
    typing.Union: _union,
    types.UnionType: _union,
    typing.Literal: _literal,
    np.ndarray: _array,
}


def _is_a(value: object, cls: type) -> bool:
    try:
        return isinstance(value, cls)
    except TypeError:  # a Protocol that is not runtime_checkable: the type checker's business
        return True


def _may_be(cls: type, classes: tuple[type, ...]) -> bool:
    """Whether objects of a class can be of one of the classes; certain only of real bases."""
    for wanted in classes:
        try:
            if issubclass(cls, wanted):
                return True
        except TypeError:  # a Protocol with attributes: only an object can tell
            return True
    return False


def _looks_like(cls: type, classes: tuple[type, ...]) -> bool:
    """Whether a class has all that a Protocol among the classes names, or is of one of them."""
    for wanted in classes:
        try:
            if issubclass(cls, wanted):
                return True
        except TypeError:
            known = {*dir(cls), *(each.name for each in getattr(cls, "__attrs_attrs__", ()))}
            named = {name for name in {*vars(wanted), *wanted.__annotations__} if name[0] != "_"}
            if named <= known:
                return True
    return False
