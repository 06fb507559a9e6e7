from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aecore.core import manifest, pretrained
from aecore.core.chroma import luminance_of
from aecore.core.model_file import save_model
from aecore.data.dataset import Dataset, Split, to_bytes
from aecore.evaluation import colors
from aecore.evaluation.measures import colorfulness
from tests.aecore.colorizers import small_colorizer, smooth_pictures


@pytest.fixture(scope="module")
def data() -> Dataset:
    train, validation, test = (Split(to_bytes(smooth_pictures(count, count))) for count in (60, 10, 31))
    return Dataset("patches", "Patches", train, validation, test)


def quiet(line: str) -> None:
    assert line.startswith("colours, ")


def test_colourfulness_is_zero_for_grey_and_grows_with_colour() -> None:
    pictures = smooth_pictures(4)
    grey = np.repeat(luminance_of(pictures)[..., None], 3, axis=-1)
    np.testing.assert_allclose(colorfulness(grey), 0, atol=1e-4)
    assert (colorfulness(pictures) > 10).all()
    half = (pictures + grey) / 2
    np.testing.assert_allclose(colorfulness(half), colorfulness(pictures) / 2, rtol=1e-4)
    red = np.broadcast_to(np.array([1.0, 0, 0]), (1, 4, 4, 3))
    assert colorfulness(red)[0] == pytest.approx(0.3 * np.hypot(255, 127.5))  # one colour: no spread, only a mean


def test_each_way_to_colour_is_measured(data: Dataset) -> None:
    model = small_colorizer()
    found = colors.measure(model, None, data, quiet)
    photos = data.test.as_float()
    luminance = luminance_of(photos)
    assert found.photos == 31
    assert found.truth == pytest.approx(colorfulness(photos).mean())
    own = np.mean((model.decode(luminance, model.encode(photos)) - photos) ** 2)
    assert found.rows["its own sixteen numbers"]["mse"] == pytest.approx(own, rel=1e-5)
    grey = np.mean((luminance[..., None] - photos) ** 2)
    assert found.rows["grey"] == {"mse": pytest.approx(grey, rel=1e-5), "colorfulness": pytest.approx(0, abs=1e-4)}
    errors = {name: row["mse"] or 0.0 for name, row in found.rows.items()}
    assert errors["its own sixteen numbers"] < errors["10 hints"] < errors["most likely"]
    assert errors["the best of ten draws"] < errors["a random draw"]
    assert errors["the best of ten independent draws"] < errors["a random draw"]
    lines = {line[0]: line for line in found.table().lines}
    assert lines["grey"][1:] == (f"{grey:.5f}", f"{-10 * np.log10(grey):.2f}", "0.0")
    assert "31 test photos" in found.table().note


def test_without_photos_or_models_there_is_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Dataset
) -> None:
    for module in (pretrained, manifest):
        monkeypatch.setattr(module, "MODELS", tmp_path)
        monkeypatch.setattr(module, "MANIFEST", tmp_path / "manifest.json")
    manifest.write()
    said: list[str] = []
    monkeypatch.delenv("AECORE_DATA", raising=False)
    assert colors.report(tmp_path, said.append, tmp_path / "kept.json") is None
    assert said == []
    save_model(small_colorizer(), tmp_path / "colorizer.safetensors")
    manifest.write()
    assert colors.report(tmp_path, said.append, tmp_path / "kept.json") is None
    assert "not measured: there are no photos. CIFAR-10 is read from" in said[0]

    monkeypatch.setattr(colors, "cifar10_path", lambda: tmp_path)
    monkeypatch.setattr(colors, "load_cifar10", lambda: data)
    table = colors.report(tmp_path, said.append, tmp_path / "kept.json")
    assert table is not None
    assert (tmp_path / "colors.md").read_text().startswith("# Colours\n")
    assert json.loads((tmp_path / "colors.json").read_text())["photos"] == 31
    monkeypatch.setattr(colors, "measure", None)  # kept: not measured again
    again = colors.report(None, said.append, tmp_path / "kept.json")
    assert again is not None
    assert again.lines == table.lines
