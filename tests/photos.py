"""Files that a visitor may upload, made in code: photos and other pictures of a five, and invalid files."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from aecore.data.drawing import normalize_drawing
from aecore.data.strokes import CANVAS, PEN, commands, flatten, render

DIGIT = 5  # in every good file: it looks different in all eight orientations
ORIENTATION = 0x0112  # EXIF tag
# How a camera stores a picture for each orientation, so that it is shown upright.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def drawn(digit: int = DIGIT, pen: float = PEN, size: int = CANVAS) -> np.ndarray:
    """Return a sample digit, white on black (size, size) uint8; the pen's width is in pixels of the canvas."""
    scale = size / CANVAS
    return render([flatten(stroke) * scale for stroke in commands(digit)], pen * scale, size)


def written(
    digit: int, size: tuple[int, int], span: float = 0.7, at: tuple[float, float] = (0.5, 0.5), pen: float = 12
) -> np.ndarray:
    """Return how much of each pixel of a page a sample digit covers: (height, width) in [0, 1]."""
    width, height = size
    side = round(span * width)
    coverage = Image.new("L", size)
    place = round(at[0] * width - side / 2), round(at[1] * height - side / 2)
    coverage.paste(Image.fromarray(drawn(digit, pen, side)), place)
    return np.asarray(coverage) / 255


def line(
    text: str, size: tuple[int, int] = (800, 400), span: float = 0.9, pen: float = 14, tilt: float = 0
) -> np.ndarray:
    """Return how much of each pixel of a page a line of sample digits covers; `tilt` is its slope."""
    (width, height), step = size, span * size[0] / len(text)
    side, covered = round(1.25 * step), np.zeros(size[::-1])
    for i, letter in enumerate(text):
        if letter == " ":
            continue
        page, left = Image.new("L", size), (1 - span) * width / 2 + i * step - (side - step) / 2
        top = (height - side) / 2 + tilt * (left - width / 2)
        page.paste(Image.fromarray(drawn(int(letter), pen, side)), (round(left), round(top)))
        covered = np.maximum(covered, np.asarray(page) / 255)
    return covered


def photo(
    digit: int = DIGIT,
    size: tuple[int, int] = (480, 640),
    *,
    span: float = 0.7,
    at: tuple[float, float] = (0.5, 0.5),
    pen: float = 12,
    ink: tuple[int, int, int] = (38, 38, 44),
    paper: tuple[int, int, int] = (226, 222, 214),
    dimmest: float = 0.6,
    grain: float = 4,
    blur: float = 1,
    lines: str = "",
    table: str = "",
    shadow: float = 1,
    covered: np.ndarray | None = None,
) -> Image.Image:
    """Return a simulated photo of a sample digit on paper: RGB, `size` as width and height.

    The canvas it was drawn on takes `span` of the width and is centred `at` (x, y) in shares of the picture. `dimmest`
    is the light in the darkest corner, `shadow` that under a hand; `lines` are "ruled" or "squared", the `table` is
    seen in a "corner" or "around" the sheet; `grain` is a standard deviation, `blur` a radius in pixels. `covered`,
    (H, W) in [0, 1], is another drawing instead of the digit (see `written`).
    """
    width, height = size
    x, y = np.meshgrid(np.arange(width) / width, np.arange(height) / width)
    tall = height / width
    covered = (written(digit, size, span, at, pen) if covered is None else covered)[..., None]

    page = np.full((height, width, 3), paper, float)
    if lines:
        on_line = (y % 0.05) < 0.003
        if lines == "squared":
            on_line |= (x % 0.05) < 0.003
        page[on_line] *= (0.72, 0.82, 0.95)
    page = page * (1 - covered) + np.array(ink) * covered
    wood = np.stack([70 + 12 * np.sin(60 * (x + 0.3 * y)), 48 + 8 * np.sin(60 * (x + 0.3 * y)), 30 + 0 * x], axis=-1)
    if table == "corner":
        page = np.where((x + 0.6 * (tall - y) < 0.22)[..., None], wood, page)
    if table == "around":
        outside = (np.abs(x - 0.5 + 0.03 * y) > 0.42) | (np.abs(y - tall / 2 - 0.04 * x) > 0.42 * tall)
        page = np.where(outside[..., None], wood, page)
    slope = 0.5 * x + 0.5 * y / tall
    vignette = 1 - 0.25 * ((x - 0.5) ** 2 + (y - tall / 2) ** 2) / (0.25 + tall**2 / 4)
    light = (1 - (1 - dimmest) * slope) * vignette
    if shadow < 1:
        edge = np.clip((x + 0.35 * y - 0.75) / 0.06, 0, 1)  # right half, from the top to the bottom
        light = light * (1 - (1 - shadow) * edge)
    page = np.asarray(_image(page * light[..., None]).filter(ImageFilter.GaussianBlur(blur)), float)
    return _image(page + np.random.default_rng(0).normal(0, grain, (height, width, 1)))


