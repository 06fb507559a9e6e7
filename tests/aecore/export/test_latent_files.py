from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

import aecore
from aecore.core.latents import quantise
from aecore.export import latent_files

CHECKSUM = "0123456789abcdef" * 4
LATENTS = arrays(np.float32, st.integers(1, 64), elements=st.floats(-300, 300, width=32))
FUZZ = 10_000


def grey(image: np.ndarray) -> np.ndarray:
    return np.rint(image * 255).astype(np.uint8)


def decoded(name: str = "mlp") -> tuple[np.ndarray, np.ndarray]:
    latent = quantise(np.random.default_rng(7).standard_normal(16))
    return latent, aecore.load(name).decode(latent[None])[0]


@given(LATENTS)
def test_a_latent_survives_npy_and_json_to_the_last_bit(latent: np.ndarray) -> None:
    assert np.array_equal(latent_files.latent_from_npy(latent_files.latent_to_npy(latent), len(latent)), latent)
    file = latent_files.latent_to_json(latent, "default", CHECKSUM)
    assert np.array_equal(latent_files.latent_from_json(file, len(latent)).astype(np.float32), latent)
    assert latent_files.model_from_json(file) == ("default", CHECKSUM)


def test_numpy_and_json_read_what_is_written() -> None:
    latent, _ = decoded()
    read = np.load(io.BytesIO(latent_files.latent_to_npy(latent)), allow_pickle=False)
    assert read.dtype == np.float32
    assert np.array_equal(read, latent)
    record = json.loads(latent_files.latent_to_json(latent, "mlp", CHECKSUM))
    assert record == {
        "version": 1,
        "model": "mlp",
        "sha256": CHECKSUM,
        "latent": [round(float(number), 2) for number in latent],
    }


def test_every_step_of_a_slider_is_written_as_it_is_shown() -> None:
    for start in range(-32767, 32768, 4096):
        steps = np.arange(start, min(start + 4096, 32768))
        written = json.loads(latent_files.latent_to_json(quantise(steps * 0.01), "mlp", CHECKSUM))["latent"]
        assert written == [step / 100 for step in steps.tolist()]
    assert b"-0.0" not in latent_files.latent_to_json(quantise(np.array([-0.001])), "mlp", CHECKSUM)


@pytest.mark.parametrize("name", aecore.available())
def test_the_program_reproduces_the_picture(name: str, tmp_path: Path) -> None:
    latent = quantise(np.random.default_rng(3).standard_normal(aecore.load(name).latent_dim))
    program = latent_files.latent_to_python(latent, name)
    space: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        exec(compile(program, "program", "exec"), space)
    image = aecore.load(name).decode(latent[None])[0]
    assert np.array_equal(space["image"], image)
    with Image.open(tmp_path / "digit.png") as picture:
        assert np.array_equal(np.asarray(picture), grey(image))
    assert max(map(len, program.splitlines())) <= 100


