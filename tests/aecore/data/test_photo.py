from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageFile, ImageOps

import aecore
from aecore.data.photo import PhotoError, read_photo
from tests.photo_kinds import KINDS
from tests.photos import BAD, DIGIT, GOOD, ORIENTATION, chunk, drawn, flipped, normalised, photo, saved

# What a visitor is told about each bad file.
REASONS = {
    "Only PNG and JPEG": "empty.png notes.png gif.png webp.jpg tiff.png bmp.png svg.png pdf.jpg",
    "HEIC": "iphone.heic",
    "too large": (
        "fourteen-megapixels.png sixty-megapixels.png progressive-twenty-megapixels.jpg huge.jpg huge.png heavy.jpg"
    ),
    "damaged": (
        "signature.png signature.jpg truncated.png truncated.jpg half.jpg wrong-checksum-of-pixels.png "
        "wrong-checksum-of-header.png not-compressed.png no-pixels.png no-width.png many-chunks.png many-scans.jpg"
    ),
    "No digit": (
        "twelve-megapixels-claimed.jpg "
        "too-few-rows.png endless-rows.png white.png black.jpg nothing-drawn.png one-pixel.png ribbon.png "
        "blank-page.jpg blank-page-on-a-table.jpg blank-page-and-table.jpg blank-squared-page.jpg"
    ),
    "More than one": "two-digits.jpg",
    "Many things": "text.png screen.png",
    "Large areas": "areas.png",
    "found": "noise.png landscape.jpg",  # nothing, or too many things
}
SMALL = {name: GOOD[name]() for name in ("mnist.png", "mnist.jpg", "animated.png", "transparent-palette.png")}


