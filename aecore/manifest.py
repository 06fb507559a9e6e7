"""List the shipped model files with their sha256: `python -m aecore.manifest` writes assets/models/manifest.json."""

from __future__ import annotations

import hashlib
import json

from aecore.model_file import write_atomically
from aecore.shipped import MANIFEST, MODELS


def main() -> None:
    """Write the manifest and say what it lists."""
    print(f"{MANIFEST.name}: {', '.join(write())}")


def write() -> list[str]:
    """Write the manifest for the model files that are there; returns their names."""
    manifest = {}
    for path in sorted(MODELS.glob("*.safetensors")):
        data = path.read_bytes()
        manifest[path.name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    write_atomically(MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
    return list(manifest)


if __name__ == "__main__":
    main()
