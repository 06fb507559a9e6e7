"""Reads an uploaded picture, such as a phone's photo of a digit on paper, as an image like MNIST's.

The brightness is treated as a height map, in which strokes are closed hollows: unlike tables, shadows and the lines of
squared paper, they do not reach the picture's border. The digit is the largest hollow, with smaller ones near it.
"""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from aecore.data import png
from aecore.data.drawing import normalize_drawing

_PNG, _JPEG = png.SIGNATURE, b"\xff\xd8\xff"
_MEGABYTES, _MEGAPIXELS = 10, 4  # limits for one visitor's use of the server's memory
_SCANS = 32  # of a progressive JPEG, usually about ten; each takes as long to decode as a whole picture
_ORIENTATION = 0x0112  # EXIF tag

_SIDE = 500  # longest side, in pixels, for the search; columns of 512 pixels would collide in the processor's cache
_THUMBNAIL = 64  # longest side, in pixels, of a picture that is no photo
_CELLS = 32  # longest side of the map of the light
_SWEEPS = 12  # rounds of filling; enough for all but the most winding hollows
_FAINTEST = 0.12  # contrast of the faintest ink, as a fraction of the paper's brightness
_SOFTEST = 0.037  # slope of the ink's edge, per pixel: softer things are shadows
_SMALLEST = 16  # longer side of the smallest digit, in pixels
_THICKEST = 0.6  # largest fraction of ink in a square around the digit
_REACH = 0.2  # fraction of a digit's longer side: a part at most so far away belongs to it
_SPECK = 0.01  # fraction of a digit's ink: a part with less is dirt
_ALONE = 0.75  # fraction of all ink: with less in the digit, it is unclear which part is meant

_FOREIGN = "Only PNG and JPEG pictures can be read: save the picture as one of them, or take a screenshot."
_LARGE = f"The picture is too large: make it smaller, at most {_MEGAPIXELS} megapixels and {_MEGABYTES} MB."
_DAMAGED = "The picture is damaged or incomplete: save it once more, or take another one."
_NO_DIGIT = "No digit found: photograph one dark digit on light paper, with some paper around it."
_SEVERAL = "More than one thing found: photograph one digit alone, on plain paper and in even light."


class PhotoError(ValueError):
    """No digit was found in a picture; the message says why, in one sentence for the visitor."""


def read_photo(data: bytes) -> np.ndarray:
    """Return the digit in a PNG or JPEG file, normalised like a drawing: an image (28, 28) float32 in [0, 1].

    The ink may be dark on light paper or light on dark, of any size. Raises PhotoError.
    """
    if not data.startswith((_PNG, _JPEG)):
        raise PhotoError(_FOREIGN)
    if len(data) > _MEGABYTES * 1_000_000:
        raise PhotoError(_LARGE)
    try:
        grey = _decode(data)
    except PhotoError:
        raise
    except Exception as error:  # Pillow raises many kinds of exceptions for damaged files
        raise PhotoError(_DAMAGED) from error
    if max(grey.shape) <= _THUMBNAIL:  # its digit may touch the border
        grey = np.pad(grey, 2, constant_values=np.median([*grey[0], *grey[-1], *grey[:, 0], *grey[:, -1]]))
    # Enlarged more than five times, edges would be as soft as those of shadows.
    grey = _resize(grey, min(_SIDE, 5 * max(grey.shape)), Image.Resampling.BICUBIC)
    found = [one for sign in (1, -1) if (one := _cut_out(_ink(grey, sign)))]
    # The larger of the dark and the light ink is the digit; the other is the paper inside it, or a fainter reflection.
    deepest = max((one.depth for one in found), default=0)
    digit = max((one for one in found if one.depth > 0.6 * deepest), key=lambda one: one.longest, default=None)
    image = normalize_drawing(digit.drawing) if digit else None
    if digit is None or image is None:
        raise PhotoError(_NO_DIGIT)
    if digit.fraction < _ALONE:
        raise PhotoError(_SEVERAL)
    return image


def _decode(data: bytes) -> np.ndarray:
    """Decode the first frame upright, on white: grey (H, W) float32 in [0, 1], at most _SIDE; raises all sorts."""
    picture = _open_png(data) if data.startswith(_PNG) else JpegImageFile(io.BytesIO(data))
    if picture.width * picture.height > _MEGAPIXELS * 1_000_000:
        raise PhotoError(_LARGE)
    if data.startswith(_JPEG) and data.count(b"\xff\xda") > _SCANS:
        raise PhotoError(_DAMAGED)
    picture.draft("L", (_SIDE, _SIDE))  # a JPEG is decoded at a half, a quarter or an eighth
    grey = _to_grey(picture)
    grey.thumbnail((_SIDE, _SIDE))
    pixels = np.asarray(grey, np.float32) / 255
    orientation = picture.getexif().get(_ORIENTATION)
    pixels = pixels.T if orientation in (5, 6, 7, 8) else pixels
    pixels = pixels[:, ::-1] if orientation in (2, 3, 6, 7) else pixels
    return pixels[::-1] if orientation in (3, 4, 7, 8) else pixels


