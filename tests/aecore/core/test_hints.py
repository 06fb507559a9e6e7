from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aecore.core import hints
from aecore.core.chroma import chroma_of, upsample
from aecore.core.color_fields import CHANNELS, LATENT, draw


def test_a_pixel_between_others_is_what_upsampling_makes_of_it() -> None:
    maps = np.random.default_rng(0).normal(size=(3, 5, 2))
    wanted = upsample(maps[None])[0]
    for row in range(6):
        for column in range(10):
            np.testing.assert_allclose(hints.interpolated(maps, row, column), wanted[row, column], atol=1e-12)


def test_a_latent_that_draws_the_hints_fits_them_exactly() -> None:
    rng = np.random.default_rng(1)
    fields, latent = rng.normal(0, 0.1, (16, 16, CHANNELS)), rng.normal(size=LATENT)
    chroma = upsample(draw(fields[None], latent[None]))[0]
    color = np.full((32, 32, 3), 0.5) + chroma[..., [1, 0, 0]] * (1.402 / 4, 0, 1.772 / 4)  # green: so that Y stays
    color[..., 1] = 0.5 - (0.299 * (color[..., 0] - 0.5) + 0.114 * (color[..., 2] - 0.5)) / 0.587
    rows, values = hints.observe(fields, [(r, c, color[r, c]) for r, c in ((0, 0), (7, 31), (16, 9))])
    assert rows.shape == (1, 6, LATENT)
    assert values.shape == (1, 6)
    np.testing.assert_allclose(rows[0] @ latent, values[0], atol=1e-5)
    flat = np.broadcast_to(color[7, 31].astype(np.float32), (1, 2, 2, 3))
    _, values = hints.observe(np.zeros_like(fields), [(7, 31, color[7, 31])])
    np.testing.assert_allclose(values[0], chroma_of(flat)[0, 0, 0], atol=1e-5)


GOOD = (3, 4, (0.1, 0.2, 0.3))


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "hints",
        [GOOD],
        [[GOOD], [GOOD]],
        [[(3, 4)]],
        [[(3, 32, (0, 0, 0))]],
        [[(-1, 0, (0, 0, 0))]],
        [[(1.5, 0, (0, 0, 0))]],
        [[(True, 0, (0, 0, 0))]],
        [[(0, 0, (0, 0))]],
        [[(0, 0, (0, 0, 1.2))]],
        [[(0, 0, (0, 0, float("nan")))]],
        [[(0, 0, ("a", 0, 0))]],
        [[(0, 0, None)]],
        [[GOOD] * 1001],
    ],
)
def test_what_is_no_hint_is_refused_with_what_came_and_what_was_wanted(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^wanted .*; got .*") as caught:
        hints.check_hints(wrong, 1, 32)
    assert len(str(caught.value)) < 300


def test_hints_of_numpy_s_numbers_are_taken() -> None:
    numbers = (np.int64(3), np.uint8(31), np.array([0.1, 0.5, 1], np.float32))
    assert hints.check_hints([[numbers], []], 2, 32)[0][0][:2] == (3, 31)
