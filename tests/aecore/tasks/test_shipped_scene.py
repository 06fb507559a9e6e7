"""The shipped model of scenes: its file, card and figures, and what it does with digits that a pen draws."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import aecore
from aecore.core import pretrained
from aecore.core.boxes import overlaps
from aecore.core.tensor_file import read_header
from aecore.data import films
from aecore.data.dataset import Split, to_bytes, to_float
from aecore.data.scenes import Placed, Scene, compose, ink_box
from aecore.data.strokes import commands, flatten, render, sample_image
from aecore.evaluation.scenes import Figure
from aecore.tasks import SceneReader, Tracker

FIGURES = pretrained.MODELS.parent / "scenes.json"


@pytest.fixture(scope="module")
def model() -> SceneReader:
    loaded: SceneReader = aecore.load("scene")
    return loaded


@pytest.fixture(scope="module")
def samples() -> Split:
    """Return the project's own ten digits, at MNIST's size."""
    return Split(to_bytes(np.stack([sample_image(digit) for digit in range(10)])), np.arange(10, dtype=np.uint8))


def right(model: SceneReader, scenes: list[Scene]) -> float:
    """Return the fraction of digits that are found with their class, in boxes whose IoU is 0.5 or more."""
    count = hits = 0
    for scene, found in zip(scenes, model.detect(to_float(np.stack([s.image for s in scenes]))), strict=True):
        for box, digit in zip(scene.boxes, scene.digits, strict=True):
            own = np.array([one.box for one in found if one.digit == digit]).reshape(-1, 4)
            hits += bool((overlaps(box.astype(float), own) >= 0.5).any())
            count += 1
    return hits / count


def test_it_is_listed_apart_from_models_of_digits() -> None:
    assert aecore.available("scene") == ["scene"]
    assert "scene" not in aecore.available()


def test_the_file_is_at_most_two_megabytes() -> None:
    assert pretrained.path("scene").stat().st_size <= 2_000_000
    assert read_header(pretrained.path("scene").read_bytes())["task"] == "scene"


def test_the_card_says_where_it_comes_from_and_which_goals_it_misses(model: SceneReader) -> None:
    card = model.card
    assert {"preset", "command", "data", "seed", "versions", "seconds", "stages", "test", "missed_goals"} <= set(card)
    assert card["command"].startswith("python -m aecore.train scene")
    found: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert found["split"] == "test"
    figures = [Figure(**row) for row in found["rows"]]
    assert {row.name: round(row.model, 4) for row in figures} == card["test"]
    assert {row.name: row.goal for row in figures if not row.is_reached} == card["missed_goals"]
    for row in figures:
        assert row.baseline is None or row.model > row.baseline


def test_digits_of_our_own_pen_are_found_apart(model: SceneReader, samples: Split) -> None:
    assert right(model, list(films.apart(samples, 40, 0))) > 0.9


@pytest.mark.parametrize("height", [20, 32, 48])
def test_drawings_of_many_sizes_are_found_on_a_canvas_of_128(model: SceneReader, height: int) -> None:
    scenes = []
    for digit in range(10):
        scale = height / 175
        lines = [flatten(stroke) * scale for stroke in commands(digit)]
        drawn = render(lines, pen=0.13 * height, size=128)
        top, left, bottom, right_side = ink_box(drawn) or (0, 0, 0, 0)
        scenes.append(compose((128, 128), [Placed(drawn[top:bottom, left:right_side], digit, 30, 40)]))
    assert right(model, scenes) >= 0.7


def test_a_film_of_two_keeps_its_identities(model: SceneReader, samples: Split) -> None:
    tracker, seen = Tracker(model, aecore.load()), []
    for scene in films.moving_mnist(samples, 2, 1):
        tracks = tracker.update(to_float(scene.image))
        assert len({track.id for track in tracks}) == len(tracks)
        seen += [track.id for track in tracks]
    assert np.sort(np.bincount(seen))[::-1][:2].sum() > 0.85 * 40


def test_nothing_is_found_on_an_empty_canvas(model: SceneReader) -> None:
    empty = np.zeros((1, 64, 64), np.float32)
    assert model.detect(empty) == [[]]
    assert not model.segment(empty).any()