def test_the_program_runs_by_itself(
    tmp_path: Path, run_python: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    latent, image = decoded()
    program = latent_files.latent_to_python(latent, "mlp").replace('"digit.png"', repr(str(tmp_path / "digit.png")))
    done = run_python("-W", "error", "-c", program)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Image.open(tmp_path / "digit.png") as picture:
        # A process of its own may sum in another order: a grey on the edge may fall to the other side.
        assert np.abs(np.asarray(picture).astype(int) - grey(image)).max() <= 1


def record(**changes: Any) -> bytes:
    valid = {"version": 1, "model": "mlp", "sha256": CHECKSUM, "latent": [0.5] * 16}
    return json.dumps({**valid, **changes}).encode()


def latent_text(text: str) -> bytes:
    """Put any text where the list of numbers belongs."""
    return record(latent="HERE").replace(b'"HERE"', text.encode())


HOSTILE_JSON = {
    "empty": b"",
    "no JSON": b"digit",
    "not UTF-8": b'{"latent": "\xff"}',
    "UTF-16": record().decode().encode("utf-16"),
    "a list": json.dumps([0.5] * 16).encode(),
    "a number": b"1",
    "no latent": b'{"version": 1}',
    "too large": record(note="x" * 10_000),
    "nested deeply": b"[" * 9_999,
    "objects nested deeply": b'{"latent":' * 999,
    "latent nested deeply": latent_text("[" * 4_000 + "]" * 4_000),
    "too few": record(latent=[0.5] * 15),
    "too many": record(latent=[0.5] * 17),
    "none": record(latent=[]),
    "NaN": latent_text("[NaN" + ", 1" * 15 + "]"),
    "Infinity": latent_text("[-Infinity" + ", 1" * 15 + "]"),
    "1e999": latent_text("[1e999" + ", 1" * 15 + "]"),
    "a huge integer": latent_text("[" + "9" * 6_000 + ", 1" * 15 + "]"),
    "a boolean": record(latent=[True] * 16),
    "a string": record(latent=["0.5"] * 16),
    "null": record(latent=[None] * 16),
    "a list of lists": record(latent=[[0.5]] * 16),
    "an object": record(latent={"0": 0.5}),
    "text": record(latent="0.5"),
    "version 2": record(version=2),
    "no version": record(version=None),
    "version true": record(version=True),
}


@pytest.mark.parametrize("data", HOSTILE_JSON.values(), ids=HOSTILE_JSON)
def test_any_other_json_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(latent_files.LatentFileError) as caught:
        latent_files.latent_from_json(data, 16)
    assert is_a_sentence(str(caught.value))


@pytest.mark.parametrize(
    "changes",
    [{"model": name} for name in (None, 7, "", "../../etc/passwd", "a b", "\ud800", "<b>", "m" * 41, "é", ["mlp"])]
    + [{"sha256": checksum} for checksum in (None, 0, "", "0" * 63, "G" * 64, "0" * 64 + "\n")],
)
def test_a_json_without_a_model_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(latent_files.LatentFileError) as caught:
        latent_files.model_from_json(record(**changes))
    assert is_a_sentence(str(caught.value))


def is_a_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith(".") and "\n" not in text and len(text) < 120


def test_integers_a_byte_order_mark_and_more_fields_are_fine() -> None:
    assert latent_files.latent_from_json(record(latent=[1] * 16), 16).tolist() == [1] * 16
    assert latent_files.latent_from_json(b"\xef\xbb\xbf" + record(note="mine"), 16).tolist() == [0.5] * 16


def npy(array: np.ndarray, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def header(text: str, data: bytes = bytes(64)) -> bytes:
    """Write an NPY file with any header."""
    return b"\x93NUMPY\x01\x00" + (len(text) + 1).to_bytes(2, "little") + text.encode() + b"\n" + data


F4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (16,), }"
HOSTILE_NPY = {
    "empty": b"",
    "magic alone": b"\x93NUMPY",
    "pickled": npy(np.array([None] * 16), allow_pickle=True),
    "pickled, named floats": header(F4.replace("<f4", "|O")),
    "too few": npy(np.zeros(15)),
    "too many": npy(np.zeros(17)),
    "no dimension": npy(np.array(0.5)),
    "three dimensions": npy(np.zeros((1, 1, 16))),
    "a batch": npy(np.zeros((2, 8))),
    "NaN": npy(np.full(16, np.nan)),
    "infinite": npy(np.full(16, np.inf)),
    "complex": npy(np.zeros(16, complex)),
    "booleans": npy(np.zeros(16, bool)),
    "texts": npy(np.array(["0.5"] * 16)),
    "records": npy(np.zeros(16, [("a", "f4")])),
    "dates": npy(np.zeros(16, "M8[s]")),
    "too large": npy(np.zeros(2_000)),
    "cut short": npy(np.zeros(16))[:-1],
    "more behind": npy(np.zeros(16)) + b"\0",
    "a huge shape": header(F4.replace("16", "999999999999")),
    "a shape of nothing": header(F4.replace("16", "-1")),
    "a nested header": header("(" * 9_000),
    "an evaluated header": header(F4.replace("16", "8*2")),
    "a wrong length": header(F4)[:8] + b"\xff\x00" + header(F4)[10:],
    "a zip": b"PK\x03\x04" + bytes(99),
}


@pytest.mark.parametrize("data", HOSTILE_NPY.values(), ids=HOSTILE_NPY)
def test_any_other_npy_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(latent_files.LatentFileError) as caught:
        latent_files.latent_from_npy(data, 16)
    assert is_a_sentence(str(caught.value))


@pytest.mark.parametrize("kind", ["<f2", "<f4", ">f4", "<f8", ">f8", "<i2", "<i4", "<i8"])
@pytest.mark.parametrize("shape", [(16,), (1, 16)])
def test_numbers_of_any_width_are_read(kind: str, shape: tuple[int, ...]) -> None:
    numbers = np.arange(-8, 8).astype(kind)
    read = latent_files.latent_from_npy(npy(numbers.reshape(shape)), 16)
    assert read.tolist() == list(range(-8, 8))
    assert latent_files.latent_from_npy(npy(np.asfortranarray(numbers.reshape(shape))), 16).tolist() == read.tolist()


def model_and_latent(data: bytes, latent_dim: int) -> np.ndarray:
    latent_files.model_from_json(data)
    return latent_files.latent_from_json(data, latent_dim)


def test_ten_thousand_fuzzed_files_raise_nothing_else() -> None:
    rng = np.random.default_rng(5)
    valid = [
        (latent_files.latent_from_json, record()),
        (latent_files.latent_from_npy, npy(np.full(16, 0.5, np.float32))),
        (model_and_latent, record()),
    ]
    pieces = [
        b"NaN",
        b"1e999",
        b"[[",
        b"]",
        b"{",
        b'"',
        b",",
        b"-",
        b"\xff",
        b"'<f8'",
        b"(16,",
        b"true",
        b"0x1",
        b"\\u",
    ]
    outcomes = set()
    for i in range(FUZZ):
        read, data = valid[i % 3]
        fuzzed = bytearray(data)
        for _ in range(rng.integers(1, 6)):
            at = int(rng.integers(0, len(fuzzed) + 1))
            match rng.integers(4):
                case 0:
                    fuzzed[at : at + 1] = rng.bytes(1)
                case 1:
                    fuzzed[at:at] = pieces[rng.integers(len(pieces))]
                case 2:
                    del fuzzed[at : at + int(rng.integers(1, 9))]
                case _:
                    fuzzed[at:at] = fuzzed[: int(rng.integers(0, 40))]
        outcomes.add(outcome(read, bytes(fuzzed)))
    assert all(map(is_a_sentence, outcomes))
    assert len(outcomes) > 6  # every door was tried


def outcome(read: Callable[[bytes, int], np.ndarray], data: bytes) -> str:
    try:
        latent = read(data, 16)
    except latent_files.LatentFileError as problem:
        return str(problem)
    assert latent.shape == (16,)
    assert np.isfinite(latent).all()
    return "Read."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=17) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)


