from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from aecore.evaluation.picture import picture


@pytest.mark.parametrize(("shape", "mode"), [((28, 28), "L"), ((20, 32), "L"), ((28, 28, 3), "RGB")])
def test_the_picture_shows_every_image_at_its_place(shape: tuple[int, ...], mode: str) -> None:
    rng = np.random.default_rng(0)
    columns = {"input": rng.random((3, *shape), np.float32), "ours": rng.uniform(-0.5, 1.5, (3, *shape))}
    high, wide = (3 * side + 8 for side in shape[:2])
    with Image.open(io.BytesIO(picture(columns))) as image:
        assert (image.format, image.mode) == ("PNG", mode)
        pixels = np.asarray(image)
    for i, images in enumerate(columns.values()):
        for j, drawn in enumerate(images):
            shown = pixels[26 + j * high :, 8 + i * wide :][: high - 8 : 3, : wide - 8 : 3]
            np.testing.assert_allclose(shown / 255, drawn.clip(0, 1), atol=0.003)
    assert pixels[:26].max() > 200  # captions
    assert pixels[-1].max() < 50  # the background


def test_grey_and_colour_stand_side_by_side() -> None:
    grey, colour = np.ones((1, 28, 28), np.float32), np.zeros((1, 28, 28, 3), np.float32)
    colour[..., 0] = 1
    with Image.open(io.BytesIO(picture({"grey": grey, "colour": colour}))) as image:
        assert image.getpixel((50, 60)) == (255, 255, 255)
        assert image.getpixel((142, 60)) == (255, 0, 0)


@pytest.mark.parametrize("count", [1, 4])
def test_a_caption_stays_within_its_column(count: int) -> None:
    digits = np.zeros((1, 28, 28), np.float32)
    with Image.open(io.BytesIO(picture({f"PCA-16{' ' * i}": digits for i in range(count)}))) as image:
        captions = np.asarray(image)[:26] > 100
    for gap in range(count + 1):
        assert not captions[:, gap * 92 : gap * 92 + 8].any()
