from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecore.photo import PhotoError, read_photo
from tests import photos


@pytest.mark.parametrize("name", photos.GOOD)
def test_the_digit_in_a_picture_looks_as_if_it_had_been_drawn(name: str) -> None:
    image = read_photo(photos.GOOD[name]())
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert 0 <= image.min() < image.max() <= 1
    assert np.mean((image - photos.normalised()) ** 2) < 0.02, name  # another digit is at 0.1


def test_another_digit_is_far_away() -> None:
    others = [photos.normalised(digit) for digit in range(10) if digit != photos.DIGIT]
    assert min(np.mean((other - photos.normalised()) ** 2) for other in others) > 0.05


@pytest.mark.parametrize("name", photos.BAD)
def test_anything_else_gets_one_sentence(name: str) -> None:
    data = photos.BAD[name]()
    tracemalloc.start()
    try:
        with pytest.raises(PhotoError) as problem:
            read_photo(data)
        assert tracemalloc.get_traced_memory()[1] < 60e6  # bytes at most, bombs included
    finally:
        tracemalloc.stop()
    sentence = str(problem.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert 20 < len(sentence) < 120


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"]))
def test_arbitrary_bytes_are_refused(data: bytes, start: bytes) -> None:
    with pytest.raises(PhotoError):
        read_photo(start + data)


SMALL = {name: photos.GOOD[name]() for name in ("mnist.png", "mnist.jpg", "palette.png", "animated.png")}


@settings(max_examples=40)
@given(st.sampled_from(sorted(SMALL)), st.data())
def test_a_mutated_file_gives_an_image_or_a_sentence(name: str, data: st.DataObject) -> None:
    file = bytearray(SMALL[name])
    for _ in range(data.draw(st.integers(1, 6))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    del file[data.draw(st.integers(len(file) // 2, len(file))) :]
    try:
        image = read_photo(bytes(file))
    except PhotoError:
        return
    assert image.shape == (28, 28)


def test_what_reads_pictures_is_imported_only_when_one_comes(run_python: object) -> None:
    code = "import sys, aecore.photo; print(sorted({'scipy', 'skimage', 'tensorflow'} & set(sys.modules)))"
    assert run_python("-c", code).stdout.strip() == "[]"  # type: ignore[operator]  # a fixture's function
