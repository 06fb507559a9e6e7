"""The manifests of the pretrained models, students, atlases, principal components and shape networks, with SHA-256.

`python -m aecore.manifest` writes each manifest.json.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aecore.core import pretrained
from aecore.core.model import Model
from aecore.core.model_file import ModelFileError, WriteError, parse_model, read_checked, with_card, write_atomically
from aecore.core.pretrained import MANIFEST, MODELS, atlases, students
from aecore.core.tensor_file import read_header


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 when a file cannot be read or written."""
    argparse.ArgumentParser(prog="python -m aecore.manifest", description=__doc__).parse_args(arguments)
    try:
        write_all()
    except OSError as error:  # WriteError is one, and a sentence
        print(error if isinstance(error, WriteError) else f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


def write_all() -> None:
    """Write the manifests of all folders, and print the names that they list."""
    print(f"{MANIFEST.name}: {', '.join(write())}")
    for folder in (students(), atlases(), MODELS.parent / "pca", MODELS.parent / "shapes"):
        if folder.is_dir():
            print(f"{folder.name}/{MANIFEST.name}: {', '.join(write(folder))}")


def write(folder: Path | None = None) -> list[str]:
    """Write the manifest of the files in `folder`, by default of the models; returns their names."""
    folder = folder or MODELS
    manifest: dict[str, dict[str, str | int]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        data = path.read_bytes()
        manifest[path.name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), **_task(data)}
    write_atomically(folder / MANIFEST.name, (json.dumps(manifest, indent=2) + "\n").encode())
    return list(manifest)


def add_to_card(path: Path, model: Model, entries: Mapping[str, Any]) -> None:
    """Write entries into the card of a model's file, and a pretrained file's new SHA-256 into the manifest.

    The bytes of the weights do not change. Raises ModelFileError when the file now holds another model.
    """
    data = read_checked(path)
    there = parse_model(data, path.name)
    if there.spec != model.spec or any((there.weights[key] != model.weights[key]).any() for key in model.weights):
        raise ModelFileError(f"{path.name} was replaced while its model was measured; its card stays as it is.")
    write_atomically(path, with_card(data, {**there.card, **entries}))
    if path.resolve().parent == pretrained.MODELS.resolve():
        write()


def _task(data: bytes) -> dict[str, str]:
    """Return the task that a file's header names, empty for the usual one, and for a file that is damaged."""
    with contextlib.suppress(ValueError, TypeError):
        return {key: value for key, value in read_header(data).items() if key == "task"}
    return {}
