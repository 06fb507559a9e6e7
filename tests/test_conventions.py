"""What every test of this project keeps to."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.server import ROOT

FILES = sorted((ROOT / "tests").rglob("*.py"))
OURS = ("aecore", "ui", "deploy", "tests")
MEASURING = ("tests/bench", "tests/load/")  # where pauses are a part of what is measured


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def private_names(path: Path) -> Iterator[str]:
    """Yield where a file imports, uses or replaces what begins with an underscore in something else."""
    for node in ast.walk(tree(path)):
        found: list[str] = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
            found = [each.name for each in node.names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = [node.attr] if node.value.id not in ("self", "cls", "sys") else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr":
            found = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        yield from (f"line {node.lineno}: {name}" for name in found if re.match(r"_[^_]", name))


def unexplained_waits(path: Path) -> Iterator[str]:
    """Yield the lines on which a file waits for time to pass, not between two looks at something, and says not why."""
    lines = path.read_text(encoding="utf-8").splitlines()
    module = tree(path)
    loops = [node for node in ast.walk(module) if isinstance(node, ast.While | ast.For)]
    between_looks = {id(inner) for loop in loops for inner in ast.walk(loop)}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and id(node) not in between_looks:
            line = lines[node.lineno - 1]
            if node.func.attr in ("wait_for_timeout", "sleep") and "#" not in line:
                yield f"line {node.lineno}: {line.strip()}"


def found_in_files(look: Callable[[Path], Iterator[str]]) -> list[str]:
    return [f"{path.relative_to(ROOT)}, {found}" for path in FILES for found in look(path)]


def test_no_test_reaches_for_a_private_name() -> None:
    assert found_in_files(private_names) == []


def test_whoever_waits_for_time_to_pass_says_why() -> None:
    found = found_in_files(unexplained_waits)
    assert [one for one in found if not one.startswith(MEASURING)] == []


def test_tests_without_a_browser_need_none(run_python: Callable[..., Any]) -> None:
    code = (
        "import sys; sys.modules['playwright'] = None; import pytest\n"
        "sys.exit(pytest.main(['--collect-only', '-q', '-p', 'no:cacheprovider', 'tests/aecore', 'tests/ui']))"
    )
    done = run_python("-c", code)
    assert done.returncode == 0, done.stdout[-2000:]
    assert re.search(r"^\d{3,}(/\d+)? tests collected", done.stdout, re.MULTILINE)
