from __future__ import annotations

import numpy as np
import pytest

from aecore.tasks.autoencoder import Redraw

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(28, 28), (8, 6, 3)])
def test_what_goes_in_is_what_is_to_come_out(shape: tuple[int, ...]) -> None:
    images = RNG.random((5, *shape), np.float32)
    batch = Redraw().examples(images, None, RNG)
    assert set(batch.inputs) == {"image"}
    assert set(batch.targets) == set(Redraw().outputs) == {"decoder"}
    np.testing.assert_array_equal(batch.inputs["image"], batch.targets["decoder"])
    np.testing.assert_array_equal(Redraw().pixels(batch.inputs, batch.targets), images)
    assert Redraw().given_pixels(batch.inputs) is None


def test_a_perfect_drawing_has_no_error_and_pixels_end_at_black_and_white() -> None:
    images = RNG.random((5, 28, 28), np.float32).round()
    batch = Redraw().examples(images, None, RNG)
    mse = Redraw().metrics["mse"]
    assert mse(batch, {"decoder": batch.targets["decoder"]}) == 0
    assert mse(batch, {"decoder": 3 * batch.targets["decoder"] - 1}) == 0
    assert mse(batch, {"decoder": np.full((5, 28, 28, 1), 0.5, np.float32)}) == pytest.approx(0.25)
    drawn = Redraw().pixels(batch.inputs, {"decoder": 3 * batch.targets["decoder"] - 1})
    assert (drawn.min(), drawn.max()) == (0, 1)