def _open_png(data: bytes) -> PngImageFile:
    return PngImageFile(io.BytesIO(png.essentials(data, (*png.PICTURE, b"eXIf"))))  # eXIf holds the orientation


def _to_grey(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits, which Pillow's conversion would clip
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if not picture.has_transparency_data:
        return picture.convert("L")
    picture = picture.convert("RGBA")
    white = Image.new("L", picture.size, 255)
    white.paste(picture.convert("L"), mask=picture.getchannel("A"))
    return white


def _resize(grey: np.ndarray, longest: int, how: Image.Resampling) -> np.ndarray:
    height, width = (max(1, round(side * longest / max(grey.shape))) for side in grey.shape)
    return np.asarray(Image.fromarray(np.ascontiguousarray(grey)).resize((width, height), how)).clip(0, 1)


def _ink(grey: np.ndarray, sign: int) -> np.ndarray:
    """Return how much darker (sign 1) or lighter (-1) than the paper around it each hollow is: (H, W), paper is 0."""
    from scipy import ndimage  # here and below: it takes 20 MB and half a second, and few visitors upload

    cells = _resize(grey, _CELLS, Image.Resampling.BOX)
    light = ndimage.median_filter(sign * _fill(sign * cells), int(0.6 * _CELLS))
    light = np.asarray(Image.fromarray(light).resize(grey.shape[::-1], Image.Resampling.BILINEAR))
    page = (ndimage.gaussian_filter(grey, 1) + 0.05) / (light + 0.05)  # smoothed; 0.05 avoids a division by zero
    filled = sign * _fill(sign * page)
    return 1 - page / filled if sign > 0 else (page - filled) / page.max()


def _fill(land: np.ndarray) -> np.ndarray:
    """Return a height map (H, W) with every closed hollow filled up to its rim.

    Greyscale reconstruction by sweeps: Vincent, "Morphological Grayscale Reconstruction in Image Analysis", 1993.
    """
    lands = [np.ascontiguousarray(np.rot90(land, turns)) for turns in range(4)]
    water = land.copy()
    water[1:-1, 1:-1] = land.max()
    for _ in range(_SWEEPS):
        before = water
        for ground in lands:
            water = np.array(water, order="C")
            for above, here, below in zip(water, water[1:], ground[1:], strict=False):
                np.maximum(np.minimum(here, above, out=here), below, out=here)
            water = np.rot90(water)
        if np.abs(water - before).max() < 0.01:
            break
    return water


class _Found(NamedTuple):
    drawing: np.ndarray  # (H, W) uint8, light on dark
    longest: int  # side of the digit, in pixels
    depth: float  # of its ink
    fraction: float  # of all ink


def _cut_out(ink: np.ndarray) -> _Found | None:
    """Return the largest part of the ink, with the parts near it; half of its depth becomes half of 255."""
    from scipy import ndimage

    noise = 1.4826 * np.median(np.abs(ink - np.median(ink)))
    strong = ink[ink > max(_FAINTEST, 6 * noise)]
    if not strong.size:
        return None
    depth = float(np.percentile(strong, 95))
    labels, count = ndimage.label(ink > depth / 2, np.ones((3, 3)))
    parts = np.arange(1, count + 1)
    masses = ndimage.sum_labels(ink, labels, parts)
    main = labels == parts[masses.argmax()]
    longest = max(int(np.ptp(line)) + 1 for line in np.nonzero(main))
    slope = np.hypot(*np.gradient(ink))[main & ~ndimage.binary_erosion(main)].mean()
    if longest < _SMALLEST or main.sum() > _THICKEST * longest**2 or slope < _SOFTEST:
        return None
    distances = ndimage.minimum(ndimage.distance_transform_edt(~main), labels, parts)
    near = (distances <= _REACH * longest) & (masses >= _SPECK * masses.max())
    digit = ndimage.binary_dilation(np.isin(labels, parts[near]), iterations=4)
    drawing = np.rint(np.clip(ink * digit / depth, 0, 1) * 255).astype(np.uint8)
    return _Found(drawing, longest, depth, float(masses[near].sum() / masses.sum()))
