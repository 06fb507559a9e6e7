from __future__ import annotations

import numpy as np

from aecore.training.flat_map import flat


def test_a_flat_map_turns_as_little_as_can_be() -> None:
    rng = np.random.default_rng(0)
    latents = rng.normal(size=(200, 6)) * [5, 3, 1, 1, 1, 1]
    labels = np.arange(200) % 10
    before = flat(latents, labels, 10)
    mirrored = flat(latents * [-1, -1, 1, 1, 1, 1], labels, 10, before)
    np.testing.assert_allclose(mirrored, before, atol=0.05)


def test_one_and_two_numbers_are_laid_out_as_they_are() -> None:
    latents = np.array([[0.0, 0.0], [2.0, 1.0], [-2.0, -1.0]])
    np.testing.assert_allclose(flat(latents, np.array([1, 2, 3]), 10), latents / 2)
    one = flat(latents[:, :1], np.array([0, 4, 9]), 10)
    np.testing.assert_allclose(one, [[0, -0.9], [1, -0.1], [-1, 0.9]])


def test_without_labels_one_number_lies_on_a_line() -> None:
    latents = np.array([[1.0], [3.0]])
    np.testing.assert_allclose(flat(latents, None, 0), [[-1, 0], [1, 0]])
