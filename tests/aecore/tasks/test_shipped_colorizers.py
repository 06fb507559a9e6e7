"""The shipped models of colour: their files, cards and figures, and, where there are photos, what they do with them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import aecore
from aecore.core import pretrained
from aecore.core.chroma import luminance_of
from aecore.core.tensor_file import read_header
from aecore.data.cifar10 import HOW_TO_GET, cifar10_path, load_cifar10
from aecore.data.dataset import Split
from aecore.evaluation.measures import colorfulness
from aecore.tasks import Colorizer, Recolorer
from tests.aecore.colorizers import smooth_pictures

FIGURES = pretrained.MODELS.parent / "colors.json"
PHOTOS = 400


@pytest.fixture(scope="module")
def model() -> Colorizer:
    loaded: Colorizer = aecore.load("colorizer")
    return loaded


@pytest.fixture(scope="module")
def held_out() -> Split:
    """Return the validation photos; tests that use them are skipped where $AECORE_DATA has none."""
    if cifar10_path() is None:
        pytest.skip(f"needs photos. {HOW_TO_GET}")
    return load_cifar10().validation


@pytest.fixture(scope="module")
def photos(held_out: Split) -> np.ndarray:
    return held_out.as_float(slice(PHOTOS))


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, float]]:
    found: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert found["photos"] == 10_000
    rows: dict[str, dict[str, float]] = found["rows"]
    return rows


def test_models_of_colour_are_listed_apart_from_those_of_digits() -> None:
    assert aecore.available("colorizer") == ["colorizer"]
    assert aecore.available("recolorer") == ["book_colorizer"]
    assert not {"colorizer", "book_colorizer"} & set(aecore.available())
    assert isinstance(aecore.load("colorizer"), Colorizer)
    assert isinstance(aecore.load("book_colorizer"), Recolorer)


def test_the_file_is_at_most_two_megabytes() -> None:
    assert pretrained.path("colorizer").stat().st_size <= 2_000_000
    assert read_header(pretrained.path("colorizer").read_bytes())["task"] == "colorizer"


@pytest.mark.parametrize("name", ["colorizer", "book_colorizer"])
def test_a_card_says_where_a_model_comes_from(name: str) -> None:
    card = aecore.load(name).card
    assert {"preset", "command", "data", "seed", "versions", "seconds", "metrics"} <= set(card)
    assert card["command"].startswith(f"python -m aecore.train {name}")


def test_the_book_s_card_says_how_long_it_was_trained() -> None:
    card = aecore.load("book_colorizer").card
    assert 1 <= card["epochs"] <= 10
    assert card["remark"] == f"The book's recipe, of whose thirty epochs this is {card['epochs']}."


def test_sliders_are_ordered_by_what_they_change(model: Colorizer) -> None:
    effect = model.statistics.effect
    assert effect[0] == max(effect)
    assert np.corrcoef(np.log(effect), -np.arange(16))[0, 1] > 0.9
    assert all(low < -2 and high > 2 for low, high in zip(model.statistics.low, model.statistics.high, strict=True))


def test_pictures_of_its_own_come_back(model: Colorizer) -> None:
    luminance = luminance_of(smooth_pictures(8))
    latents = model.propose(luminance, 1, np.random.default_rng(0))[:, 0] / 2
    pictures = model.decode(luminance, latents)
    again = model.decode(luminance, model.encode(pictures))
    assert np.square(again - pictures).mean() < 0.02 * np.square(pictures - luminance[..., None]).mean()


def test_latents_of_photos_are_white(model: Colorizer, held_out: Split) -> None:
    latents = model.encode(held_out.as_float(slice(3_000)))
    assert np.abs(latents.mean(axis=0)).max() < 0.1
    spread = np.cov(latents, rowvar=False)
    assert np.abs(spread - np.diag(np.diag(spread))).max() < 0.2
    assert 0.7 < np.diag(spread).min() < np.diag(spread).max() < 1.4


def test_it_colours_photos_it_has_not_seen(model: Colorizer, photos: np.ndarray) -> None:
    luminance = luminance_of(photos)

    def error(latents: np.ndarray) -> float:
        return float(np.mean((model.decode(luminance, latents) - photos) ** 2))

    draws = model.propose(luminance, 1, np.random.default_rng(0))[:, 0]
    own, likely, drawn = error(model.encode(photos)), error(model.most_likely(luminance)), error(draws)
    assert own < 0.0008
    assert likely < 0.007
    assert likely < drawn < 3 * likely
    truth, found = (colorfulness(pictures).mean() for pictures in (photos, model.decode(luminance, draws)))
    assert 0.7 * truth < found < 1.2 * truth


def test_hints_lead_to_the_truth(model: Colorizer, photos: np.ndarray) -> None:
    luminance, places = luminance_of(photos), np.random.default_rng(0).integers(0, 32, (PHOTOS, 10, 2))
    errors, before = [], np.inf
    for count in (0, 1, 3, 10):
        hints = [
            [(int(row), int(column), photo[row, column]) for row, column in own[:count]]
            for photo, own in zip(photos, places, strict=True)
        ]
        pictures = model.decode(luminance, model.fit(luminance, hints))
        errors.append(float(np.mean((pictures - photos) ** 2)))
        at_hints = np.mean(
            [
                np.square(picture[row, column] - photo[row, column]).mean()
                for picture, photo, own in zip(pictures, photos, places, strict=True)
                for row, column in own
            ]
        )
        assert at_hints < before  # of all ten places: more hints never raise the error at the hints
        before = at_hints
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.4 * errors[0]


# On the 10,000 test photos, as `make evaluate` measured them.
@pytest.mark.parametrize(
    ("way", "most"),
    [
        ("its own sixteen numbers", 0.00058),
        ("most likely", 0.0049),
        ("the best of ten draws", 0.0029),
        ("1 hint", 10**-2.50),
        ("3 hints", 10**-2.70),
        ("10 hints", 10**-2.95),
    ],
)
def test_the_figures_are_within_their_bounds(way: str, most: float, rows: dict[str, dict[str, float]]) -> None:
    assert rows[way]["mse"] <= most
    assert rows[way]["mse"] < rows["grey"]["mse"]


def test_draws_are_as_colourful_as_photos_and_calibrated(rows: dict[str, dict[str, float]]) -> None:
    assert rows["a random draw"]["colorfulness"] >= 27
    assert rows["a random draw"]["mse"] <= 2.1 * rows["most likely"]["mse"]
    assert rows["most likely"]["mse"] < rows["`book_colorizer`"]["mse"]
