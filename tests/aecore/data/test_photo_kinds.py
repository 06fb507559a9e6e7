"""Pictures of every kind that people bring: the right digit, and what is said of it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from aecore.data.dataset import Dataset
from aecore.data.photo import Photo, PhotoError, examine
from aecore.data.strokes import sample_image
from aecore.training import classifier
from tests.photo_kinds import KINDS, broken, cut, noisy, on_transparent, with_distant_hat
from tests.photos import photo, saved, written

# The files of the folder that $AECORE_DATA names, with their digits; others are made in `tests.photo_kinds`.
CASES = {
    "touch_bottom_9.jpg": 9,
    "phone_12mp.jpg": 5,
    "faint_tail_2.jpg": 2,
    "broken_3_28x28.png": 3,
    "white_ink_on_transparent.png": 5,
}
RECIPE = classifier.Recipe(epochs=3, warped_copies=1)
DIGITS = 16_000  # to train on
Judge = Callable[[np.ndarray], int]


@lru_cache(maxsize=256)
def found(name: str) -> Photo:
    return examine(KINDS[name][1]())


def case(name: str) -> bytes:
    folder = os.environ.get("AECORE_DATA")
    if not folder:
        pytest.skip("needs the case files, and $AECORE_DATA is not set")
    return (Path(folder) / "cases" / name).read_bytes()


@pytest.fixture(scope="module")
def judge(mnist: Dataset, request: Any, run_python: Callable[..., Any]) -> Judge:
    """Return a function that recognises the digit in an image, with a classifier that is trained once and kept."""
    cache = request.config.cache.mkdir("classifier") / "photos.safetensors"
    code = f"""if True:
        import dataclasses
        from pathlib import Path
        from aecore.data.mnist import load_mnist
        from aecore.training.classifier import Recipe, fetch
        data = load_mnist()
        some = dataclasses.replace(data, train=data.train.take(slice({DIGITS})))
        fetch(some, Path({str(cache)!r}), print, {RECIPE!r})
    """
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr
    weights = safetensors.numpy.load_file(cache)
    return lambda image: int(classifier.probabilities(weights, image[None])[0].argmax())


def nearest(image: np.ndarray) -> int:
    """Return the sample digit that an image is most like, a pixel beside or not."""
    moved = [np.roll(image, (down, right), (0, 1)).ravel() for down in (-1, 0, 1) for right in (-1, 0, 1)]
    samples = [sample_image(digit).ravel() for digit in range(10)]
    return int(np.argmax([max(np.corrcoef(one, sample)[0, 1] for one in moved) for sample in samples]))


def test_there_are_many_kinds() -> None:
    assert len(KINDS) >= 60


@pytest.mark.parametrize("name", [name for name in KINDS if name != "distant hat, 0.3"])  # no sample looks like that
def test_the_digit_is_the_one_that_was_written(name: str) -> None:
    assert nearest(found(name).image) == KINDS[name][0]


@pytest.mark.parametrize("name", KINDS)
def test_the_classifier_recognises_it(name: str, judge: Judge) -> None:
    assert judge(found(name).image) == KINDS[name][0]


@pytest.mark.parametrize("name", CASES)
def test_the_classifier_recognises_the_case_files(name: str, judge: Judge) -> None:
    assert judge(examine(case(name)).image) == CASES[name]


@pytest.mark.parametrize("name", KINDS)
def test_an_edge_is_named_where_the_digit_touches_it(name: str) -> None:
    side = name.removeprefix("cut at the ").split(",")[0] if name.startswith("cut") else None
    assert found(name).edges == ((side,) if side else ())


@pytest.mark.parametrize("name", [name for name in KINDS if "faint" in name])
def test_faint_strokes_are_counted(name: str) -> None:
    assert 1 <= found(name).faint <= 3


def test_a_digit_cut_on_all_sides_is_read() -> None:
    page = photo(8)
    rows, columns = np.nonzero(written(8, (480, 640)) > 0.5)
    close = page.crop((columns.min() + 5, rows.min() + 5, columns.max() - 5, rows.max() - 5))
    one = examine(saved(close))
    assert nearest(one.image) == 8
    assert set(one.edges) == {"top", "bottom", "left", "right"}


def test_a_hat_too_far_away_is_named() -> None:
    try:
        assert examine(with_distant_hat(0.9)).left_out == 1
    except PhotoError as problem:
        assert "More than one" in str(problem)  # noqa: PT017, either of the two is true


def test_sizes_are_those_in_the_file() -> None:
    rows, columns = np.nonzero(written(5, (480, 640)) > 0.5)
    one = examine(saved(photo(5)))
    assert one.size == (480, 640)
    assert one.width == pytest.approx(np.ptp(columns), rel=0.05)
    assert one.height == pytest.approx(np.ptp(rows), rel=0.05)
    assert (one.dark, one.faint, one.left_out, one.pixels) == (True, 0, 0, None)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("enlarged", [1, 10])
def test_noisy_pixels_are_taken_as_they_are(seed: int, enlarged: int) -> None:
    grey, data = noisy(seed, enlarged)
    one = examine(data)
    assert one.pixels is not None
    np.testing.assert_allclose(one.pixels, grey / 255, atol=1e-3)
    np.testing.assert_array_equal(one.image, one.pixels)


def test_the_noisy_case_is_taken_as_it_is() -> None:
    data = case("noisy_5_28x28.png")
    one = examine(data)
    assert one.pixels is not None
    with Image.open(io.BytesIO(data)) as picture:
        np.testing.assert_allclose(one.image, np.asarray(picture) / 255, atol=1e-3)


@pytest.mark.parametrize("dark", [True, False])
def test_a_small_picture_can_be_taken_both_ways(dark: bool) -> None:
    one = examine(broken(3, dark))
    assert one.has_choice
    np.testing.assert_array_equal(one.chosen(True), one.pixels)
    np.testing.assert_array_equal(one.chosen(False), one.normalised)
    assert one.image is one.chosen(None)
    assert one.pixels is not None
    assert one.pixels.mean() < 0.2  # light on dark


def test_real_pixels_stay_as_they_are(mnist: Dataset) -> None:
    same = []
    for image in mnist.test.as_float(slice(40)).reshape(-1, 28, 28):
        one = examine(saved(Image.fromarray(np.rint(255 * image).astype(np.uint8)), "PNG"))
        same.append(np.allclose(one.image, image, atol=1e-3))
    assert np.mean(same) > 0.9


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_picture_lying_on_its_side_is_turned(turns: int) -> None:
    names = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}
    lying = saved(photo(4).transpose(names[turns]))
    assert nearest(examine(lying, turns).image) == 4
    assert nearest(examine(lying).image) != 4
    assert examine(lying, turns).size == (480, 640)


def test_an_edge_is_named_after_the_turn() -> None:
    assert examine(cut(9, "bottom"), 1).edges == ("left",)


def test_transparency_is_never_a_blank_page() -> None:
    for colour in ((255, 255, 255), (128, 128, 128), (0, 0, 0), (255, 255, 0), (0, 0, 255)):
        assert nearest(examine(on_transparent(2, colour)).image) == 2
