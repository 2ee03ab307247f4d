"""How tuples, mappings and unions are written and read, member by member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from cascade_kpi.records._place import Codec, Place, form, get, keys_once, put
from cascade_kpi.records._scalars import STR

__all__ = ["Items", "Pairs", "Row", "Table", "Union"]

_NONE: frozenset[str] = frozenset()


@frozen(eq=False, repr=False)
class Items:
    """A tuple of any length, all of one type."""

    each: Codec
    wants = "a list"
    forms = frozenset({"list"})
    also = _NONE

    def holds(self, value: object) -> bool:
        return isinstance(value, tuple)

    def encode(self, value: tuple[Any, ...], at: Place) -> list[Any] | None:
        if at.too_deep():
            return None
        return [put(self.each, one, at.item(i)) for i, one in enumerate(value)]

    def decode(self, json: list[Any], at: Place) -> tuple[Any, ...]:
        return tuple([get(self.each, one, at.item(i)) for i, one in enumerate(json)])


@frozen(eq=False, repr=False)
class Row:
    """A tuple of a given length, each place with a type of its own."""

    places: tuple[Codec, ...]
    forms = frozenset({"list"})
    also = _NONE

    @property
    def wants(self) -> str:
        return f"a list of {len(self.places)}"

    def holds(self, value: object) -> bool:
        return isinstance(value, tuple) and len(value) == len(self.places)

    def encode(self, value: tuple[Any, ...], at: Place) -> list[Any] | None:
        if at.too_deep():
            return None
        pairs = zip(self.places, value, strict=True)
        return [put(codec, one, at.item(i)) for i, (codec, one) in enumerate(pairs)]

    def decode(self, json: list[Any], at: Place) -> tuple[Any, ...] | None:
        if len(json) != len(self.places):
            at.fault(f"{self.wants} is wanted here, not of {len(json)}", f"write {self.wants}")
            return None
        pairs = zip(self.places, json, strict=True)
        return tuple([get(codec, one, at.item(i)) for i, (codec, one) in enumerate(pairs)])


@frozen(eq=False, repr=False)
class Table:
    """A mapping from texts: an object. It is read as a dict, in the order written."""

    each: Codec
    wants = "an object"
    forms = frozenset({"object"})
    also = frozenset({"record", "array", "tagged"})  # they only look so: any key is lawful here

    def holds(self, value: object) -> bool:
        return isinstance(value, Mapping)

    def encode(self, value: Mapping[str, Any], at: Place) -> dict[str, Any] | None:
        if at.too_deep():
            return None
        return {
            put(STR, name, at.key(name)): put(self.each, one, at.key(name))
            for name, one in value.items()
        }

    def decode(self, json: Mapping[str, Any], at: Place) -> dict[str, Any]:
        keys_once(json, at)
        return {
            get(STR, name, at.key(name)): get(self.each, one, at.key(name))
            for name, one in json.items()
        }


@frozen(eq=False, repr=False)
class Pairs:
    """A mapping from anything but texts alone: a list of [key, value]."""

    items: Items
    wants = "a list of [key, value]"
    forms = frozenset({"list"})
    also = _NONE

    def holds(self, value: object) -> bool:
        return isinstance(value, Mapping)

    def encode(self, value: Mapping[Any, Any], at: Place) -> list[Any] | None:
        return self.items.encode(tuple(value.items()), at)

    def decode(self, json: list[Any], at: Place) -> dict[Any, Any] | None:
        before = len(at.log.faults)
        pairs = self.items.decode(json, at)
        if len(at.log.faults) > before:
            return None
        found: dict[Any, Any] = {}
        for i, (key, one) in enumerate(pairs):
            if key in found:
                at.item(i).fault("this key is there more than once", "keep one of them", key)
            found[key] = one
        return found


@frozen(eq=False, repr=False)
class Union:
    """One of several types, told apart by their form in the document.

    Raises
    ------
    TypeError
        Two of them have the same form: ``str | date``.
    """

    members: tuple[Codec, ...]
    by_form: Mapping[str, Codec] = field(init=False)

    @by_form.default
    def _by_form(self) -> Mapping[str, Codec]:
        found: dict[str, Codec] = {}
        for member in self.members:
            for name in member.forms:
                if name in found:
                    raise TypeError(
                        f"{found[name].wants} and {member.wants} cannot be told apart in JSON"
                    )
                found[name] = member
        for member in self.members:
            for name in member.also:
                found.setdefault(name, member)
        return found

    @property
    def wants(self) -> str:
        return " or ".join(member.wants for member in self.members)

    @property
    def forms(self) -> frozenset[str]:
        return frozenset(self.by_form)

    @property
    def also(self) -> frozenset[str]:
        return _NONE

    def holds(self, value: object) -> bool:
        return any(member.holds(value) for member in self.members)

    def encode(self, value: Any, at: Place) -> Any:
        # The exact one first: a whole number is held by float too.
        member = next(one for one in self.members if one.holds(value))
        before = len(at.log.faults)
        json = member.encode(value, at)
        if len(at.log.faults) == before and self.by_form.get(form(json)) is not member:
            at.fault(f"{member.wants} that would be read as another type", "rename its keys")
        return json

    def decode(self, json: Any, at: Place) -> Any:
        return self.by_form[form(json)].decode(json, at)
