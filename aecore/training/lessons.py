"""What the networks of a student learn: inputs, and their teacher's outputs for them. NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from aecore.core.progress import Say, in_steps
from aecore.core.statistics import LatentStatistics
from aecore.data.augment import ink_pool, warp_pool
from aecore.data.dataset import Split, to_bytes, to_float, with_channels, without_channel
from aecore.tasks import Autoencoder
from aecore.tasks.autoencoder import DECODER
from aecore.training.presets import Distillation

ENCODER = "encoder"

Run = Callable[[str, np.ndarray], np.ndarray]  # a network's name, and its inputs as it has them -> its outputs


class Lesson(NamedTuple):
    """Inputs of a network, and its teacher's outputs for them: images (N, H, W) uint8, or latents (N, D) float32."""

    given: np.ndarray
    wanted: np.ndarray

    def as_floats(self) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs and outputs as networks have them."""
        given, wanted = (with_channels(to_float(array)) for array in self)
        return given, wanted

    def batches(self, size: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield inputs and outputs of each batch, in random order."""
        order = rng.permutation(len(self.given))
        for start in range(0, len(order), size):
            some = order[start : start + size]
            yield Lesson(self.given[some], self.wanted[some]).as_floats()


def lessons(
    teacher: Autoencoder, run: Run, split: Split, recipe: Distillation, seed: int, say: Say
) -> dict[str, Lesson]:
    """Return what each network of a student learns in its training, by the network's name; `run` runs the teacher's."""
    rng = np.random.default_rng(seed)
    images = split.as_bytes()
    drawings, draws, moves = (round(per * len(split)) for per in (recipe.drawings, recipe.draws, recipe.moves))
    say(f"drawing {drawings:,} digits")
    images = np.concatenate([images, to_bytes(ink_pool(images, drawings, seed))])
    say(f"warping {recipe.warped_copies} copies of {len(images):,} images")
    images = np.concatenate([images, *warp_pool(images, recipe.warped_copies, seed)])
    lesson = encoded(run, images, say)
    given = [lesson.wanted, slider_moves(teacher.statistics, lesson.wanted, moves, rng)]
    if teacher.mixture:
        given.append(teacher.mixture.sample(draws, rng))
    return {ENCODER: lesson, DECODER: decoded(run, np.concatenate(given), say)}


def held_out_lessons(run: Run, split: Split, say: Say) -> dict[str, Lesson]:
    """Return the lessons on which each network is validated, by its name: the images of a split, unchanged."""
    lesson = encoded(run, split.as_bytes(), say)
    return {ENCODER: lesson, DECODER: decoded(run, lesson.wanted, say)}


def encoded(run: Run, images: np.ndarray, say: Say) -> Lesson:
    """Return the lesson of an encoder for images (N, H, W) uint8."""

    def encode(some: np.ndarray) -> np.ndarray:
        return run(ENCODER, with_channels(to_float(some)))

    return Lesson(images, in_steps(encode, images, "teacher, encoding", say))


def decoded(run: Run, latents: np.ndarray, say: Say) -> Lesson:
    """Return the lesson of a decoder for latents (N, D)."""

    def decode(some: np.ndarray) -> np.ndarray:
        return to_bytes(without_channel(run(DECODER, some)))

    return Lesson(latents, in_steps(decode, latents, "teacher, decoding", say))


def slider_moves(statistics: LatentStatistics, latents: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return random latents of (N, D), each of them moved within the sliders' ranges: (count, D) float32.

    In one half a single number takes any value of its slider. The others are moved in a random direction, as the
    sliders of attributes move them.
    """
    low, high = (np.array(ends, np.float32) for ends in (statistics.low, statistics.high))
    moved = latents[rng.integers(len(latents), size=count)]
    single, several = np.arange(count // 2), slice(count // 2, count)
    which = rng.integers(len(low), size=len(single))
    moved[single, which] = rng.uniform(low[which], high[which])
    directions = rng.standard_normal(moved[several].shape, np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    distances = rng.uniform(0, np.mean(high - low) / 2, (len(directions), 1))
    moved[several] = np.clip(moved[several] + distances * directions, low, high)
    return moved
