"""What is set on the pages besides digit and latent, and how it is read from what a browser reports.

A report can hold anything: what is not sound is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeGuard

MOST_STOPS = 6
MOST_KEPT = 12  # latents and directions under names, each
VIEWS = ("pca", "umap", "plane", "own")
NOISE_KINDS = ("gaussian", "salt_and_pepper", "speckle", "shot", "blur", "low_contrast", "occlusion", "scratches")
_LONGEST_NAME = 24
_LONGEST_TERM = 40
_SURROGATE = re.compile("[\ud800-\udfff]")

Latent = tuple[float, ...]  # in steps of 0.01
Named = tuple[tuple[str, Latent], ...]


@dataclass(frozen=True)
class Noise:
    """How the Denoise page corrupts the digit: what `aecore.corrupt` takes, and what the hand adds.

    `mean` is gaussian noise's, in [-1, 1]; `box` where an occlusion was dragged to, (top, left) in pixels; `damage`
    one digit per pixel: 0 untouched, 1 noise, 2 erased, or empty.
    """

    kind: str = "gaussian"
    level: float = 0.5
    mean: float = 0.5
    seed: int = 1
    box: tuple[int, int] | None = None
    damage: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether every value is within its range."""
        return (
            self.kind in NOISE_KINDS
            and 0 <= self.level <= 1
            and -1 <= self.mean <= 1
            and 0 < self.seed < 1_000_000
            and (self.box is None or all(0 <= place <= 28 for place in self.box))
        )


@dataclass(frozen=True)
class Path:
    """A path from digit to digit on the Morph page: stops, each a latent of `model`; `place` 0 is the first of them."""

    model: str
    stops: tuple[Latent, ...]
    place: float = 0.5
    spherical: bool = False


@dataclass(frozen=True)
class Sum:
    """A - B + C on the Arithmetic page: the terms' ids, and what was kept under names, latents of `model`.

    `strength` in [0, 2] scales what is added to A: C - B, or the saved direction called `direction`.
    """

    model: str
    a: str = "mine"
    b: str = "mean-3"
    c: str = "mean-8"
    strength: float = 1.0
    direction: str = ""
    kept: Named = ()
    directions: Named = ()


def as_latent(numbers: Iterable[float]) -> Latent:
    """Round numbers to the steps in which latents are shown and shared."""
    return tuple(round(float(n), 2) for n in numbers)


def read_latent(numbers: object, size: int) -> Latent | None:
    """Read a latent of `size` finite numbers."""
    if not isinstance(numbers, list) or len(numbers) != size or not all(is_finite(n) for n in numbers):
        return None
    return as_latent(numbers)


def read_digits(text: object) -> str | None:
    """Read which digits are shown: each at most once, in order."""
    return text if isinstance(text, str) and re.fullmatch("0?1?2?3?4?5?6?7?8?9?", text) else None


def read_noise(report: object) -> Noise | None:
    """Read the Denoise page's settings."""
    if not isinstance(report, dict):
        return None
    kind, level, mean, seed = (report.get(name) for name in ("kind", "level", "mean", "seed"))
    box, damage = report.get("box"), report.get("damage")
    if not (isinstance(kind, str) and is_finite(level) and is_finite(mean) and is_finite(seed)):
        return None
    if box is not None and not (isinstance(box, dict) and all(is_finite(box.get(side)) for side in ("top", "left"))):
        return None
    if seed != int(seed) or not isinstance(damage, str) or not re.fullmatch(r"[012]{784}|", damage):
        return None
    place = None if box is None else (int(box["top"]), int(box["left"]))
    noise = Noise(kind, round(float(level), 2), round(float(mean), 2), int(seed), place, damage)
    return noise if noise.is_sound else None


def read_path(report: object, model: str, size: int) -> Path | None:
    """Read the path of the Morph page, in a model's latent of `size` numbers."""
    if not isinstance(report, dict):
        return None
    found, place, spherical = report.get("stops"), report.get("place"), report.get("spherical")
    if not isinstance(found, list) or not 2 <= len(found) <= MOST_STOPS or not isinstance(spherical, bool):
        return None
    stops = [stop for one in found if (stop := read_latent(one, size)) is not None]
    if len(stops) < len(found) or not is_finite(place) or not 0 <= place <= len(stops) - 1:
        return None
    return Path(model, tuple(stops), round(float(place), 2), spherical)


def read_sum(report: object, model: str, size: int) -> Sum | None:
    """Read the sum of the Arithmetic page, in a model's latent of `size` numbers."""
    if not isinstance(report, dict):
        return None
    terms = [term for key in ("a", "b", "c", "direction") if _is_text(term := report.get(key), _LONGEST_TERM)]
    kept, directions = (_read_named(report.get(key), size) for key in ("kept", "directions"))
    strength = report.get("strength")
    if len(terms) < 4 or kept is None or directions is None:
        return None
    if not is_finite(strength) or not 0 <= strength <= 2:
        return None
    a, b, c, direction = terms
    return Sum(model, a, b, c, round(float(strength), 2), direction, kept, directions)


def _read_named(report: object, size: int) -> Named | None:
    if not isinstance(report, list) or len(report) > MOST_KEPT:
        return None
    out = []
    for one in report:
        name, numbers = (one.get("name"), one.get("latent")) if isinstance(one, dict) else (None, None)
        latent = read_latent(numbers, size)
        if not _is_text(name, _LONGEST_NAME) or not name or latent is None:
            return None
        out.append((name, latent))
    return tuple(out)


def _is_text(value: object, longest: int) -> TypeGuard[str]:
    """Tell whether a value is a text that can be written down: half of a surrogate pair cannot."""
    return isinstance(value, str) and len(value) <= longest and not _SURROGATE.search(value)


def is_finite(value: object) -> TypeGuard[float]:
    """Tell whether a value is an ordinary number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
