from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from aecore.core import manifest, pretrained
from aecore.core.model_file import ModelFileError, save_model
from aecore.data.dataset import Dataset, Split
from aecore.evaluation import scenes
from aecore.evaluation.scene_baseline import Components
from aecore.evaluation.scenes import Figure, Figures
from aecore.tasks import Autoencoder, load_model
from tests.aecore.readers import frame_of, small_reader, two_frames


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Outlines of boxes; the class is the width."""
    widths = np.arange(60) % 10
    tiles = np.stack([frame_of(250, 20, 7 + width) for width in widths])
    split = Split(np.roll(tiles, 1, (1, 2)), widths.astype(np.uint8))  # centred as MNIST's digits are
    return Dataset("frames", "Frames", split, split, split)


def quiet(sentence: str) -> None:
    """Say nothing."""


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenes, "STILLS", 3)
    monkeypatch.setattr(scenes, "FILMS", 1)


@pytest.mark.usefixtures("few")
def test_everything_is_measured_beside_reading_without_learning(data: Dataset, tiny: Autoencoder) -> None:
    found = scenes.measure(small_reader(), tiny, data, "validation", quiet)
    figures = {row.name: row for row in found.figures()}
    assert len(figures) == len(found.rows) == 15
    assert all(0 <= row.model <= 1 for row in found.figures() if "IoU" in row.name or "mAP" in row.name)
    apart = figures["segmentation, apart, as M2NIST: mean IoU"]
    assert apart.baseline is not None
    assert apart.baseline > 0.5 > apart.model  # outlines apart are easy, even without learning
    table = found.table()
    assert len(table.lines) == 15
    assert "(missed)" in table.markdown()
    assert "validation digits" in table.note


def test_errors_are_to_be_small_and_all_else_large() -> None:
    assert Figure("detection: mAP", 0.98, None, 0.98).is_reached
    assert not Figure("detection: mAP", 0.979, None, 0.98).is_reached
    assert Figure("redrawing: error", 1.9, None, 2.0).is_reached
    assert not Figure("redrawing: error", 2.1, None, 2.0).is_reached
    assert Figure("tracking: IDF1", 0.1, None, None).is_reached


def test_connected_ink_is_read_as_the_most_similar_digit_and_followed(data: Dataset) -> None:
    plain = Components(data.train)
    scene = two_frames()
    boxes, _, scores = plain.detect(scene.image)
    np.testing.assert_array_equal(boxes, scene.boxes)
    assert ((scores > 0) & (scores <= 1)).all()
    assert plain.segment(scene.image)[scene.classes == 0].max() == 0
    film = [two_frames(gap).image for gap in (15, 10, 5)]
    assert [identities.tolist() for identities, _ in plain.track(film)] == [[0, 1]] * 3
    assert len(plain.boxes(two_frames(-6).image)) == 1  # what crosses is one
    assert plain.detect(np.zeros((64, 64), np.uint8))[0].shape == (0, 4)


@pytest.mark.usefixtures("few")
def test_the_report_is_written_kept_and_carded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Dataset, tiny: Autoencoder
) -> None:
    for module in (pretrained, manifest):
        monkeypatch.setattr(module, "MODELS", tmp_path)
        monkeypatch.setattr(module, "MANIFEST", tmp_path / "manifest.json")
    save_model(tiny, tmp_path / "default.safetensors")
    manifest.write()
    assert scenes.report(tmp_path, data, quiet, tmp_path / "kept.json") is None
    path = tmp_path / "scene.safetensors"
    save_model(small_reader(), path)
    manifest.write()

    table = scenes.report(tmp_path, data, quiet, tmp_path / "kept.json", card=True)
    assert table is not None
    assert (tmp_path / "scenes.md").read_text().startswith("# Scenes\n")
    assert len(json.loads((tmp_path / "scenes.json").read_text())["rows"]) == 15
    card = load_model(path, pretrained.sha256("scene")).card
    assert len(card["test"]) == 15
    assert set(card["missed_goals"]) <= set(card["test"])
    monkeypatch.setattr(scenes, "measure", None)  # kept: not measured again
    again = scenes.report(None, data, quiet, tmp_path / "kept.json")
    assert again is not None
    assert again.lines == table.lines


def test_the_card_of_another_model_stays(tmp_path: Path) -> None:
    path = tmp_path / "scene.safetensors"
    save_model(small_reader(1), path)
    with pytest.raises(ModelFileError, match="was replaced"):
        scenes.write_card(path, small_reader(0), Figures("test", []))
    model = dataclasses.replace(small_reader(1), card={})
    scenes.write_card(path, model, Figures("test", []))
    assert load_model(path).card == {"seed": 1, "test": {}, "missed_goals": {}}