def likeness(image: np.ndarray, wanted: np.ndarray) -> float:
    """Correlate two images; a digit that lies a pixel beside is the same, for its centre was rounded the other way."""
    moved = [np.roll(image, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return max(float(np.corrcoef(one.ravel(), wanted.ravel())[0, 1]) for one in moved)


def is_read_or_refused(data: bytes) -> None:
    try:
        image = read_photo(data)
    except PhotoError:
        return
    assert image.shape == (28, 28)
    assert 0.3 < image.max() <= 1


@pytest.mark.parametrize("name", GOOD)
def test_the_digit_in_a_picture_looks_as_if_it_had_been_drawn(name: str) -> None:
    image = read_photo(GOOD[name]())
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert image.max() == 1
    assert likeness(image, normalised()) > 0.98


def test_another_digit_is_far_away() -> None:
    assert max(likeness(normalised(digit), normalised()) for digit in range(10) if digit != DIGIT) < 0.8


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize(
    "setting",
    [
        {"pen": 20, "lines": "squared", "shadow": 0.7},
        {"pen": 5, "ink": (120, 120, 120), "table": "corner"},
        {"pen": 16, "ink": (210, 210, 205), "paper": (45, 60, 50)},
    ],
    ids=["pen", "pencil", "chalk"],
)
def test_every_digit_is_found(digit: int, setting: dict[str, Any]) -> None:
    image = read_photo(saved(photo(digit, **setting), quality=60))
    assert likeness(image, normalised(digit, setting["pen"])) > 0.9


@pytest.mark.parametrize("turn", [np.asarray, ImageOps.invert], ids=["light", "dark"])
@pytest.mark.parametrize("margin", [0, 1, 4])
def test_real_digits_are_found_however_closely_they_are_cut(
    mnist: Any, turn: Callable[[Image.Image], Any], margin: int
) -> None:
    found = []
    for pixels in mnist.test.as_float(slice(40)):
        digit = Image.fromarray(np.rint(pixels.reshape(28, 28) * 255).astype(np.uint8))
        page = ImageOps.expand(digit.crop(digit.getbbox()), margin)
        wanted = aecore.normalize_drawing(np.asarray(digit.resize((280, 280), Image.Resampling.BICUBIC)))
        assert wanted is not None
        try:
            image = read_photo(saved(Image.fromarray(np.asarray(turn(page))), "PNG"))
        except PhotoError:
            found.append(False)
        else:
            found.append(likeness(image, wanted) > 0.9)
    assert np.mean(found) >= (1 if margin else 0.9)  # without a margin a one can be a black square


def test_dark_and_light_ink_give_the_same_image() -> None:
    page = Image.fromarray(drawn(size=200))
    light, dark = read_photo(saved(page, "PNG")), read_photo(saved(ImageOps.invert(page), "PNG"))
    assert likeness(light, dark) > 0.99


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # in use, what Pillow says of it goes to the log
def test_a_damaged_orientation_is_no_obstacle() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = saved(photo(), exif=exif)
    start = data.index(b"Exif") + 6
    for at in range(start, start + 24):
        assert read_photo(flipped(data, at)).shape == (28, 28)


def test_dirt_and_a_margin_line_are_left_out() -> None:
    page = np.array(photo())
    page[60:63, 90:93] = page[550:552, 420:424] = 40
    page[:, 40:42] = (190, 60, 60)
    assert likeness(read_photo(saved(Image.fromarray(page))), normalised()) > 0.98


def test_parts_of_a_digit_stay_together() -> None:
    page = np.array(photo())
    rows = np.flatnonzero((page[..., 0] < 80).any(axis=1))
    middle = int(rows[len(rows) // 2])
    page[middle : middle + 5] = page[middle : middle + 5, :1]  # the pen skipped
    assert likeness(read_photo(saved(Image.fromarray(page))), normalised()) > 0.9


def test_each_bad_file_has_its_reason() -> None:
    assert sorted(" ".join(REASONS.values()).split()) == sorted(BAD)


@pytest.mark.parametrize(("name", "reason"), [(name, why) for why, names in REASONS.items() for name in names.split()])
def test_anything_else_gets_one_sentence(name: str, reason: str) -> None:
    with pytest.raises(PhotoError, match=reason) as error:
        read_photo(BAD[name]())
    sentence = str(error.value)
    assert sentence[0].isupper()
    assert sentence.index(".") == len(sentence) - 1
    assert 20 < len(sentence) < 120


@pytest.mark.parametrize("name", REASONS["too large"].split())
def test_what_is_too_large_is_never_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = BAD[name]()
    decoded: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded.append)
    with pytest.raises(PhotoError, match="too large"):
        read_photo(data)
    assert not decoded


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells a process's own peak, others do not")
def test_memory_stays_bounded(run_python: Callable[..., Any], tmp_path: Path) -> None:
    files = {name: make() for name, make in BAD.items()}
    files |= {name: GOOD[name]() for name in ("phone.jpg", "text-bomb.png")}
    files["clear.png"] = saved(Image.new("RGBA", (2000, 2000), (0, 0, 0, 128)), "PNG")
    files |= {f"{name}.bin": make() for name, (_, make) in KINDS.items() if "12 megapixels" in name}
    files["twelve.png"] = saved(Image.new("RGBA", (4032, 3024), (0, 0, 0, 128)), "PNG")
    files["a-first.png"] = GOOD["mnist.png"]()  # so that scipy is not counted
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    code = """if True:
        import contextlib, os, pathlib, sys
        from aecore.data.photo import PhotoError, read_photo
        from deploy.measure import megabytes
        peaks = []
        for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
            with contextlib.suppress(PhotoError):
                read_photo(path.read_bytes())
            peaks.append(megabytes(os.getpid(), peak=True))
        print(peaks[-1] - peaks[0])
    """
    done = run_python("-c", code, str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert 10 < float(done.stdout) < 70  # MB; the largest pictures allowed take 53


def test_what_reads_pictures_is_imported_only_when_one_comes(run_python: Callable[..., Any]) -> None:
    code = "import sys, aecore.data.photo; print(sorted({'scipy', 'skimage', 'tensorflow'} & set(sys.modules)))"
    assert run_python("-c", code).stdout.strip() == "[]"


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1"]))
def test_arbitrary_bytes_are_refused(data: bytes, start: bytes) -> None:
    with pytest.raises(PhotoError):
        read_photo(start + data)


@given(st.sampled_from(sorted(SMALL)), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=5))
def test_a_mutated_file_gives_an_image_or_a_sentence(name: str, changes: list[tuple[float, bytes]]) -> None:
    data = bytearray(SMALL[name])
    for where, new in changes:
        at = int(where * len(data))
        data[at : at + len(new)] = new
    is_read_or_refused(bytes(data))


@given(st.sampled_from(sorted(SMALL)), st.floats(0, 1))
def test_a_truncated_file_is_refused(name: str, share: float) -> None:
    data = SMALL[name]
    with pytest.raises(PhotoError):
        read_photo(data[: int(share * (len(data) - 13))])


@given(
    st.tuples(st.integers(0, 70), st.integers(0, 70), *[st.sampled_from([0, 1, 2, 3, 4, 6, 8, 16])] * 5),
    st.lists(st.tuples(st.sampled_from([b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"fcTL"]), st.binary(max_size=40))),
    st.binary(max_size=2000),
)
def test_nonsense_under_sound_checksums_gives_an_image_or_a_sentence(
    header: tuple[int, ...], chunks: list[tuple[bytes, bytes]], pixels: bytes
) -> None:
    parts = [(b"IHDR", struct.pack(">IIBBBBB", *header)), *chunks, (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    is_read_or_refused(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in parts))


@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_any_pixels_give_an_image_or_a_sentence(pixels: np.ndarray) -> None:
    is_read_or_refused(saved(Image.fromarray(pixels), "PNG"))
