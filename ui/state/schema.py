"""What a feature's state is made of: one declaration checks reports, links, what a browser kept, and rooms' scenes.

A state is a `msgspec.Struct` with its ranges in the types of its fields. Whatever a browser sends is forged until it
converts; what does not is None. A field is carried by a link as the query parameter of its own name, unless it is
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
_DECIMALS = 2  # of every number, as of those in links
_SURROGATE = re.compile("[\ud800-\udfff]")  # half of a pair cannot be written down
_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,4})?", re.ASCII)

Latent = Annotated[tuple[float, ...], Meta(min_length=1, max_length=LARGEST_LATENT)]  # in steps of 0.01
Name = Annotated[str, Meta(min_length=1, max_length=24)]  # what a visitor calls something
S = TypeVar("S", bound="State")


@dataclass(frozen=True)
class InLink:
    """How a link carries a field: under another `name`, by another codec, or not at all (`name=None`).

    `read(text, latent_dim)` raises ValueError where the text is no such value.
    """

    name: str | None = None
    write: Callable[[Any], str] | None = None
    read: Callable[[str, int], Any] | None = None


NOT_IN_LINK = InLink()


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A feature's state. Every number in it is finite and in steps of 0.01, or of what `decimals` says.

    `called` is what a sentence calls it, and `instead` what is shown where a link's cannot be read; without `called`
    a link's unreadable fields are left out and nothing is said. Where a field has no default, a link without that field
    carries no such state.
    """

    called: ClassVar[str] = ""
    instead: ClassVar[str] = "another one"
    decimals: ClassVar[Mapping[str, int]] = {}
    kept_everywhere: ClassVar[bool] = True  # whether the browser keeps it on the pages of other features, too
    private: ClassVar[bool] = False  # whether it stays out of the link that a visitor copies for others

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            tidied = _tidied(value, self.decimals.get(name, _DECIMALS))
            if tidied is not value:
                msgspec.structs.force_setattr(self, name, tidied)

    def fits(self, latent_dim: int) -> bool:
        """Return whether the latents in it are those of a model with a latent of so many numbers."""
        return True

    def adopted(self: S) -> S:
        """Return what this server can go on with, of a state that a browser kept of a server before it."""
        return self

    def started_over(self: S) -> S | None:
        """Return what stays of it when a kiosk clears what the last visitor did; None for nothing."""
        return None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON data, as the live part gets it."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @classmethod
    def from_report(cls: type[S], report: object, latent_dim: int | None = None) -> S | None:
        """Read what a browser reports or kept; None for anything that could not have been made on a page."""
        try:
            found = msgspec.convert(report, cls)
        except (msgspec.ValidationError, ValueError, RecursionError):
            return None
        return found if latent_dim is None or found.fits(latent_dim) else None

    def to_link(self) -> dict[str, str]:
        """Return the query parameters that carry it."""
        link = {}
        for field in _fields(type(self)):
            value = getattr(self, field.name)
            if field.parameter and value is not None:
                link[field.parameter] = field.write(value)
        return link

    @classmethod
    def from_link(cls: type[S], link: Mapping[str, str], latent_dim: int) -> S | None:
        """Read it from query parameters, None where they do not carry it; raises ValueError."""
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
        """List the query parameters that carry it."""
        return [field.parameter for field in _fields(cls) if field.parameter]


class Named(State, frozen=True):
    """A latent under a name that a visitor gave it."""

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
    """Return the plain type under annotations: float, int, bool or str, else what is there."""
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
    """Read a number of a link: at most six digits before the point and four after it; raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"no number: {text!r:.40}")
    return float(text)


def _tidied(value: Any, decimals: int) -> Any:
    if type(value) is float:
        if not math.isfinite(value) or abs(value) > LARGEST_NUMBER:
            raise ValueError("a number out of range")
        return round(value, decimals)
    if type(value) is int and abs(value) > 1_000_000_000:
        raise ValueError("a number out of range")
    if type(value) is str and _SURROGATE.search(value):
        raise ValueError("a text that cannot be written down")
    if type(value) is tuple:
        return tuple(_tidied(one, decimals) for one in value)
    return value


# ---- latents ---------------------------------------------------------------------------------------------------


def as_latent(numbers: Iterable[float]) -> tuple[float, ...]:
    """Round numbers to the steps in which latents are shown and shared."""
    return tuple(round(float(n), _DECIMALS) for n in numbers)


def read_latent(numbers: object, size: int) -> tuple[float, ...] | None:
    """Read a latent of `size` finite numbers from a report."""
    if not isinstance(numbers, list) or len(numbers) != size or not all(is_number(n) for n in numbers):
        return None
    return as_latent(numbers)


def latent_in_link(numbers: Iterable[float]) -> str:
    """Write a latent as a link carries it: 43 characters for sixteen numbers."""
    return latent_to_text(np.array(tuple(numbers)))


def latent_of_link(text: str, latent_dim: int) -> tuple[float, ...]:
    """Read a latent from a link; raises ValueError."""
    return as_latent(latent_from_text(text, latent_dim))


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is an ordinary number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER
