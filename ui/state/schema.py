"""The base class of features' states: one declaration checks reports, links, browsers' snapshots and rooms' scenes.

A state is a `msgspec.Struct` with the ranges in the types of its fields. Data from a browser is untrusted: if it does
not convert to the state, it is refused. In a link, a field is the query parameter of its own name, unless the field is
annotated with `InLink`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, TypeGuard, TypeVar, get_args, get_origin

import msgspec
import numpy as np
from msgspec import Meta

from aecore.core.latents import latent_from_text, latent_to_text

LARGEST_LATENT = 64  # numbers
LARGEST_NUMBER = 1e6
_DECIMALS = 2  # of every number, in states and in links
_SURROGATE = re.compile("[\ud800-\udfff]")  # half of a surrogate pair cannot be encoded as UTF-8
_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,4})?", re.ASCII)

Latent = Annotated[tuple[float, ...], Meta(min_length=1, max_length=LARGEST_LATENT)]  # in steps of 0.01
Name = Annotated[str, Meta(min_length=1, max_length=24)]  # what a visitor calls something
S = TypeVar("S", bound="State")


@dataclass(frozen=True)
class InLink:
    """How a link stores a field: under another `name`, with another codec, or not at all (`name=None`).

    `read(text, latent_dim)` raises ValueError for an invalid text.
    """

    name: str | None = None
    write: Callable[[Any], str] | None = None
    read: Callable[[str, int], Any] | None = None


NOT_IN_LINK = InLink()


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A feature's state. Its numbers are finite and rounded to two decimals, or to those that `decimals` names.

    `called` is its name in a notice about an unreadable link, and `instead` what is then shown. Without `called`, the
    unreadable fields of a link are ignored without a notice. A link without a field that has no default holds no state.
    """

    called: ClassVar[str] = ""
    instead: ClassVar[str] = "another one"
    decimals: ClassVar[Mapping[str, int]] = {}
    private: ClassVar[bool] = False  # whether it stays out of the link that a visitor copies for others
    undone: ClassVar[bool] = True  # whether undo takes it back
    passing: ClassVar[tuple[str, ...]] = ()  # the fields whose change alone is no step for undo
    for_reload: ClassVar[tuple[str, ...]] = ()  # the fields that the browser's tab keeps for a reload, besides the link

    @property
    def kept_everywhere(self) -> bool:
        """Whether the browser keeps it on the pages of other features, too."""
        return True

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            rounded = _rounded(value, self.decimals.get(name, _DECIMALS))
            if rounded is not value:
                msgspec.structs.force_setattr(self, name, rounded)

    def fits(self, latent_dim: int) -> bool:
        """Return whether the latents in it have `latent_dim` numbers each."""
        return True

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets in it, which open what only this visitor may see."""
        return ()

    def adopted(self: S) -> S:
        """Return the part of a restored state that is valid on this server."""
        return self

    def reloaded(self: S, fields: Mapping[str, Any]) -> S | None:
        """Return the state with those fields that a tab has kept for a reload, None where they are invalid."""
        kept = {name: fields[name] for name in self.for_reload if name in fields}
        return type(self).from_report({**self.to_json(), **kept})

    def started_over(self: S) -> S | None:
        """Return the part that stays when a kiosk starts over for the next visitor, None for nothing."""
        return None

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain JSON data, for the live part."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @classmethod
    def from_report(cls: type[S], report: object, latent_dim: int | None = None) -> S | None:
        """Return the state in a browser's report, None where the report is invalid or does not fit `latent_dim`."""
        try:
            found = msgspec.convert(report, cls)
        except (msgspec.ValidationError, ValueError, RecursionError):
            return None
        return found if latent_dim is None or found.fits(latent_dim) else None

    def to_link(self) -> dict[str, str]:
        """Return the query parameters that hold the state."""
        link = {}
        for field in _fields(type(self)):
            value = getattr(self, field.name)
            if field.parameter and value is not None:
                link[field.parameter] = field.write(value)
        return link

    @classmethod
    def from_link(cls: type[S], link: Mapping[str, str], latent_dim: int) -> S | None:
        """Return the state in a link's query parameters, None where they hold none; raises ValueError."""
        values = {}
        for field in _fields(cls):
            if field.parameter is not None and field.parameter in link:
                try:
                    value = field.read(link[field.parameter], latent_dim)
                    msgspec.convert(value, field.kind)
                    values[field.name] = value
                except (msgspec.ValidationError, ValueError):
                    if cls.called:
                        raise ValueError(f"no {field.name}") from None
            elif field.required:
                return None
        if not values:
            return None
        found = cls.from_report(values, latent_dim)
        if found is None and cls.called:
            raise ValueError("out of range")
        return found

    @classmethod
    def parameters(cls) -> list[str]:
        """Return the names of the query parameters that hold the state."""
        return [field.parameter for field in _fields(cls) if field.parameter]


