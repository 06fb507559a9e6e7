"""Pixels on the Colorize page: colours keep the luminance, follow its edges, and are measured as others do."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from playwright.sync_api import Page
from skimage.metrics import peak_signal_noise_ratio

from tests.browser.engine_page import call, numbers, text

LUMA = np.array([0.299, 0.587, 0.114])
PAINT = """
    const { Upsampler } = await import('../../features/colorize/upsample.js');
    const { Painter } = await import('../../features/colorize/painter.js');
    const [luminance, width, height, ...chromas] = given;
    const painter = new Painter(new Upsampler(numbers(luminance), width, height), chromas.map(numbers));
    return chromas.map((_, i) => text(painter.paint(chromas.map((_, k) => Number(i === k))).slice()));
"""


def painted(page: Page, luminance: np.ndarray, *chromas: np.ndarray) -> list[np.ndarray]:
    """Return the pictures (H, W, 3) in [0, 1] of a luminance (H, W) with each chroma (16, 16, 2)."""
    height, width = luminance.shape
    arrays = [text(chroma.astype(np.float32)) for chroma in chromas]
    found = call(page, PAINT, text(luminance.astype(np.float32)), width, height, *arrays)
    return [
        np.frombuffer(base64.b64decode(one), np.uint8).reshape(height, width, 4)[..., :3].astype(float) / 255
        for one in found
    ]


@pytest.mark.parametrize(("height", "width"), [(120, 90), (16, 128), (300, 301), (17, 16)])
def test_the_luminance_is_kept_whatever_the_colours(modules: Page, height: int, width: int) -> None:
    rng = np.random.default_rng(height)
    luminance, chroma = rng.random((height, width)), rng.uniform(-0.5, 0.5, (16, 16, 2))
    (picture,) = painted(modules, luminance, chroma)
    np.testing.assert_allclose(picture @ LUMA, luminance, atol=1.01 / 255)


def test_one_chroma_everywhere_stays_the_same_everywhere(modules: Page) -> None:
    luminance = np.random.default_rng(0).uniform(0.4, 0.6, (80, 100))
    (picture,) = painted(modules, luminance, np.broadcast_to([0.05, -0.1], (16, 16, 2)))
    blue, red = (picture[..., 2] - luminance) / 1.772, (picture[..., 0] - luminance) / 1.402
    np.testing.assert_allclose(blue, 0.05, atol=0.003)
    np.testing.assert_allclose(red, -0.1, atol=0.003)


def test_colours_end_where_the_luminance_does(modules: Page) -> None:
    luminance = np.full((256, 256), 0.3)
    luminance[:, 121:] = 0.7  # in the middle of a cell of 16 pixels
    chroma = np.zeros((16, 16, 2))
    chroma[:, :8, 1], chroma[:, 8:, 1] = 0.15, -0.15
    (picture,) = painted(modules, luminance, chroma)
    red = (picture[..., 0] - luminance) / 1.402
    assert red[:, 100:119].min() > 0.1
    assert red[:, 124:150].max() < -0.1


def test_it_is_linear_in_the_chroma(modules: Page) -> None:
    rng = np.random.default_rng(1)
    luminance = rng.uniform(0.45, 0.55, (64, 96))
    one, other = rng.uniform(-0.05, 0.05, (2, 16, 16, 2))
    pictures = painted(modules, luminance, one, other, 0.5 * (one + other))
    np.testing.assert_allclose(pictures[2], (pictures[0] + pictures[1]) / 2, atol=1.01 / 255)


def test_a_weighted_sum_is_painted_in_webassembly_and_without_it(modules: Page) -> None:
    rng = np.random.default_rng(4)
    luminance, chromas = rng.random((33, 61)), rng.uniform(-0.5, 0.5, (3, 16, 16, 2))
    weights = np.array([0.5, -1.25, 2])
    (wanted,) = painted(modules, luminance, np.einsum("k,kyxc->yxc", weights, chromas))
    body = """
        const { Upsampler } = await import('../../features/colorize/upsample.js');
        const { Painter, PAINTING } = await import('../../features/colorize/painter.js');
        const [luminance, width, height, weights, ...chromas] = given;
        const painter = new Painter(new Upsampler(numbers(luminance), width, height), chromas.map(numbers));
        const isInWebAssembly = /native code/.test(painter.loops.row);
        const first = text(painter.paint(weights).slice());
        Object.assign(painter.loops, PAINTING.inJavaScript(painter.pixels));
        return [isInWebAssembly, first, text(painter.paint(weights).slice())];
    """
    arrays = [text(one.astype(np.float32)) for one in (luminance, *chromas)]
    is_in_webassembly, *found = call(modules, body, arrays[0], 61, 33, list(weights), *arrays[1:])
    assert is_in_webassembly
    for one in found:
        pixels = np.frombuffer(base64.b64decode(one), np.uint8).reshape(33, 61, 4)
        np.testing.assert_allclose(pixels[..., :3] / 255, wanted, atol=1.01 / 255)
        assert (pixels[..., 3] == 255).all()


@pytest.mark.parametrize(
    ("size", "cells"), [((30, 20), (16, 16)), ((32, 48), (16, 16)), ((17, 5), (4, 3)), ((4, 4), (4, 4))]
)
def test_a_picture_becomes_smaller_by_averages(modules: Page, size: tuple[int, int], cells: tuple[int, int]) -> None:
    picture = np.random.default_rng(2).random((*size, 2)).astype(np.float32)
    body = """
        const { averaged } = await import('../../features/colorize/chroma.js');
        const [map, width, height, across, down] = given;
        return text(averaged(numbers(map), width, height, across, down, 2));
    """
    found = numbers(call(modules, body, text(picture), size[1], size[0], cells[1], cells[0]))
    rows, columns = (shares(n, k) for n, k in zip(size, cells, strict=True))
    wanted = np.einsum("ay,bx,yxc->abc", rows, columns, picture)
    np.testing.assert_allclose(found.reshape(*cells, 2), wanted, atol=1e-5)


def shares(size: int, cells: int) -> np.ndarray:
    """Return the part (cells, size) of each cell that each pixel covers along one axis."""
    edges = np.arange(cells + 1) * size / cells
    low, high = np.arange(size), np.arange(size) + 1
    overlap = np.minimum(edges[1:, None], high) - np.maximum(edges[:-1, None], low)
    part: np.ndarray = overlap.clip(0) * cells / size
    return part


def test_what_stands_under_the_pictures_is_what_others_measure(modules: Page) -> None:
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 256, (2, 24, 32, 4), np.uint8)
    body = """
        const { psnr, colourfulness } = await import('../../features/colorize/compare.js');
        const [a, b] = given.map((text) => new Uint8ClampedArray(bytes(text)));
        return [psnr(a, b), colourfulness(a), colourfulness(new Uint8ClampedArray(a.length).fill(80))];
    """
    near, strong, none = call(modules, body, text(a.tobytes()), text(b.tobytes()))
    assert near == pytest.approx(peak_signal_noise_ratio(a[..., :3], b[..., :3], data_range=255), abs=1e-6)
    red, green, blue = np.moveaxis(a[..., :3].astype(float), -1, 0)
    rg, yb = red - green, (red + green) / 2 - blue
    wanted = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
    assert strong == pytest.approx(wanted, rel=1e-6)
    assert none == 0
