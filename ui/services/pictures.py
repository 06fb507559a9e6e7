"""The shipped photographs in assets/pictures: who took each, under which licence. Does not use Streamlit."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from aecore.core.model_file import read_checked

PICTURES = Path(__file__).parents[2] / "assets" / "pictures"


@lru_cache(maxsize=1)
def pictures() -> dict[str, dict[str, Any]]:
    """Return what the manifest says of each picture, by name, in the order in which pages show them."""
    found = json.loads((PICTURES / "manifest.json").read_text(encoding="utf-8"))
    return {Path(file).stem: entry for file, entry in found.items()}


def read(name: str) -> bytes:
    """Return a picture's WebP file; raises ModelFileError where it is missing or damaged."""
    return read_checked(PICTURES / f"{name}.webp", pictures()[name]["sha256"])


def version(name: str) -> str:
    """Return what changes in a picture's address with its file, "" for a name that no picture has."""
    return str(pictures()[name]["sha256"][:16]) if name in pictures() else ""


def url(name: str) -> str:
    """Return the address of a picture, relative to the app's root."""
    return f"pictures/{version(name)}/{name}.webp"


def for_browser(address: Callable[[str], str] = url) -> list[dict[str, str]]:
    """Return name, address, title, author, licence and source of each picture, for a live part."""
    said = ("title", "author", "licence", "source")
    return [
        {"name": name, "url": address(name), **{key: entry[key] for key in said}} for name, entry in pictures().items()
    ]
