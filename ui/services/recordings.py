"""The shipped sounds in assets/sounds: spoken numbers and noises, with their sources. Does not use Streamlit."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from aecore.core.model_file import read_checked

SOUNDS = Path(__file__).parents[2] / "assets" / "sounds"


@lru_cache(maxsize=1)
def sounds() -> dict[str, dict[str, Any]]:
    """Return what the manifest says of each sound, by name, in the order in which the page shows them."""
    found = json.loads((SOUNDS / "manifest.json").read_text(encoding="utf-8"))
    return {Path(file).stem: entry for file, entry in found.items()}


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
