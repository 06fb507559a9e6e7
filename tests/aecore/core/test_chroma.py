from __future__ import annotations

import numpy as np

from aecore.core import chroma
from tests.aecore.colorizers import smooth_pictures


def test_a_picture_comes_back_from_its_luminance_and_chroma() -> None:
    pictures = smooth_pictures(5)
    again = chroma.pictures_of(chroma.luminance_of(pictures), chroma.chroma_of(pictures))
    assert again.dtype == np.float32
    np.testing.assert_allclose(again, pictures, atol=0.03)  # chroma at half the size
    assert np.mean((again - pictures) ** 2) < 2e-5


def test_the_luminance_of_a_picture_is_that_it_was_drawn_with() -> None:
    rng = np.random.default_rng(0)
    luminance = rng.uniform(0.4, 0.6, (3, 8, 12)).astype(np.float32)
    drawn = chroma.pictures_of(luminance, rng.normal(0, 0.2, (3, 4, 6, 2)).astype(np.float32))
    assert np.ptp(drawn, axis=-1).max() > 0.1
    np.testing.assert_allclose(chroma.luminance_of(drawn), luminance, atol=1e-6)


def test_grey_has_no_chroma_and_known_colours_have_theirs() -> None:
    grey = np.full((1, 2, 2, 3), 0.3, np.float32)
    np.testing.assert_allclose(chroma.chroma_of(grey), 0, atol=1e-6)
    blue = np.broadcast_to(np.array([0, 0, 1], np.float32), (1, 2, 2, 3))
    np.testing.assert_allclose(chroma.chroma_of(blue)[0, 0, 0] / chroma.SCALE, [0.5, -0.0813], atol=1e-4)  # BT.601


def test_blocks_of_pixels_become_channels_row_by_row() -> None:
    luminance = np.arange(24, dtype=np.float32).reshape(1, 4, 6)
    fine = chroma.space_to_depth(luminance)
    assert fine.shape == (1, 2, 3, 4)
    assert fine[0, 1, 2].tolist() == [16, 17, 22, 23]
    np.testing.assert_array_equal(chroma.depth_to_space(fine), luminance)


def test_upsampling_keeps_what_is_constant_and_what_is_a_ramp() -> None:
    np.testing.assert_allclose(chroma.upsample(np.full((2, 3, 5, 2), 0.7)), 0.7)
    ramp = np.arange(5.0)[None, :, None, None] * np.ones((1, 5, 4, 1))
    np.testing.assert_allclose(chroma.upsample(ramp)[0, 1:-1, 3, 0], np.arange(0.25, 4, 0.5))
    assert chroma.upsample(ramp)[0, [0, -1], 0, 0].tolist() == [0, 4]  # beyond the edge there is the edge
