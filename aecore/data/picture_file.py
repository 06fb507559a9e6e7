"""Decodes a PNG or JPEG file that a stranger sent, within bounded memory: upright, small, and opaque."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from aecore.data import png

SIDE = 500  # longest side of a decoded picture, in pixels; columns of 512 would collide in the processor's cache
_PNG, _JPEG = png.SIGNATURE, b"\xff\xd8\xff"
_MEGABYTES = 10  # of a file
_DECODED = 50_000_000  # bytes that the decoder may hold: 12 megapixels of a PNG in colour or of a progressive JPEG
_MEGAPIXELS = 50  # of any other file, such as a phone's JPEG, which is decoded at a reduced size: a limit of time
_ALWAYS = 8  # megapixels that every kind of file may have
_SCANS = 32  # of a progressive JPEG, usually about ten; each takes as long to decode as a whole picture
_ORIENTATION = 0x0112  # EXIF tag
_STRIP = 16  # rows of the result that are converted at a time
_PIXELS, _SMALL, _ENLARGED = 28, (16, 64), 20  # sides of small pictures whose pixels can be used, and times 28
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601

_FOREIGN = "Only PNG and JPEG pictures can be read: save the picture as one of them, or take a screenshot."
_HEIC = "This is a HEIC picture, which iPhones take: save or send it as JPEG, or take a screenshot of it."
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"heif", b"mif1", b"msf1")
_LARGE = f"The picture is too large: make it smaller, at most {_ALWAYS} megapixels and {_MEGABYTES} MB."
_DAMAGED = "The picture is damaged or incomplete: save it once more, or take another one."


class PhotoError(ValueError):
    """No digit was found in a picture; the message says why, in one sentence for the visitor."""


class Picture(NamedTuple):
    """A decoded picture, upright.

    `layers` (H, W, C) float32 in [0, 1], at most SIDE on a side: red, green, blue, and opacity where that varies.
    `size` is the file's width and height. `pixels`, (28, 28) float32, is a square picture of 28 pixels, an enlarged
    one, or a small one; None for others.
    """

    layers: np.ndarray
    size: tuple[int, int]
    pixels: np.ndarray | None

    @property
    def grey(self) -> np.ndarray:
        """The brightness (H, W) float32 in [0, 1]."""
        return grey_of(self.layers)


def grey_of(layers: np.ndarray) -> np.ndarray:
    """Return the brightness (H, W) of layers (H, W, 3 or more)."""
    grey: np.ndarray = layers[..., :3] @ _LUMA
    return grey


def read_picture(data: bytes, turns: int = 0) -> Picture:
    """Decode the first frame of a PNG or JPEG file, turned clockwise by so many right angles. Raises PhotoError."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise PhotoError(_HEIC)
    if not data.startswith((_PNG, _JPEG)):
        raise PhotoError(_FOREIGN)
    if len(data) > _MEGABYTES * 1_000_000:
        raise PhotoError(_LARGE)
    try:
        return _decode(data, turns)
    except PhotoError:
        raise
    except Exception as error:  # Pillow raises many kinds of exceptions for damaged files
        raise PhotoError(_DAMAGED) from error


def _decode(data: bytes, turns: int) -> Picture:
    picture = _open_png(data) if data.startswith(_PNG) else _open_jpeg(data)
    width, height = picture.size
    _require(width * height <= _MEGAPIXELS * 1_000_000)
    picture.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded at a half, a quarter or an eighth
    _require(picture.width * picture.height * _bytes_per_pixel(picture) <= _DECODED)
    pixels = _own_pixels(picture)
    layers = _on_paper(_small(picture))
    orientation = picture.getexif().get(_ORIENTATION)
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    if turns % 2:
        width, height = height, width
    return Picture(
        _upright(layers, orientation, turns),
        (width, height),
        None if pixels is None else _upright(pixels, orientation, turns),
    )


def _require(fits: bool) -> None:
    if not fits:
        raise PhotoError(_LARGE)


