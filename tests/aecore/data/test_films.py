from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from aecore.data import films
from aecore.data.dataset import Split
from aecore.data.scenes import Scene


@pytest.fixture(scope="module")
def digits() -> Split:
    """Outlines of boxes of many sizes, centred as MNIST's digits are."""
    images = np.zeros((30, 28, 28), np.uint8)
    for i, image in enumerate(images):
        height, width = 6 + i % 5, 2 + i % 7
        image[14 - height : 14 + height, 14 - width : 14 + width] = 250
        image[16 - height : 12 + height, 16 - width : 12 + width] = 0
    return Split(images, (np.arange(30) % 10).astype(np.uint8))


FILMS: dict[str, Callable[[Split, int], list[Scene]]] = {
    "moving": lambda digits, seed: films.moving_mnist(digits, 3, seed),
    "mot": lambda digits, seed: films.mnist_mot(digits, seed, 60),
    "apart": lambda digits, seed: list(films.apart(digits, 12, seed)),
    "crossing": lambda digits, seed: list(films.crossing(digits, 12, seed)),
}


@pytest.mark.parametrize("film", FILMS.values(), ids=FILMS)
def test_the_seed_makes_the_film(film: Callable[[Split, int], list[Scene]], digits: Split) -> None:
    first, again, other = (np.stack([scene.image for scene in film(digits, seed)]) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_digits_of_moving_mnist_go_straight_and_bounce(digits: Split) -> None:
    film = films.moving_mnist(digits, 2, 0, frames=200)
    assert {scene.image.shape for scene in film} == {(64, 64)}
    places = np.array([scene.boxes[:, :2] for scene in film])
    assert places.shape == (200, 2, 2)
    steps = np.diff(places, axis=0)
    assert np.hypot(*np.moveaxis(steps, -1, 0)).max() <= 3.6 + 2  # both ends are cut to whole pixels
    assert ((steps > 0).any(axis=0) & (steps < 0).any(axis=0)).all()
    assert all(scene.digits.tolist() == film[0].digits.tolist() for scene in film)


def test_digits_of_mnist_mot_cross_the_canvas_on_straight_lines(digits: Split) -> None:
    film = films.mnist_mot(digits, 1, 400)
    assert {scene.image.shape for scene in film} == {(128, 128)}
    assert {len(scene.boxes) for scene in film} == {0, 1, 2, 3}
    paths: dict[int, list[np.ndarray]] = {}
    for number, scene in enumerate(film):
        for identity, box in zip(scene.identities, scene.boxes, strict=True):
            paths.setdefault(int(identity), []).append(np.array([number, *(box[:2] + box[2:]) / 2]))
    whole = [np.array(path) for path in list(paths.values())[3:-3]]
    assert len(whole) > 10
    for path in whole:
        frames, places = path[:, 0], path[:, 1:]
        assert (np.diff(frames) == 1).all()
        line = places[0] + np.linspace(0, 1, len(places))[:, None] * (places[-1] - places[0])
        assert np.abs(places - line).max() < 2.5
        assert np.linalg.norm(places[-1] - places[0]) / (len(places) - 1) == pytest.approx(5.3, abs=0.2)
        assert np.abs(places[-1] - places[0]).max() > 90


def test_at_most_three_digits_are_apart_and_two_cross(digits: Split) -> None:
    counts = set()
    for scene in films.apart(digits, 60, 0):
        assert scene.image.shape == (64, 84)
        counts.add(len(scene.boxes))
        for i, (top, left, bottom, right) in enumerate(scene.boxes):
            for other in scene.boxes[:i]:
                assert top >= other[2] or other[0] >= bottom or left >= other[3] or other[1] >= right
    assert counts == {1, 2, 3}
    for scene in films.crossing(digits, 20, 0):
        assert len(scene.boxes) == 2
        low, high = scene.boxes[:, :2].max(axis=0), scene.boxes[:, 2:].min(axis=0)
        assert (low < high).all()
