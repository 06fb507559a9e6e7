"""What the Denoise page is given: the network with a wide latent beside those of sixteen numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import aecore
from aecore.core import pretrained
from tests.visitors import open_page, visiting, visitor_of
from ui.features.denoise.view import data
from ui.state.table import choose_sample, usable_models

WIDE = "denoiser_wide"


def test_the_network_with_a_wide_latent_is_there_with_its_size() -> None:
    with visiting():
        wide = data()["wide"]
        model = aecore.load(WIDE)
        assert wide["numbers"] == model.latent_size == np.prod(model.spec.shapes["encoder"])
        assert wide["url"] == f"models/{pretrained.sha256(WIDE)[:16]}/{WIDE}.safetensors"
        assert WIDE not in data()["models"].values()
        choose_sample(4)
        assert data()["wide"] == wide


def test_no_list_of_models_has_it_and_no_link_chooses_it() -> None:
    assert WIDE not in aecore.available()
    with visiting():
        assert WIDE not in usable_models()
    for page in ("draw", "map", "traversals"):
        app = open_page(page, model=WIDE)
        assert not app.exception
        assert visitor_of(app).model != WIDE


def test_it_stays_away_from_pictures_of_another_size() -> None:
    with visiting() as visitor:
        visitor.image = np.zeros((32, 32, 3), np.float32)
        assert data()["wide"] is None


@pytest.mark.parametrize("is_listed", [True, False])
def test_where_its_file_is_damaged_or_missing_the_page_does_without(
    is_listed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = json.loads(pretrained.MANIFEST.read_text(encoding="utf-8"))
    for file in listed.keys() - {f"{WIDE}.safetensors"}:
        (tmp_path / file).symlink_to(pretrained.MODELS / file)
    if is_listed:
        (tmp_path / f"{WIDE}.safetensors").write_bytes(b"no model")
    else:
        del listed[f"{WIDE}.safetensors"]
    (tmp_path / "manifest.json").write_text(json.dumps(listed), encoding="utf-8")
    monkeypatch.setattr(pretrained, "MODELS", tmp_path)
    monkeypatch.setattr(pretrained, "MANIFEST", tmp_path / "manifest.json")
    with visiting():
        found = data()
        assert found["wide"] is None
        assert all(found["models"][role] for role in ("denoiser", "plain", "book"))
