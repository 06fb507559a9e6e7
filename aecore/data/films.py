"""Films of digits, and still scenes, by the rules of published data sets; the same seed gives the same film.

Moving MNIST: Srivastava, Mansimov and Salakhutdinov, "Unsupervised Learning of Video Representations using LSTMs",
2015. MNIST-MOT: He et al., "Tracking by Animation", 2019, by the rules of its published generator, but with the maximum
of digits instead of their sum. M2NIST: Huble, Kaggle, 2018.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from aecore.data.dataset import Split
from aecore.data.scenes import TILE, Placed, Scene, compose, ink_box

FRAMES = 20
MOVING_SIZE, MOT_SIZE, APART_SIZE = (64, 64), (128, 128), (64, 84)
_STEP = 0.1  # of Moving MNIST: 3.6 pixels a frame, as a fraction of the way that a digit can go
_MOT_DIGITS, _MOT_SPEED, _MOT_BIRTH, _MOT_PAUSE = 3, 5.3, 0.5, 5  # pixels a frame, probability, frames
_MOT_MARGIN = TILE // 3  # pixels: where centres appear and disappear
_MOT_BEFORE = 60  # frames that pass before the first that is shown
_TRIES = 1000


def moving_mnist(digits: Split, count: int, seed: int, frames: int = FRAMES) -> list[Scene]:
    """Return the frames, 64 x 64, of `count` digits that move straight and bounce off the borders.

    Digits are images (N, 28, 28) uint8 with labels, of which `count` are drawn at random.
    """
    rng = np.random.default_rng(seed)
    tiles, labels = _draw(digits, count, rng)
    place, angle = rng.random((count, 2)), rng.uniform(0, 2 * np.pi, count)
    velocity = _STEP * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    reach = np.array(MOVING_SIZE) - TILE
    film = []
    for _ in range(frames):
        place = place + velocity
        velocity = np.where((place <= 0) | (place >= 1), -velocity, velocity)
        place = place.clip(0, 1)
        corners = (reach * place).astype(int)
        film.append(
            compose(
                MOVING_SIZE,
                [Placed(tiles[i], int(labels[i]), int(corners[i, 0]), int(corners[i, 1]), i) for i in range(count)],
            )
        )
    return film


@dataclass
class _Walk:
    """A place for one digit of MNIST-MOT: empty for some frames, then a digit on its way from border to border."""

    waited: int = 0
    tile: np.ndarray = field(default_factory=lambda: np.zeros((TILE, TILE), np.uint8))
    digit: int = 0
    start: tuple[float, float] = (0, 0)
    velocity: tuple[float, float] = (0, 0)
    steps: int = 0
    identity: int = -1


def mnist_mot(digits: Split, seed: int, frames: int = FRAMES) -> list[Scene]:
    """Return frames, 128 x 128, of up to three digits that cross the canvas on straight lines.

    Each begins at a random place of a random border, 9 pixels inside, and heads for a random place of the opposite one,
    where it disappears. After five frames it is replaced, with probability one half in every frame.
    """
    rng = np.random.default_rng(seed)
    walks, born, film = [_Walk() for _ in range(_MOT_DIGITS)], 0, []
    for frame in range(-_MOT_BEFORE, frames):
        placed = []
        for i, walk in enumerate(walks):
            if walk.waited < _MOT_PAUSE:
                walk.waited += 1
            elif walk.waited == _MOT_PAUSE:
                if rng.random() < _MOT_BIRTH:
                    walks[i] = _begin(digits, born, rng)
                    born += 1
            else:
                row, column = (round(s + walk.steps * v) for s, v in zip(walk.start, walk.velocity, strict=True))
                low, high = _MOT_MARGIN, MOT_SIZE[0] - 1 - _MOT_MARGIN
                if not (low <= row <= high and low <= column <= high):
                    walks[i] = _Walk()
                    continue
                corner = math.floor(row - (TILE - 1) / 2), math.floor(column - (TILE - 1) / 2)
                placed.append(Placed(walk.tile, walk.digit, *corner, walk.identity))
                walk.steps += 1
        if frame >= 0:
            film.append(compose(MOT_SIZE, placed))
    return film


def _begin(digits: Split, identity: int, rng: np.random.Generator) -> _Walk:
    tiles, labels = _draw(digits, 1, rng)
    low, high = _MOT_MARGIN, MOT_SIZE[0] - 1 - _MOT_MARGIN
    first, second = (float(n) for n in rng.integers(low, high + 1, 2))
    ends = {
        0: ((low, first), (high, second)),
        1: ((high, first), (low, second)),
        2: ((first, low), (second, high)),
        3: ((first, high), (second, low)),
    }
    start, end = ends[int(rng.integers(4))]
    way = end[0] - start[0], end[1] - start[1]
    length = math.hypot(*way)
    velocity = _MOT_SPEED * way[0] / length, _MOT_SPEED * way[1] / length
    return _Walk(_MOT_PAUSE + 1, tiles[0], int(labels[0]), start, velocity, 0, identity)


def apart(digits: Split, count: int, seed: int) -> Iterator[Scene]:
    """Yield `count` scenes, 64 x 84, of one to three digits at random places where the boxes of their ink are apart."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        tiles, labels = _draw(digits, int(rng.integers(1, 4)), rng)
        placed: list[Placed] = []
        boxes: list[tuple[int, int, int, int]] = []
        for tile, label in zip(tiles, labels, strict=True):
            for _ in range(_TRIES):
                top, left = (int(n) for n in rng.integers(0, np.array(APART_SIZE) - TILE + 1))
                inner = ink_box(tile) or (0, 0, 0, 0)
                box = top + inner[0], left + inner[1], top + inner[2], left + inner[3]
                if not any(_meet(box, other) for other in boxes):
                    placed.append(Placed(tile, int(label), top, left, len(placed)))
                    boxes.append(box)
                    break
        yield compose(APART_SIZE, placed)


def crossing(digits: Split, count: int, seed: int) -> Iterator[Scene]:
    """Yield `count` scenes, 64 x 64, of two digits at random places where the ink of one crosses the other's."""
    rng = np.random.default_rng(seed)
    found = 0
    while found < count:
        tiles, labels = _draw(digits, 2, rng)
        corners = rng.integers(0, np.array(MOVING_SIZE) - TILE + 1, (2, 2))
        placed = [Placed(tiles[i], int(labels[i]), int(corners[i, 0]), int(corners[i, 1]), i) for i in range(2)]
        alone = [compose(MOVING_SIZE, [one]).classes > 0 for one in placed]
        if (alone[0] & alone[1]).any():
            found += 1
            yield compose(MOVING_SIZE, placed)


def _draw(digits: Split, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    which = rng.integers(0, len(digits), count)
    return digits.as_bytes()[which], digits.known_labels()[which]


def _meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
