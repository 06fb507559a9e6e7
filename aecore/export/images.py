"""Images, grey or in colour, as the bytes of picture files: PNG, SVG, an animation (GIF) and a filmstrip (PNG)."""

from __future__ import annotations

import io
import itertools

import numpy as np
from PIL import Image

from aecore.core.checks import check_pictures, check_whole
from aecore.data.dataset import to_bytes, without_channel

_SVG_SCALE = 20  # the SVG's suggested size, in pixels per pixel of the image


def image_to_png(image: np.ndarray, scale: int = 1) -> bytes:
    """Return an image (H, W) or (H, W, 3) in [0, 1] as a PNG, every pixel enlarged to `scale` x `scale`.

    Raises ValueError.
    """
    return _png(_enlarged(image, scale))


def image_to_svg(image: np.ndarray) -> bytes:
    """Return an image (H, W) or (H, W, 3) in [0, 1] as SVG, one rectangle for each run of equal pixels.

    Raises ValueError.
    """
    pixels = _to_bytes(image)
    height, width = pixels.shape[:2]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width * _SVG_SCALE}" height="{height * _SVG_SCALE}"'
        f' shape-rendering="crispEdges">\n<rect width="{width}" height="{height}"/>\n'  # black, where no other follows
    ]
    colours = np.broadcast_to(pixels.reshape(height, width, -1), (height, width, 3))
    for y, row in enumerate(colours):
        x = 0
        for colour, run in itertools.groupby(bytes(pixel).hex() for pixel in row):
            length = len(list(run))
            if colour != "000000":
                parts.append(f'<rect x="{x}" y="{y}" width="{length}" height="1" fill="#{colour}"/>\n')
            x += length
    return "".join([*parts, "</svg>\n"]).encode()


def images_to_gif(images: np.ndarray, scale: int = 8, milliseconds: int = 60) -> bytes:
    """Return images (N, H, W) or (N, H, W, 3) in [0, 1] as an endless GIF, one frame each; raises ValueError.

    Several equal images in a row become one frame that lasts longer.
    """
    if not len(images):
        raise ValueError("an animation needs at least one image")
    check_whole(milliseconds, "milliseconds", 1)
    frames = [Image.fromarray(_enlarged(image, scale)) for image in images]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return buffer.getvalue()


def images_to_strip(images: np.ndarray, scale: int = 4) -> bytes:
    """Return images (N, H, W) or (N, H, W, 3) in [0, 1] side by side as one PNG, enlarged; raises ValueError."""
    if not len(images):
        raise ValueError("a filmstrip needs at least one image")
    return _png(np.concatenate([_enlarged(image, scale) for image in images], axis=1))


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _enlarged(image: np.ndarray, scale: int) -> np.ndarray:
    scale = check_whole(scale, "scale", 1)
    return _to_bytes(image).repeat(scale, axis=0).repeat(scale, axis=1)


def _to_bytes(image: np.ndarray) -> np.ndarray:
    images = without_channel(check_pictures(np.asarray(image)[None]))
    if images.ndim == 4 and images.shape[-1] != 3:
        raise ValueError(f"wanted a grey image or three colours; got {images.shape[-1]} channels")
    return to_bytes(images[0])