class Named(State, frozen=True):
    """A latent with a name that a visitor gave it."""

    name: Name
    latent: Latent


@dataclass(frozen=True)
class _Field:
    name: str
    kind: Any  # its type
    parameter: str | None  # of the link
    required: bool
    write: Callable[[Any], str]
    read: Callable[[str, int], Any]


@lru_cache(maxsize=64)
def _fields(kind: type[State]) -> tuple[_Field, ...]:
    found = []
    for field in msgspec.structs.fields(kind):
        own = next((one for one in get_args(field.type)[1:] if isinstance(one, InLink)), None)
        base = _base(field.type)
        plain = base in (float, int, bool, str)
        parameter = own.name if own else field.name if plain else None
        write = (own and own.write) or _write
        read = (own and own.read) or _reader(base)
        found.append(_Field(field.name, field.type, parameter, field.required, write, read))
    return tuple(found)


def _base(kind: Any) -> Any:
    """Return the type without Annotated and Literal: float, int, bool or str, else the type itself."""
    if get_origin(kind) is Annotated:
        return _base(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return type(get_args(kind)[0])
    return kind


def _write(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:.{_DECIMALS}f}" if isinstance(value, float) else str(value)


def _reader(kind: Any) -> Callable[[str, int], Any]:
    def read(text: str, latent_dim: int) -> Any:
        if kind is bool and text in ("0", "1"):
            return text == "1"
        if kind is str:
            return text
        number = read_number(text)
        return int(number) if kind is int and number == int(number) else number

    return read


def read_number(text: str) -> float:
    """Return a link's number, of at most six digits before the point and four after it; raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"no number: {text!r:.40}")
    return float(text)


def _rounded(value: Any, decimals: int) -> Any:
    if type(value) is float:
        if not math.isfinite(value) or abs(value) > LARGEST_NUMBER:
            raise ValueError("a number out of range")
        return round(value, decimals)
    if type(value) is int and abs(value) > 1_000_000_000:
        raise ValueError("a number out of range")
    if type(value) is str and _SURROGATE.search(value):
        raise ValueError("a text that cannot be written down")
    if type(value) is tuple:
        return tuple(_rounded(one, decimals) for one in value)
    return value


# ---- latents ---------------------------------------------------------------------------------------------------


def as_latent(numbers: Iterable[float]) -> tuple[float, ...]:
    """Return numbers rounded to 0.01, the steps of latents on pages and in links."""
    return tuple(round(float(n), _DECIMALS) for n in numbers)


def read_latent(numbers: object, size: int) -> tuple[float, ...] | None:
    """Return the latent of `size` numbers in a report, None where it is invalid."""
    if not isinstance(numbers, list) or len(numbers) != size or not all(is_number(n) for n in numbers):
        return None
    return as_latent(numbers)


def latent_in_link(numbers: Iterable[float]) -> str:
    """Return a latent as text for a link: 43 characters for sixteen numbers."""
    return latent_to_text(np.array(tuple(numbers)))


def latent_of_link(text: str, latent_dim: int) -> tuple[float, ...]:
    """Return the latent in a link's text; raises ValueError."""
    return as_latent(latent_from_text(text, latent_dim))


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a finite number below LARGEST_NUMBER, and no bool."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER
