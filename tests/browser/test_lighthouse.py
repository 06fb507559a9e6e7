"""Lighthouse on every page, where it is installed: `npm install --global lighthouse`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import browser_path
from tests.browser.test_pages import PAGES

LIGHTHOUSE = shutil.which("lighthouse")
OF_STREAMLIT = {"errors-in-console"}  # below the root, Streamlit first asks whether the app lives there: 404

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(LIGHTHOUSE is None, reason="needs lighthouse: npm install --global lighthouse"),
]


def report(address: str, path: Path) -> dict[str, Any]:
    """Return Lighthouse's report of a page."""
    command = [str(LIGHTHOUSE), address, "--quiet", "--only-categories=accessibility,best-practices", "--output=json"]
    command += [f"--output-path={path}", "--chrome-flags=--headless=new --no-sandbox"]
    environment = {**os.environ, "CHROME_PATH": browser_path() or ""}
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible_and_follows_best_practices(app: str, tmp_path: Path, page: str) -> None:
    found = report(app + page, tmp_path / "report.json")
    audits = found["audits"]
    missed = {
        name: [
            one["id"]
            for one in category["auditRefs"]
            if one["weight"] and audits[one["id"]]["score"] not in (None, 1) and one["id"] not in OF_STREAMLIT
        ]
        for name, category in found["categories"].items()
    }
    assert missed == {"accessibility": [], "best-practices": []}
    assert found["categories"]["accessibility"]["score"] == 1
    assert found["categories"]["best-practices"]["score"] >= 0.95