def _image(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.rint(np.clip(values, 0, 255)).astype(np.uint8))


def saved(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """Return the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    """Return a photo as stored by a camera in another orientation, with the EXIF tag that corrects it."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return saved(photo().transpose(STORED[orientation]), kind, exif=exif)


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, pixels: bytes, *extra: bytes) -> bytes:
    """Return a grey PNG with these compressed pixels, and extra chunks before them."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def with_text(count: int, body: bytes) -> bytes:
    """Return a valid PNG with many texts."""
    valid = saved(_screen(), "PNG")
    return valid[:33] + count * chunk(b"zTXt", b"Comment\0\0" + body) + valid[33:]


def claiming(size: tuple[int, int], **options: Any) -> bytes:
    """Return a small JPEG whose header has another size."""
    valid = saved(_screen().convert("RGB"), **options)
    at = valid.index(b"\xff\xc2" if options else b"\xff\xc0") + 5
    return valid[:at] + struct.pack(">HH", size[1], size[0]) + valid[at + 4 :]


def flipped(data: bytes, at: int) -> bytes:
    """Return data with one byte inverted."""
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def many_scans() -> bytes:
    """Return a progressive JPEG that refines its pixels over and over."""
    valid = saved(_screen(), progressive=True)
    start = valid.rindex(b"\xff\xda")
    return valid[:-2] + 400 * valid[start:-2] + valid[-2:]


def _screen(size: int = 200) -> Image.Image:
    return Image.fromarray(255 - drawn(size=size))


def _on_transparent() -> Image.Image:
    page = Image.new("RGBA", (200, 200))
    page.putalpha(Image.fromarray(drawn(size=200)))
    return page


def _thumbnail() -> Image.Image:
    return Image.fromarray(np.rint(normalised() * 255).astype(np.uint8))


def normalised(digit: int = DIGIT, pen: float = PEN) -> np.ndarray:
    """Return the image that a photo of a sample digit should give."""
    image = normalize_drawing(drawn(digit, pen))
    assert image is not None
    return image


def _two_digits() -> Image.Image:
    page = np.asarray(photo(4, span=0.4, at=(0.28, 0.5)).convert("L"))
    return Image.fromarray(np.minimum(page, photo(2, span=0.4, at=(0.72, 0.5)).convert("L")))


def _landscape() -> Image.Image:
    """Return clouds over hills: noise of all sizes, in colour."""
    rng = np.random.default_rng(1)
    layers = [
        Image.fromarray(rng.integers(0, 256, (3 * 2**n, 4 * 2**n, 3), np.uint8)).resize((640, 480)) for n in range(6)
    ]
    return _image(sum(np.asarray(layer, float) * 0.6**n for n, layer in enumerate(layers)) / 2.4)


def _text_page() -> Image.Image:
    page = Image.new("L", (720, 960), 235)
    for n in range(80):
        small = Image.fromarray(255 - drawn(n * 7 % 10, 20, 60))
        page.paste(small, (40 + n % 10 * 64, 80 + n // 10 * 90))
    return page


def _screen_of_an_app() -> Image.Image:
    """Return a screenshot: bars, buttons, black pictures of digits, and words."""
    page = Image.new("RGB", (1280, 800), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 1280, 60), "#4f46e5")
    for n in range(5):
        picture = Image.fromarray(drawn(n, size=180)).convert("RGB")
        page.paste(picture, (60 + 240 * n, 220))
        draw.rounded_rectangle((60 + 240 * n, 100, 220 + 240 * n, 140), 8, "#f3f4f8", "#888888")
        for line in range(4):
            draw.text((60 + 240 * n, 430 + 40 * line), "Corrupted, MSE 0.0123, 14.2 dB", "#1e2130", font_size=18)
    return page


def _areas() -> Image.Image:
    page = Image.new("RGB", (800, 600), "#dddddd")
    ImageDraw.Draw(page).rectangle((150, 120, 560, 470), "#335577")
    return page


GOOD: dict[str, Callable[[], bytes]] = {
    "phone.jpg": lambda: saved(photo(size=(1728, 2304))),
    "dim.jpg": lambda: saved(photo(dimmest=0.25)),
    "grey-paper.jpg": lambda: saved(photo(paper=(140, 138, 130))),
    "table-in-a-corner.jpg": lambda: saved(photo(table="corner")),
    "sheet-on-a-table.jpg": lambda: saved(photo(table="around", span=0.5)),
    "ruled.jpg": lambda: saved(photo(lines="ruled")),
    "squared.jpg": lambda: saved(photo(lines="squared")),
    "pencil.jpg": lambda: saved(photo(pen=4, ink=(130, 130, 132))),
    "pencil-on-squared-paper.jpg": lambda: saved(photo(pen=5, ink=(120, 120, 124), lines="squared")),
    "marker.jpg": lambda: saved(photo(pen=34)),
    "blue-ink.jpg": lambda: saved(photo(ink=(40, 60, 150))),
    "red-ink.jpg": lambda: saved(photo(ink=(200, 40, 40))),
    "small-on-the-page.jpg": lambda: saved(photo(span=0.2, pen=14)),
    "off-centre.jpg": lambda: saved(photo(span=0.3, at=(0.75, 0.25))),
    "shadow-of-a-hand.jpg": lambda: saved(photo(shadow=0.5)),
    "grainy.jpg": lambda: saved(photo(grain=14)),
    "out-of-focus.jpg": lambda: saved(photo(blur=4)),
    "quality-30.jpg": lambda: saved(photo(), quality=30),
    "progressive.jpg": lambda: saved(photo(), progressive=True),
    "grey.jpg": lambda: saved(photo().convert("L")),
    "cmyk.jpg": lambda: saved(photo().convert("CMYK")),
    **{f"turned-{n}.jpg": partial(turned, n) for n in STORED},
    "turned-6.png": lambda: turned(6, "PNG"),
    "mnist.png": lambda: saved(_thumbnail(), "PNG"),
    "mnist-dark-on-light.png": lambda: saved(ImageOps.invert(_thumbnail()), "PNG"),
    "mnist-cut-close.png": lambda: saved(_thumbnail().crop(_thumbnail().getbbox()), "PNG"),
    "mnist.jpg": lambda: saved(_thumbnail()),
    "screenshot.png": lambda: saved(_screen().convert("RGB"), "PNG"),
    "light-on-dark.png": lambda: saved(ImageOps.invert(_screen()).convert("RGB"), "PNG"),
    "chalk.jpg": lambda: saved(photo(ink=(215, 215, 205), paper=(40, 60, 50))),
    "1-bit.png": lambda: saved(_screen().convert("1"), "PNG"),
    "16-bit.png": lambda: saved(Image.fromarray(np.asarray(_screen()).astype(np.uint16) * 257), "PNG"),
    "palette.png": lambda: saved(_screen().quantize(16), "PNG"),
    "transparent-palette.png": lambda: saved(_on_transparent().quantize(16), "PNG"),
    "transparent.png": lambda: saved(_on_transparent(), "PNG"),
    "transparent-grey.png": lambda: saved(_on_transparent().convert("LA"), "PNG"),
    "transparent-colour.png": lambda: saved(_screen().convert("RGB"), "PNG", transparency=(255, 255, 255)),
    "animated.png": lambda: saved(_screen(), "PNG", save_all=True, append_images=[Image.new("L", (200, 200))]),
    "text-bomb.png": lambda: with_text(150, zlib.compress(bytes(1_000_000))),
}

BAD: dict[str, Callable[[], bytes]] = {
    "empty.png": lambda: b"",
    "notes.png": lambda: b"a five, in words",
    "gif.png": lambda: saved(_screen(), "GIF"),
    "webp.jpg": lambda: saved(_screen(), "WEBP"),
    "tiff.png": lambda: saved(_screen(), "TIFF"),
    "bmp.png": lambda: saved(_screen(), "BMP"),
    "svg.png": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1h8"/></svg>',
    "pdf.jpg": lambda: saved(_screen(), "PDF"),
    "iphone.heic": lambda: struct.pack(">I4s4sI", 24, b"ftyp", b"heic", 0) + b"mif1heic" + bytes(2000),
    "signature.png": lambda: b"\x89PNG\r\n\x1a\n",
    "signature.jpg": lambda: b"\xff\xd8\xff",
    "truncated.png": lambda: saved(_screen(), "PNG")[:-100],
    "truncated.jpg": lambda: saved(photo())[:-1000],
    "half.jpg": lambda: saved(photo())[:10_000],
    "wrong-checksum-of-pixels.png": lambda: flipped(saved(_screen(), "PNG"), -14),
    "wrong-checksum-of-header.png": lambda: flipped(saved(_screen(), "PNG"), 30),
    "not-compressed.png": lambda: png(200, 200, bytes(40_200)),
    "no-pixels.png": lambda: png(200, 200, b""),
    "no-width.png": lambda: png(0, 200, zlib.compress(b"")),
    "too-few-rows.png": lambda: png(2000, 2000, zlib.compress(bytes(2001))),
    "endless-rows.png": lambda: png(200, 200, zlib.compress(bytes(300_000_000), 1)),
    "fourteen-megapixels.png": lambda: saved(Image.new("RGB", (4000, 3500)), "PNG"),
    "sixty-megapixels.png": lambda: png(10_000, 6_000, zlib.compress(bytes(1000))),
    "twelve-megapixels-claimed.jpg": lambda: claiming((4032, 3024)),
    "progressive-twenty-megapixels.jpg": lambda: claiming((5000, 4000), progressive=True),
    "huge.jpg": lambda: claiming((65_500, 65_500)),
    "huge.png": lambda: png(2**31 - 1, 2**31 - 1, zlib.compress(bytes(1000))),
    "heavy.jpg": lambda: saved(_screen()) + bytes(10_000_000),
    "many-chunks.png": lambda: with_text(100_000, b""),
    "many-scans.jpg": many_scans,
    "white.png": lambda: saved(Image.new("L", (300, 400), 255), "PNG"),
    "black.jpg": lambda: saved(Image.new("L", (300, 400))),
    "nothing-drawn.png": lambda: saved(Image.new("RGBA", (300, 400)), "PNG"),
    "one-pixel.png": lambda: saved(Image.new("L", (1, 1)), "PNG"),
    "ribbon.png": lambda: saved(Image.new("L", (4_000_000, 1), 200), "PNG"),
    "blank-page.jpg": lambda: saved(photo(span=0.01, ink=(226, 222, 214))),
    "blank-page-on-a-table.jpg": lambda: saved(photo(span=0.01, ink=(226, 222, 214), table="around")),
    "blank-page-and-table.jpg": lambda: saved(photo(span=0.01, ink=(226, 222, 214), table="corner", shadow=0.5)),
    "blank-squared-page.jpg": lambda: saved(photo(span=0.01, ink=(226, 222, 214), lines="squared")),
    "noise.png": lambda: saved(_image(np.random.default_rng(0).uniform(0, 256, (480, 640))), "PNG"),
    "landscape.jpg": lambda: saved(_landscape()),
    "two-digits.jpg": lambda: saved(_two_digits()),
    "text.png": lambda: saved(_text_page(), "PNG"),
    "screen.png": lambda: saved(_screen_of_an_app(), "PNG"),
    "areas.png": lambda: saved(_areas(), "PNG"),
}
