from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from aecore.latent import attributes, directions, directions_find
from ui.services.frontend_assets import directions_for_browser


@pytest.mark.parametrize("name", directions_find.NAMES)
def test_the_browser_gets_how_to_move(name: str) -> None:
    found = directions_for_browser(name)
    assert found is not None
    assert [one["name"] for one in found] == list(attributes.NAMES)
    assert all(len(one["weights"]) == len(one["direction"]) == 16 for one in found)
    assert len(json.dumps(found, allow_nan=False)) < 4000  # it goes along with every answer of the page


def test_without_valid_directions_there_are_no_sliders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert directions_for_browser("plane") is None
    folder = tmp_path / "directions"
    shutil.copytree(directions.FOLDER, folder)
    assert directions_for_browser("default") is not None
    monkeypatch.setattr(directions, "FOLDER", folder)
    file = folder / "default.json"
    file.write_bytes(file.read_bytes().replace(b"slant", b"slunt"))
    assert directions_for_browser("default") is None
    (folder / "manifest.json").unlink()
    assert directions_for_browser("pocket") is None
