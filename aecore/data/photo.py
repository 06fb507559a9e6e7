"""Reads a picture, such as a phone's photo of a digit on paper, as an image like MNIST's, and says what was found.

The digit is the largest piece of ink, with pieces near it. A small square picture is one whole digit.
"""

from __future__ import annotations

import contextlib
from typing import NamedTuple

import numpy as np
from PIL import Image

from aecore.data.digit_parts import Pieces, collect
from aecore.data.drawing import normalize_drawing
from aecore.data.ink import find_ink, resize
from aecore.data.picture_file import SIDE, PhotoError, Picture, read_picture

__all__ = ["Photo", "PhotoError", "examine", "read_photo"]

_THUMBNAIL = 64  # longest side, in pixels, of a picture that is no photo
_COLOURFUL = 0.1  # difference between two layers of a pixel: with less, the brightness says it all
_ALONE = 0.75  # fraction of all ink: with less in the digit, it is unclear which part is meant
_MANY = 8  # more marks are in a picture of a text or a screen
_CONTRAST = 0.3  # of a small picture that is taken whole
_LIKE = 0.7  # correlation with its normalised form, from which on a small picture is taken as it is
_CLEAN = 0.1  # difference from the paper: a noisy picture has fewer than half of its pixels so near to it
_SPECKLED = 0.05  # fraction of ink in specks of one or two pixels: with more, a small picture is noisy

_NO_DIGIT = "No digit found: photograph one dark digit on light paper, with some paper around it."
_SEVERAL = "More than one thing found: photograph one digit alone, on plain paper and in even light."
_TEXT = "Many things found, as on a screen or a page of text: cut out one digit, or photograph it alone."
_AREAS = "Large areas found, no strokes: photograph one digit, written with a pen, from nearer."


class Photo(NamedTuple):
    """What was found in a picture.

    `image` is the digit (28, 28) float32 in [0, 1], light on dark. It is one of `normalised`, the digit like a drawing,
    and `pixels`, a small picture's own; the other one is None where it does not exist. `width` and `height` are the
    digit's and `size` the file's, in its pixels; `dark` says whether the ink is. `whole`: a small picture was taken as
    one digit. `edges` are the sides of the picture that the digit touches. `faint` strokes were kept, `left_out` marks
    beside it were not.
    """

    image: np.ndarray
    normalised: np.ndarray | None
    pixels: np.ndarray | None
    width: int
    height: int
    size: tuple[int, int]
    dark: bool
    whole: bool = False
    edges: tuple[str, ...] = ()
    faint: int = 0
    left_out: int = 0

    @property
    def has_choice(self) -> bool:
        """Whether the digit can be taken both ways."""
        return self.normalised is not None and self.pixels is not None

    def chosen(self, pixels: bool | None) -> np.ndarray:
        """Return the picture's own pixels or the normalised digit; `image` for None, and where there is no choice."""
        image = self.pixels if pixels else self.normalised
        return self.image if pixels is None or image is None else image


def read_photo(data: bytes) -> np.ndarray:
    """Return the digit in a PNG or JPEG file, normalised like a drawing: an image (28, 28) float32 in [0, 1].

    The ink may be dark on light paper or light on dark, of any size. Raises PhotoError.
    """
    return examine(data).image


def examine(data: bytes, turns: int = 0) -> Photo:
    """Find the digit in a PNG or JPEG file, turned clockwise by so many right angles. Raises PhotoError."""
    picture = read_picture(data, turns)
    if picture.pixels is not None and _is_whole(picture):
        return _whole(picture.pixels, picture.size)
    try:
        return _search(picture)
    except PhotoError:
        if picture.pixels is None or not _has_contrast(picture.pixels):
            raise
        return _whole(picture.pixels, picture.size)


# ---- a small picture, which is one digit ---------------------------------------------------------------------------


def _is_whole(picture: Picture) -> bool:
    return picture.size[0] % 28 == 0


def _has_contrast(pixels: np.ndarray) -> bool:
    return bool(np.ptp(pixels) >= _CONTRAST)


