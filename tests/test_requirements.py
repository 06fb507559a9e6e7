"""The shorter list is part of the longer one, and enough to serve."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT

# Hides every package that only requirements.txt names, then opens every page in turn.
OPEN_EVERY_PAGE = """
import sys
from pathlib import Path

sys.modules.update(dict.fromkeys(sys.argv[1:]))
from streamlit.testing.v1 import AppTest
from tests import photos
from aecore.photo import read_photo
from ui import library

for page in sorted(Path("pages").glob("*.py")):
    app = AppTest.from_file("app.py", default_timeout=120).switch_page(str(page)).run()
    assert not app.exception, (page, app.exception)
    assert app.markdown, page
    print(page.stem, *(f"| {said.value}" for said in app.info))
read_photo(photos.GOOD["phone.jpg"]())
library.load(library.add(Path("assets/models/book.safetensors").read_bytes(), "mine"))
"""


def lines(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if not line.startswith(("#", "-r"))]


def packages(name: str) -> set[str]:
    return {re.split(r"[=<>~; ]", line)[0] for line in lines(name)}


def test_what_serves_is_part_of_everything() -> None:
    assert set(lines("requirements-serve.txt")) < set(lines("requirements.txt"))
    for name in packages("requirements-serve.txt"):  # all lines of a package: each Python has its own
        own = [line for line in lines("requirements.txt") if re.split(r"[=<>~; ]", line)[0] == name]
        assert [line for line in lines("requirements-serve.txt") if line in own] == own


def test_every_page_opens_without_what_only_training_needs(
    run_python: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    left_out = packages("requirements.txt") - packages("requirements-serve.txt")
    assert {"tensorflow", "keras"} < left_out
    modules = {"scikit-image": "skimage", "scikit-learn": "sklearn"}
    done = run_python("-c", OPEN_EVERY_PAGE, *(modules.get(name, name) for name in left_out), AECORE_RUNS=str(tmp_path))
    assert done.returncode == 0, done.stderr
    said = dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
    assert {"draw", "train"} < set(said)
    assert "Training is not installed on this server" in said["train"]