@given(JSON, JSON)
def test_forged_fields_raise_nothing_else(latent: Any, version: Any) -> None:
    for data in (record(latent=latent), record(version=version), json.dumps(latent).encode()):
        try:
            found = latent_files.latent_from_json(data, 16)
        except latent_files.LatentFileError:
            continue
        assert np.isfinite(found).all()


@given(st.binary(max_size=300))
def test_other_bytes_are_refused(data: bytes) -> None:
    for read in (latent_files.latent_from_json, latent_files.latent_from_npy):
        for start in (b"", b"\x93NUMPY\x01\x00"):
            with pytest.raises(latent_files.LatentFileError):
                read(start + data, 16)


@given(arrays(np.float64, 16, elements=st.floats(-1e308, 1e308)))
def test_clamping_leaves_what_is_inside_and_counts_the_rest(latent: np.ndarray) -> None:
    low, high = np.full(16, -3.5), np.full(16, 3.5)
    clamped, outside = latent_files.clamp(latent, low, high)
    assert ((low <= clamped) & (clamped <= high)).all()
    inside = (low <= latent) & (latent <= high)
    assert np.array_equal(clamped[inside], latent[inside])
    assert outside <= (~inside).sum()
    assert latent_files.clamp(clamped, low, high)[1] == 0
    assert outside >= (np.abs(latent) > 3.51).sum()


def test_a_float32_on_the_edge_is_inside() -> None:
    high = np.array([1.1, 3.8])
    assert latent_files.clamp(high.astype(np.float32).astype(np.float64), -high, high)[1] == 0
