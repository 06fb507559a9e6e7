"""A cache of partial results of a long evaluation, so that a later run only measures what has changed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from aecore.core.model_file import write_atomically

Found = TypeVar("Found")


class ResultCache:
    """Results in a JSON file. The key of each must name everything that the result depends on, except the code.

    All results are dropped when one of the `sources`, the files of the measuring code, has changed.
    """

    def __init__(self, path: Path, sources: list[Path]) -> None:
        self._path = path
        self._code = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
        self._found: dict[str, Any] = {}
        try:
            there = json.loads(path.read_text(encoding="utf-8"))
            if there["code"] == self._code:
                self._found = dict(there["found"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # no file, or an unreadable one: start with an empty cache

    def get(self, key: str, kind: type[Found], measure: Callable[[], Found]) -> Found:
        """Return the cached dataclass of this kind, else the result of `measure`, which is then cached."""
        if key not in self._found:
            self._found[key] = dataclasses.asdict(measure())  # type: ignore[call-overload]  # a dataclass, as said
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps({"code": self._code, "found": self._found}).encode())
        return kind(**self._found[key])


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Return a checksum of named arrays, such as a model's weights."""
    sha256 = hashlib.sha256()
    for name in sorted(arrays):
        sha256.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        sha256.update(np.ascontiguousarray(arrays[name]).tobytes())
    return sha256.hexdigest()
