"""Pictures that people bring, of many kinds, made in code: {name: (digit, maker of the file)}."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from aecore.data.strokes import CANVAS, commands, flatten, render
from tests.photos import photo, saved, turned, written

PAGE = (480, 640)
Maker = Callable[[], bytes]


def cut(digit: int, side: str, fraction: float = 0.07) -> bytes:
    """Return a photo whose edge on one side cuts off this fraction of the digit."""
    page = photo(digit, PAGE)
    rows, columns = np.nonzero(written(digit, PAGE) > 0.5)
    top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
    box = [0, 0, *PAGE]
    across, down = fraction * (right - left), fraction * (bottom - top)
    place, at = {
        "left": (0, left + across),
        "top": (1, top + down),
        "right": (2, right - across),
        "bottom": (3, bottom - down),
    }[side]
    box[place] = round(at)
    return saved(page.crop(tuple(box)))


def faded(digit: int, part: Callable[[np.ndarray, np.ndarray], np.ndarray], strength: float, pen: float = 10) -> bytes:
    """Return a photo of a digit with a faint part: `part` says where, for x and y from 0 to 1 of the digit's square."""
    width, height = PAGE
    y, x = np.mgrid[:height, :width]
    x, y = (x / width - 0.15) / 0.7, ((y - height / 2) / width + 0.35) / 0.7
    covered = written(digit, PAGE, pen=pen)
    return saved(photo(covered=np.where(part(x, y), strength * covered, covered)))


def with_distant_hat(gap: float, strength: float = 1) -> bytes:
    """Return a photo of a five whose upper stroke was written too high, by this fraction of its height."""
    body, hat = (flatten(stroke) for stroke in commands(5))
    width, height = PAGE
    scale = 0.55 * width / CANVAS
    offset = np.array([0.2 * width, 0.35 * height])
    lines = {1.0: body * scale + offset, strength * 0.999: hat * scale + offset - (0, gap * 170 * scale)}
    covered = np.zeros((height, width))
    for depth, line in lines.items():
        whole = render([line], 8, height)[:, :width] / 255
        covered = np.maximum(covered, depth * whole)
    return saved(photo(covered=covered))


def on_transparent(digit: int, colour: tuple[int, int, int], pen: float = 20, mode: str = "RGBA") -> bytes:
    """Return a PNG with ink and nothing else."""
    page = Image.new("RGBA", (300, 300), (*colour, 0))
    opacity = Image.new("L", (300, 300))
    opacity.paste(Image.fromarray(render([flatten(s) for s in commands(digit)], pen)), (10, 10))
    page.putalpha(opacity)
    return saved(page.quantize(32) if mode == "P" else page.convert(mode), "PNG")


def from_a_phone(digit: int, pen: float = 6, **options: bool) -> bytes:
    """Return a JPEG of 12 megapixels."""
    small = photo(digit, (756, 1008), span=0.4, pen=pen, grain=0)
    return saved(small.resize((3024, 4032), Image.Resampling.BICUBIC), quality=80, **options)


def broken(digit: int, dark: bool) -> bytes:
    """Return 28 x 28 pixels with strokes of one pixel that are interrupted, as some drawing programs save them."""
    scale = 28 / CANVAS
    pixels = np.zeros((28, 28), np.uint8)
    for stroke in commands(digit):
        line = flatten(stroke) * scale
        steps = np.linspace(0, len(line) - 1, 400)
        x, y = (np.interp(steps, np.arange(len(line)), line[:, axis]) for axis in (0, 1))
        walked = np.cumsum(np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])))
        inked = walked % 6 < 4
        pixels[y[inked].astype(int), x[inked].astype(int)] = 220
    return saved(Image.fromarray(255 - pixels if dark else pixels), "PNG")


def noisy(seed: int, enlarged: int = 1) -> tuple[np.ndarray, bytes]:
    """Return 28 x 28 grey values under much noise, and their file."""
    rng = np.random.default_rng(seed)
    clean = render([flatten(s) * 0.1 for s in commands(seed % 10)], 2.6, 28) / 255
    grey = np.rint(255 * np.clip(clean + rng.normal(0.5, 0.5, (28, 28)), 0, 1)).astype(np.uint8)
    return grey, saved(Image.fromarray(grey.repeat(enlarged, axis=0).repeat(enlarged, axis=1)), "PNG")


def coloured(digit: int, ink: tuple[int, int, int], paper: tuple[int, int, int] = (226, 222, 214)) -> bytes:
    """Return a photo of a digit in coloured ink."""
    return saved(photo(digit, ink=ink, paper=paper), quality=90)


def sixteen_bits(digit: int) -> bytes:
    """Return a PNG of 16 bits per pixel."""
    grey = np.asarray(photo(digit).convert("L")).astype(np.uint16) * 257
    return saved(Image.fromarray(grey), "PNG")


