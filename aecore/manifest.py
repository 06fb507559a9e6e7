"""List the shipped model files with their sha256: `python -m aecore.manifest` writes assets/models/manifest.json."""

from __future__ import annotations

import hashlib
import json

from aecore.model_file import write_atomically
from aecore.shipped import MANIFEST, MODELS


def main() -> None:
    """Write the manifest for the model files that are there."""
    manifest = {}
    for path in sorted(MODELS.glob("*.safetensors")):
        data = path.read_bytes()
        manifest[path.name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    write_atomically(MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
    print(f"{MANIFEST.name}: {', '.join(manifest)}")


if __name__ == "__main__":
    main()