def _open_png(data: bytes) -> PngImageFile:
    return PngImageFile(io.BytesIO(png.essentials(data, (*png.PICTURE, b"eXIf"))))  # eXIf holds the orientation


def _open_jpeg(data: bytes) -> JpegImageFile:
    """Open a JPEG, unless its decoder would hold too much: all coefficients, where these arrive in several scans."""
    file = io.BytesIO(data)
    picture = JpegImageFile(file)
    scan = data.rfind(b"\xff\xda", 0, file.tell())  # the first one, whose header Pillow has just read
    if "progressive" in picture.info or data[scan + 4] < picture.layers:
        largest = max(across * down for _, across, down, _ in picture.layer)
        per_pixel = 2 * sum(across * down for _, across, down, _ in picture.layer) / max(largest, 1)
        _require(picture.width * picture.height * per_pixel <= _DECODED)
        if data.count(b"\xff\xda") > _SCANS:
            raise PhotoError(_DAMAGED)
    return picture


def _bytes_per_pixel(picture: Image.Image) -> int:
    """Return how many bytes Pillow holds per pixel: it pads two and three channels to four."""
    return 2 if picture.mode.startswith("I;16") else 1 if picture.mode in ("1", "L", "P") else 4


def _rgba(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits, which Pillow's conversion would clip
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    return picture.convert("RGBA")


def _small(picture: Image.Image) -> np.ndarray:
    """Return a picture at most SIDE on a side, (H, W, 4) float32; only strips of the large one are converted."""
    width, height = picture.size
    factor = max(1, max(width, height) // SIDE)
    small = Image.new("RGBA", (-(-width // factor), -(-height // factor)))
    for top in range(0, small.height, _STRIP):
        strip = picture.crop((0, top * factor, width, min((top + _STRIP) * factor, height)))
        small.paste(_rgba(strip).reduce(factor), (0, top))
    small.thumbnail((SIDE, SIDE))
    return np.asarray(small, np.float32) / 255


def _on_paper(rgba: np.ndarray) -> np.ndarray:
    """Put what is transparent on paper: the layers red, green, blue, and opacity where it varies.

    The paper has the colour of an opaque picture, and contrasts with ink that has nothing around it.
    """
    colour, opacity = rgba[..., :3], rgba[..., 3:]
    if opacity.min() == 1:
        return colour
    if opacity.mean() > 0.5:
        paper = np.median(colour[opacity[..., 0] > 0.5], axis=0)
    else:
        ink = (grey_of(colour) * opacity[..., 0]).sum() / max(opacity.sum(), 1e-6)
        paper = np.full(3, float(ink <= 0.5))
    return np.concatenate([colour * opacity + paper * (1 - opacity), opacity], axis=2).astype(np.float32)


def _own_pixels(picture: Image.Image) -> np.ndarray | None:
    """Return a small or enlarged square picture as it is, (28, 28) grey; None for others."""
    side = picture.width
    times = side // _PIXELS
    small = _SMALL[0] <= side <= _SMALL[1]
    if side != picture.height or not (small or (side % _PIXELS == 0 and times <= _ENLARGED)):
        return None
    grey = grey_of(_on_paper(np.asarray(_rgba(picture), np.float32) / 255))
    if side % _PIXELS == 0 and times > 0:
        pixels = grey[times // 2 :: times, times // 2 :: times]
        if np.abs(pixels.repeat(times, axis=0).repeat(times, axis=1) - grey).max() < 0.01:
            return pixels
    if not small:
        return None
    resized = Image.fromarray(grey).resize((_PIXELS, _PIXELS), Image.Resampling.BICUBIC)
    return np.asarray(resized).clip(0, 1)


def _upright(pixels: np.ndarray, orientation: int | None, turns: int) -> np.ndarray:
    pixels = pixels.swapaxes(0, 1) if orientation in (5, 6, 7, 8) else pixels
    pixels = pixels[:, ::-1] if orientation in (2, 3, 6, 7) else pixels
    pixels = pixels[::-1] if orientation in (3, 4, 7, 8) else pixels
    return np.ascontiguousarray(np.rot90(pixels, -turns))
