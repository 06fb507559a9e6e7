"""Images and their reconstructions side by side, as one picture file."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aecore.data.dataset import to_bytes

_SCALE = 3  # screen pixels per pixel of an image
_GAP, _CAPTION = 8, 26
_BACKGROUND, _INK = 24, 235  # grey levels: the background is dark, on light and dark pages


def picture(columns: Mapping[str, np.ndarray]) -> bytes:
    """Return a PNG of columns {caption: images (N, H, W) or (N, H, W, 3)} side by side, a row per image.

    All images have the same size.
    """
    if not columns:
        raise ValueError("a picture needs at least one column")
    some = next(iter(columns.values()))
    high, wide = some.shape[1] * _SCALE, some.shape[2] * _SCALE
    count = max(len(images) for images in columns.values())
    width, height = _GAP + len(columns) * (wide + _GAP), _CAPTION + count * (high + _GAP)
    is_grey = all(images.ndim == 3 for images in columns.values())
    canvas = Image.new("L" if is_grey else "RGB", (width, height), _level(_BACKGROUND, is_grey))
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(15)
    for i, (caption, images) in enumerate(columns.items()):
        left = _GAP + i * (wide + _GAP)
        draw.text((left + wide / 2, _CAPTION / 2), caption, _level(_INK, is_grey), font, anchor="mm")
        for j, image in enumerate(to_bytes(images)):
            large = Image.fromarray(image).resize((wide, high), Image.Resampling.NEAREST)
            canvas.paste(large, (left, _CAPTION + j * (high + _GAP)))
    file = io.BytesIO()
    canvas.save(file, "PNG", optimize=True)
    return file.getvalue()


def _level(grey: int, is_grey: bool) -> int | tuple[int, int, int]:
    return grey if is_grey else (grey, grey, grey)
