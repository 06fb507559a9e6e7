"""The house keeps its shape: what lies below the features names none of them, and files stay short."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.server import ROOT
from ui.features import FEATURES

BELOW = [
    *(path for floor in ("widgets", "state", "server", "services") for path in (ROOT / "ui" / floor).rglob("*.py")),
    ROOT / "ui" / "streamlit_compat.py",
]
IN_BROWSER = [path for floor in ("engine", "lib") for path in (ROOT / "ui" / "frontend" / floor).rglob("*.js")]
NAMES = {feature.name for feature in FEATURES}
ANIMATIONS = {kind for feature in FEATURES if feature.scene for kind in feature.scene.animations}  # "draw" is one, too


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", BELOW, ids=relative)
def test_no_python_below_names_a_feature(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.value not in NAMES, f"line {node.lineno}"
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("ui.features"), f"line {node.lineno}"


@pytest.mark.parametrize("path", IN_BROWSER, ids=relative)
def test_no_module_below_names_a_feature(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not (NAMES - ANIMATIONS) & set(re.findall(r"""["'`]([a-z]+)["'`]""", text))
    assert "/features/" not in re.sub(r"//.*", "", text)


def test_each_page_is_a_short_script() -> None:
    for path in (ROOT / "pages").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40, path.name
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == {one.name for one in FEATURES if one.page}


def test_a_feature_is_a_folder_of_its_own() -> None:
    folders = {path.name for path in (ROOT / "ui" / "features").iterdir() if (path / "__init__.py").exists()}
    assert folders == NAMES


def test_a_file_is_read_in_one_sitting() -> None:
    longest = 400
    for folder in ("aecore", "ui", "pages", "deploy"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".js", ".css"):
                assert len(path.read_text(encoding="utf-8").splitlines()) <= longest, relative(path)


def test_no_class_in_the_browser_is_longer_than_a_screenful_or_three() -> None:
    for path in (ROOT / "ui").rglob("*.js"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for start, line in enumerate(lines):
            if re.match(r"(export )?(default )?class ", line):
                end = next(i for i in range(start, len(lines)) if lines[i].startswith("}"))
                assert end - start < 250, f"{relative(path)}: {line}"
