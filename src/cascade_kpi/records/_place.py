"""Where a reader or a writer stands in a document, and what it found wrong there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from attrs import evolve, frozen

from cascade_kpi.errors import Fault, InputError, _short, suggest

__all__ = [
    "DEPTH",
    "NOT_FINITE",
    "Codec",
    "Log",
    "Object",
    "Place",
    "Token",
    "form",
    "get",
    "keys_fit",
    "keys_once",
    "put",
]

#: How deep lists and objects may be nested. Readers and writers call
#: themselves once or twice a level, so this also bounds the stack.
DEPTH = 100

#: Faults after which a reader gives up: nobody reads more of them.
_ENOUGH = 10_000

NOT_FINITE: Mapping[str, float] = {
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": float("-inf"),
}


class Object(dict[str, Any]):
    """A JSON object as it was read, with the keys that came twice."""

    repeated: tuple[str, ...] = ()


@frozen
class Token:
    """Stands in a parsed document for a number that JSON does not have."""

    reason: str
    repair: str


class Log:
    """The faults of one document, and the errors that some of them came from."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.cause: Exception | None = None

    def add(self, faults: Iterable[Fault]) -> None:
        """Keep the faults; raise at once when there are too many to read."""
        self.faults.extend(faults)
        if len(self.faults) >= _ENOUGH:
            self.check()

    def check(self) -> None:
        """Raise all faults, if there are any."""
        if self.faults:
            raise InputError(self.faults) from self.cause


class Place:
    """A path such as ``$.record.curve.points[2][0]``, and where to tell faults.

    A plain slotted class: one is made for every value in a document.
    """

    __slots__ = ("depth", "log", "path")

    def __init__(self, path: str, depth: int, log: Log) -> None:
        self.path = path
        self.depth = depth
        self.log = log

    def key(self, name: object) -> Place:
        """The place of a member of an object."""
        plain = isinstance(name, str) and len(name) < 60 and name.isidentifier()
        return Place(
            f"{self.path}.{name}" if plain else f"{self.path}[{_short(name)}]",
            self.depth + 1,
            self.log,
        )

    def item(self, i: int) -> Place:
        """The place of an element of a list."""
        return Place(f"{self.path}[{i}]", self.depth + 1, self.log)

    def fault(self, reason: str, repair: str, value: object = None) -> None:
        """Tell what is wrong here; ``value`` is shown if it is a plain one."""
        shown = value if type(value) in {str, int, float, bool} else None
        self.log.add([Fault(self.path, reason, repair, value=shown)])

    def refused(self, error: Exception) -> None:
        """Tell what a class said about the values it was handed here."""
        self.log.cause = self.log.cause or error
        if isinstance(error, InputError):
            self.log.add(
                evolve(fault, source=f"{self.path} ({fault.source})") for fault in error.faults
            )
            return
        # attrs' validators put the attribute and the value after the message.
        message = error.args[0] if error.args else type(error).__name__
        self.fault(str(message), "correct the values of this record")

    def too_deep(self) -> bool:
        """Whether a list or object here would be nested too deep; tells so."""
        if self.depth < DEPTH:
            return False
        self.log.add(
            [Fault(f"{self.path[:60]}…", f"nested more than {DEPTH} deep", "flatten the record")]
        )
        return True


class Codec(Protocol):
    """How values of one type are written and read.

    ``encode`` is handed a value that it ``holds``; ``decode`` a JSON value of
    one of its ``forms``. Both tell finer faults to the place and then return
    None: what stands under a fault is never used.
    """

    @property
    def wants(self) -> str:
        """What is wanted, in words: ``"a number"``."""

    @property
    def forms(self) -> frozenset[str]:
        """The JSON forms by which it is known; see :func:`form`."""

    @property
    def also(self) -> frozenset[str]:
        """More forms that it reads where no other codec claims them."""

    def holds(self, value: object) -> bool:
        """Whether a Python value is of the type, looked at from outside."""

    def encode(self, value: Any, at: Place) -> Any:
        """The value as JSON."""

    def decode(self, json: Any, at: Place) -> Any:
        """The value of the JSON."""


_FORMS: Mapping[type, str] = {
    type(None): "null",
    bool: "bool",
    int: "int",
    float: "float",
    str: "text",
    list: "list",
    Token: "token",
}
_WORDS: Mapping[str, str] = {
    "null": "null",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "text": "a text",
    "list": "a list",
}


def form(json: Any) -> str:
    """The form of a JSON value: a JSON type, or ``"record"``, ``"array"``,
    or ``"tagged"``, which is a float that is not finite.
    """
    plain = _FORMS.get(type(json))
    if plain is not None:
        return plain
    if isinstance(json.get("kind"), str):
        return "record"
    if isinstance(json.get("array"), str):
        return "array"
    if len(json) == 1 and isinstance(json.get("float"), str) and json["float"] in NOT_FINITE:
        return "tagged"
    return "object"


def put(codec: Codec, value: object, at: Place) -> Any:
    """Write a value that ought to be of the codec's type."""
    if codec.holds(value):
        return codec.encode(value, at)
    at.fault(
        f"{codec.wants} is wanted here, not a value of type {type(value).__name__}",
        "convert it when the object is made",
        value,
    )
    return None


def get(codec: Codec, json: Any, at: Place) -> Any:
    """Read a JSON value that ought to be of the codec's forms."""
    met = form(json)
    if met in codec.forms or met in codec.also:
        return codec.decode(json, at)
    if isinstance(json, Token):
        at.fault(json.reason, json.repair)
    else:
        words = _WORDS.get(met, "an object")
        at.fault(f"{codec.wants} is wanted here, not {words}", f"write {codec.wants}", json)
    return None


def keys_fit(
    json: Mapping[str, Any], at: Place, known: Collection[str], required: Iterable[str]
) -> bool:
    """Whether an object has the required keys and no others, none of them twice."""
    before = len(at.log.faults)
    keys_once(json, at)
    for name in json:
        if name not in known:
            at.key(name).fault("unknown key", suggest(name, known) if known else "remove it")
    for name in required:
        if name not in json:
            at.key(name).fault("this key is missing", "add it")
    return len(at.log.faults) == before


def keys_once(json: Mapping[str, Any], at: Place) -> None:
    """Tell the keys that an object has more than once."""
    for name in getattr(json, "repeated", ()):
        at.key(name).fault("this key is there more than once", "keep one of them")
