"""Runs the notebooks in `examples/` as Jupyter does; `python -m tests.examples.notebooks` keeps what comes out in them.

Needs no Jupyter. What a cell's last line returns is shown: as a picture where it is one.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "examples"


def notebooks() -> list[Path]:
    """Return the notebooks in `examples/`."""
    return sorted(FOLDER.glob("*.ipynb"))


def run(path: Path) -> dict[str, Any]:
    """Return a notebook with the outputs of its cells, run in its folder; raises whatever a cell raises."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    with _in(path.parent):
        for number, cell in enumerate((one for one in notebook["cells"] if one["cell_type"] == "code"), 1):
            cell["execution_count"] = number
            cell["outputs"] = list(_outputs("".join(cell["source"]), names, number))
    return notebook


def _outputs(source: str, names: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    body = ast.parse(source).body
    last = ast.Expression(body.pop().value) if body and isinstance(body[-1], ast.Expr) else None  # type: ignore[attr-defined]
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), f"cell {number}", "exec"), names)
        if last:
            value = eval(compile(last, f"cell {number}", "eval"), names)
    if printed.getvalue():
        yield {"name": "stdout", "output_type": "stream", "text": printed.getvalue().splitlines(keepends=True)}
    if value is not None:
        yield {"data": _shown(value), "execution_count": number, "metadata": {}, "output_type": "execute_result"}


def _shown(value: object) -> dict[str, Any]:
    picture = getattr(value, "_repr_png_", None)
    text = {"text/plain": [f"<{type(value).__name__}>" if picture else repr(value)]}
    return {"image/png": base64.b64encode(picture()).decode(), **text} if picture else text


@contextlib.contextmanager
def _in(folder: Path) -> Iterator[None]:
    before, paths = Path.cwd(), list(sys.path)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = paths


if __name__ == "__main__":
    for notebook in notebooks():
        print(notebook.name, flush=True)
        notebook.write_text(json.dumps(run(notebook), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
