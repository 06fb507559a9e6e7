from __future__ import annotations

import numpy as np
import pytest

from aecore.data.scene_examples import FIRST, USUAL, random_size, resized, training_scenes
from aecore.data.scenes import ink_box


@pytest.fixture
def tiles(blobs: np.ndarray) -> np.ndarray:
    return np.rint(blobs * 255).astype(np.uint8)


def test_every_digit_is_in_one_scene(tiles: np.ndarray) -> None:
    labels = np.arange(len(tiles)) % 10
    scenes = training_scenes(tiles, labels, USUAL, np.random.default_rng(0))
    assert {scene.image.shape for scene in scenes} == {USUAL}
    assert {1, 2, 3} <= {len(scene.digits) for scene in scenes} <= {0, 1, 2, 3}
    shown = np.concatenate([scene.digits for scene in scenes])
    assert len(tiles) * 0.97 <= len(shown) <= len(tiles)  # few are cut off whole


def test_the_seed_makes_the_scenes_and_larger_canvases_hold_more(tiles: np.ndarray) -> None:
    labels = np.arange(len(tiles)) % 10
    one, again = (training_scenes(tiles, labels, (128, 128), np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(a.image, b.image) for a, b in zip(one, again, strict=True))
    assert len(one) < len(training_scenes(tiles, labels, USUAL, np.random.default_rng(3))) / 3


@pytest.mark.parametrize("size", [*FIRST, (128, 128)])
def test_batches_of_as_many_digits_have_as_many_scenes(tiles: np.ndarray, size: tuple[int, int]) -> None:
    labels = np.arange(len(tiles)) % 10
    made = [training_scenes(tiles[:40], labels[:40], size, np.random.default_rng(seed)) for seed in range(20)]
    assert len({len(scenes) for scenes in made}) == 1
    assert len(training_scenes(tiles[:1], labels[:1], size, np.random.default_rng(0))) == 1


def test_canvases_have_many_sizes_and_the_first_two_differ_on_both_sides() -> None:
    rng = np.random.default_rng(0)
    sizes = [random_size(rng) for _ in range(200)]
    assert 0.6 < sizes.count(USUAL) / 200 < 0.85
    assert len(set(sizes)) == 3
    assert all(a != b for a, b in zip(*FIRST, strict=True))


@pytest.mark.parametrize("factor", [0.75, 1.0, 2.0])
def test_a_resized_digit_has_the_size_and_its_edges_stay_sharp(factor: float) -> None:
    tile = np.zeros((28, 28), np.uint8)
    tile[4:24, 10:18] = 255
    box = ink_box(resized(tile, factor, crisp=True))
    assert box is not None
    assert box[2] - box[0] == pytest.approx(20 * factor, abs=1.5)
    grey = [np.mean((image > 20) & (image < 235)) for image in (resized(tile, 2, True), resized(tile, 2, False))]
    assert grey[0] < grey[1]
