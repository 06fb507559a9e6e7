"""The manifests of the pretrained models, students, atlases and principal components, with their SHA-256.

`python -m aecore.manifest` writes each manifest.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

from aecore.core.model_file import WriteError, write_atomically
from aecore.core.pretrained import MANIFEST, MODELS, atlases, students


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
    for folder in (students(), atlases(), MODELS.parent / "pca"):
        if folder.is_dir():
            print(f"{folder.name}/{MANIFEST.name}: {', '.join(write(folder))}")


def write(folder: Path | None = None) -> list[str]:
    """Write the manifest of the files in `folder`, by default of the models; returns their names."""
    folder = folder or MODELS
    manifest = {}
    for path in sorted(folder.glob("*.safetensors")):
        data = path.read_bytes()
        manifest[path.name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    write_atomically(folder / MANIFEST.name, (json.dumps(manifest, indent=2) + "\n").encode())
    return list(manifest)