def of_a_screen(digit: int) -> bytes:
    """Return a PNG of RGBA, all opaque but for its round corners."""
    page = photo(digit).convert("RGBA")
    opacity = np.full(PAGE[::-1], 255, np.uint8)
    opacity[:30, :30] = opacity[-30:, -30:] = 0
    page.putalpha(Image.fromarray(opacity))
    return saved(page, "PNG")


def large_png(digit: int) -> bytes:
    """Return a PNG of 12 megapixels in colour with transparency."""
    page = photo(digit, (756, 1008), grain=0).convert("RGBA").resize((3024, 4032), Image.Resampling.NEAREST)
    page.putpixel((0, 0), (0, 0, 0, 0))
    file = io.BytesIO()
    page.save(file, "PNG", compress_level=1)
    return file.getvalue()


CUT = {
    "bottom": (9, 7, 1, 4, 3, 6),
    "top": (5, 7, 4, 1, 2, 0),
    "left": (3, 2, 9, 5, 0),
    "right": (4, 5, 8, 6, 2),
}
LOWER, UPPER, RIGHT, HALF = (
    (lambda x, y: y > 0.7),
    (lambda x, y: y < 0.27),
    (lambda x, y: x > 0.62),
    (lambda x, y: y > 0.45),
)

KINDS: dict[str, tuple[int, Maker]] = {
    **{f"cut at the {side}, {n}": (n, partial(cut, n, side)) for side, digits in CUT.items() for n in digits},
    **{f"faint below, {n}": (n, partial(faded, n, LOWER, 0.35)) for n in (2, 3, 5, 7, 9)},
    **{f"fainter below, {n}": (n, partial(faded, n, LOWER, 0.25, 14)) for n in (2, 4, 6, 8)},
    **{f"mostly faint, {n}": (n, partial(faded, n, HALF, 0.3)) for n in (3, 8, 0, 4)},
    **{f"faint above, {n}": (n, partial(faded, n, UPPER, 0.35)) for n in (5, 7, 3, 6)},
    **{f"faint at the right, {n}": (n, partial(faded, n, RIGHT, 0.4)) for n in (2, 4, 7, 0)},
    **{f"distant hat, {gap}": (5, partial(with_distant_hat, gap)) for gap in (0.1, 0.2, 0.3)},
    "distant faint hat": (5, partial(with_distant_hat, 0.2, 0.5)),
    **{f"white on transparent, {n}": (n, partial(on_transparent, n, (255, 255, 255))) for n in (5, 2, 7, 8)},
    **{f"black on transparent, {n}": (n, partial(on_transparent, n, (0, 0, 0))) for n in (3, 4, 9)},
    **{f"thin white on transparent, {n}": (n, partial(on_transparent, n, (240, 240, 250), 6)) for n in (1, 6)},
    "red on transparent": (2, partial(on_transparent, 2, (230, 40, 40))),
    "yellow on transparent": (3, partial(on_transparent, 3, (250, 230, 60))),
    "white grey-alpha": (7, partial(on_transparent, 7, (255, 255, 255), 20, "LA")),
    "white palette with transparency": (4, partial(on_transparent, 4, (255, 255, 255), 20, "P")),
    **{f"12 megapixels, {n}": (n, partial(from_a_phone, n)) for n in (5, 2, 9)},
    "12 megapixels, thin": (7, partial(from_a_phone, 7, 4)),
    "12 megapixels, progressive": (3, partial(from_a_phone, 3, progressive=True)),
    "12 megapixels, PNG": (4, partial(large_png, 4)),
    **{f"orientation {n}": (5, partial(turned, n)) for n in (2, 3, 4, 5, 6, 7, 8)},
    **{f"broken, dark, {n}": (n, partial(broken, n, True)) for n in (3, 2, 7, 0, 5)},
    **{f"broken, light, {n}": (n, partial(broken, n, False)) for n in (3, 6, 9, 4)},
    "blue ink": (6, partial(coloured, 6, (40, 60, 170))),
    "green ink": (2, partial(coloured, 2, (40, 150, 70))),
    "yellow ink": (3, partial(coloured, 3, (250, 225, 40), (235, 235, 235))),
    "red ink on blue paper of the same brightness": (5, partial(coloured, 5, (200, 60, 60), (60, 100, 190))),
    "16 bits": (8, partial(sixteen_bits, 8)),
    "palette": (4, lambda: saved(photo(4).quantize(32), "PNG")),
    "CMYK": (2, lambda: saved(photo(2).convert("CMYK"))),
    "round corners": (7, partial(of_a_screen, 7)),
    "thin pen and shadow": (9, lambda: saved(photo(9, pen=5, shadow=0.5))),
}
