"""The shipped sounds in assets/sounds: spoken numbers and noises, with their sources, and the map of spoken digits.

Does not use Streamlit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from aecore.core import pretrained
from aecore.core.model_file import ModelFileError, read_checked
from aecore.latent.voice_map import model_of, weights_sha256

SOUNDS = Path(__file__).parents[2] / "assets" / "sounds"
_MAP = "map.safetensors"
MOST_STROKES, MOST_POINTS = 40, 60  # that somebody paints on a spectrogram
FIRST, SECOND = 15, 40  # on the map: a "three" and an "eight", both by George


@lru_cache(maxsize=1)
def sounds() -> dict[str, dict[str, Any]]:
    """Return what the manifest says of each sound, by name, in the order in which the page shows them."""
    return {Path(file).stem: entry for file, entry in _manifest().items() if file != _MAP}


@lru_cache(maxsize=1)
def _manifest() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((SOUNDS / "manifest.json").read_text(encoding="utf-8"))
    return found


def voices() -> tuple[str, ...]:
    """Return the names of the spoken numbers; the other sounds are noises."""
    return tuple(name for name, entry in sounds().items() if "speaker" in entry)


def read(name: str) -> bytes:
    """Return a sound's WAV file; raises ModelFileError where it is missing or damaged."""
    return read_checked(SOUNDS / f"{name}.wav", sounds()[name]["sha256"])


def version(name: str) -> str:
    """Return what changes in a sound's address with its file, "" for a name that no sound has."""
    return str(sounds()[name]["sha256"][:16]) if name in sounds() else ""


def url(name: str) -> str:
    """Return the address of a sound, relative to the app's root."""
    return f"sounds/{version(name)}/{name}.wav"


def for_browser(address: Callable[[str], str] = url) -> list[dict[str, Any]]:
    """Return name, address, author, licence and source of each sound, and what voices say, for a live part."""
    said = ("speaker", "digits", "author", "licence", "source")
    return [
        {"name": name, "url": address(name), **{key: entry[key] for key in said if key in entry}}
        for name, entry in sounds().items()
    ]


def map_version() -> str:
    """Return what changes in the address of the map of spoken digits with its file, "" where there is none."""
    return str(_manifest()[_MAP]["sha256"][:16]) if _MAP in _manifest() else ""


def read_map() -> bytes:
    """Return the file of the map; raises ModelFileError where it is missing or damaged."""
    return read_checked(SOUNDS / _MAP, _manifest()[_MAP]["sha256"])


@lru_cache(maxsize=4)
def map_url(checksum: str) -> str | None:
    """Return the address of the map, None unless it is that of the model `voice`, whose file has this SHA-256."""
    if not map_version():
        return None
    try:
        fits = model_of(read_map()) == weights_sha256(read_checked(pretrained.path("voice"), checksum))
    except ModelFileError:
        return None
    return f"sounds/{map_version()}/{_MAP}" if fits else None
