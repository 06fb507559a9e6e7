"""Reads what somebody brought, for the page on which it is to be trained: `python -m aecore.data.own.describe`.

`FILES_FOLDER OUT NAME` reads the files in a folder, and writes their pictures as the pages draw them to OUT; it prints
what is in them as JSON, or ends with exit status 1 and a sentence. A process of its own, so that the server neither
waits nor grows while a large file is read.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from aecore.core import system
from aecore.data.own.pictures import Pictures
from aecore.data.own.raw import DataError
from aecore.data.own.read import read_own
from aecore.data.own.splits import warnings_of
from aecore.data.own.stored import write_pictures

MEMORY = 2_500  # megabytes: 300 of pixels take 1,000; small files can ask for any number
_SHOWN, _IN_A_ROW, _MOST_CLASSES = 16, 8, 12  # pictures in the preview; classes that are counted there


def described(pictures: Pictures, name: str) -> dict[str, Any]:
    """Return what is in pictures as plain JSON, with the name under which they came.

    `name`, `count`, `shape` (height, width, channels), `classes` (names and counts, at most twelve), `more` (how many
    others), `sentences` (what was done, and what may spoil a training), `preview` and `mean` (PNG in base64).
    """
    counts: Counter[int] = Counter() if pictures.labels is None else Counter(pictures.labels.tolist())
    classes = [[str(pictures.classes[label]), count] for label, count in sorted(counts.items())]
    which = np.sort(np.random.default_rng(0).permutation(len(pictures))[:_SHOWN])
    side = pictures.images.shape[1]
    shown, colours = pictures.images[which], pictures.images.shape[3:]
    rows = shown.reshape(-1, _IN_A_ROW, side, side, *colours).swapaxes(1, 2).reshape(-1, _IN_A_ROW * side, *colours)
    return {
        "name": name[-60:],
        "count": len(pictures),
        "shape": [side, side, colours[0] if colours else 1],
        "classes": classes[:_MOST_CLASSES],
        "more": max(0, len(classes) - _MOST_CLASSES),
        "sentences": [*pictures.notices, *warnings_of(pictures)],
        "preview": _png(rows),
        "mean": _png(pictures.images.mean(axis=0).round().astype(np.uint8)),
    }


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit status."""
    folder, out, name = arguments
    try:
        pictures = read_own(sorted(Path(folder).iterdir()))
        write_pictures(Path(out), pictures)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    except MemoryError:
        print("The pictures need more memory than this server has: bring fewer.", file=sys.stderr)
        return 1
    print(json.dumps(described(pictures, name)))
    return 0


def _png(pixels: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


if __name__ == "__main__":
    system.limit_memory(MEMORY)
    sys.exit(main(sys.argv[1:]))