def _whole(grey: np.ndarray, size: tuple[int, int]) -> Photo:
    paper = float(np.median(_border(grey)))
    dark = paper > 0.75  # noise on black has a median up to about a half
    pixels = (1 - grey if dark else grey).astype(np.float32)
    if not _has_contrast(pixels) or pixels.max() < _CONTRAST:
        raise PhotoError(_NO_DIGIT)
    paper = 1 - paper if dark else paper
    ink = ((pixels - paper) / max(float(pixels.max()) - paper, 1e-6)).clip(0, 1)
    normalised = normalize_drawing(_as_drawing(resize(ink, 5 * 28, Image.Resampling.BICUBIC)))
    noisy = _is_noisy(pixels, paper, ink)
    alike = normalised is not None and np.corrcoef(pixels.ravel(), normalised.ravel())[0, 1] >= _LIKE
    image = pixels if noisy or alike or normalised is None else normalised
    rows, columns = (int((ink >= 0.5).any(axis=axis).sum()) for axis in (1, 0))
    scale = size[0] / 28
    return Photo(image, normalised, pixels, round(columns * scale), round(rows * scale), size, dark, whole=True)


def _is_noisy(pixels: np.ndarray, paper: float, ink: np.ndarray) -> bool:
    from scipy import ndimage  # as in ink.py

    labels, count = ndimage.label(ink >= 0.5, np.ones((3, 3)))
    sizes = ndimage.sum_labels(ink >= 0.5, labels, np.arange(1, count + 1))
    specks = sizes[sizes <= 2].sum() / max(sizes.sum(), 1)
    return bool((np.abs(pixels - paper) < _CLEAN).mean() < 0.5 or specks > _SPECKLED)


def _border(grey: np.ndarray) -> np.ndarray:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _as_drawing(ink: np.ndarray) -> np.ndarray:
    return np.rint(ink * 255).astype(np.uint8)


# ---- a photo -------------------------------------------------------------------------------------------------------


def _search(picture: Picture) -> Photo:
    """Find the digit by brightness, and where that fails by each colour, and by opacity."""
    try:
        return _search_grey(picture, picture.grey)
    except PhotoError as problem:
        layers = picture.layers
        if str(problem) not in (_NO_DIGIT, _AREAS) or np.ptp(layers, axis=2).max(initial=0) < _COLOURFUL:
            raise
        for layer in range(layers.shape[2]):
            with contextlib.suppress(PhotoError):
                found = _search_grey(picture, layers[..., layer])
                if not found.edges:  # in one colour, printed lines look like strokes at the edge
                    return found
        raise


def _search_grey(picture: Picture, grey: np.ndarray) -> Photo:
    if max(grey.shape) <= _THUMBNAIL:  # its digit may touch the border
        grey = np.pad(grey, 2, constant_values=np.median(_border(grey)))
    # Enlarged more than five times, edges would be as soft as those of shadows.
    grey = resize(grey, min(SIDE, 5 * max(grey.shape)), Image.Resampling.BICUBIC)
    found = {sign: collect(find_ink(grey, sign)) for sign in (1, -1)}
    # The larger of the dark and the light ink is the digit; the other is the paper inside it, or a fainter reflection.
    least = 0.6 * max((one.depth for one in found.values() if one.is_digit), default=0)
    sign = max(found, key=lambda sign: (found[sign].is_digit and found[sign].depth > least, found[sign].longest))
    digit = found[sign]
    image = normalize_drawing(_as_drawing(digit.drawing)) if digit.is_digit else None
    if image is None:
        raise PhotoError(_why_not(found))
    if digit.fraction < _ALONE:
        raise PhotoError(_TEXT if _are_many(found) else _SEVERAL)
    scale = max(picture.size) / max(grey.shape)
    pixels = None if picture.pixels is None else _whole_pixels(picture.pixels)
    return Photo(
        image,
        image,
        pixels,
        max(1, round(digit.width * scale)),
        max(1, round(digit.height * scale)),
        picture.size,
        sign > 0,
        edges=digit.edges,
        faint=digit.faint,
        left_out=digit.left_out,
    )


def _whole_pixels(grey: np.ndarray) -> np.ndarray:
    dark = np.median(_border(grey)) > 0.75
    return (1 - grey if dark else grey).astype(np.float32)


def _why_not(found: dict[int, Pieces]) -> str:
    if _are_many(found):
        return _TEXT
    return _AREAS if any(one.is_area for one in found.values()) else _NO_DIGIT


def _are_many(found: dict[int, Pieces]) -> bool:
    return sum(one.marks for one in found.values()) > _MANY
