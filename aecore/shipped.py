"""The models in assets/models, by name, each checked against the manifest's sha256 when it is loaded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from aecore.autoencoder import Autoencoder
from aecore.model_file import ModelFileError, load_model, read_checked, read_manifest

MODELS = Path(__file__).parent.parent / "assets" / "models"
MANIFEST = MODELS / "manifest.json"


def available() -> list[str]:
    """List the names of the shipped models, `default` first; raises ModelFileError without a manifest."""
    names = [Path(file).stem for file in read_manifest(MANIFEST)]
    return sorted(names, key=lambda name: (name != "default", name))


def load(name: str = "default") -> Autoencoder:
    """Load a shipped model, once per process; raises ModelFileError when it is unknown, missing or damaged."""
    return _load(name, sha256(name))


@lru_cache(maxsize=16)
def _load(name: str, checksum: str) -> Autoencoder:
    return load_model(MODELS / f"{name}.safetensors", checksum)


def check(name: str) -> None:
    """Raise ModelFileError unless the shipped model's file is whole; far cheaper than loading it."""
    _check(name, sha256(name))


@lru_cache(maxsize=64)
def _check(name: str, checksum: str) -> None:
    read_checked(MODELS / f"{name}.safetensors", checksum)


def sha256(name: str) -> str:
    """Return the checksum of a shipped model's file; raises ModelFileError when there is no such model."""
    entry = read_manifest(MANIFEST).get(f"{name}.safetensors")
    if entry is None:
        raise ModelFileError(f"There is no model called {name!r:.60}. Known models: {', '.join(available())}.")
    return str(entry["sha256"])
