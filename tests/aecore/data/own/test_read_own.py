"""People's own pictures: every kind of file, whole and broken."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aecore.data.own.raw import DataError
from aecore.data.own.read import read_own
from aecore.data.own.splits import dataset_of, warnings_of
from tests.aecore.data.own.files import COUNT, LABELS, idx, in_folders, npy, npz, picture, pictures, text, zipped


def parquet(path: Path) -> bytes:
    cells = [{"bytes": picture(one), "path": None} for one in pictures()]
    names = {"info": {"features": {"label": {"names": ["ant", "bee", "cow", "dog"]}}}}
    table = pa.table({"image": cells, "label": LABELS}).replace_schema_metadata({"huggingface": json.dumps(names)})
    pq.write_table(table, path)
    return path.read_bytes()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., object]:
    """A function that writes files and reads them; the names say nothing about what is in them."""

    def read_(*files: bytes, names: tuple[str, ...] = ()) -> object:
        paths = []
        for i, data in enumerate(files):
            paths.append(tmp_path / (names[i] if names else f"file{i}.dat"))
            paths[-1].write_bytes(data)
        return read_own(paths)

    return read_


FLAT = pictures().reshape(COUNT, -1)
LABELLED = np.column_stack([LABELS, FLAT])
COLOURS = pictures(32, 32, 3)

# Each gives the same forty grey pictures of 28 x 28, with their labels.
LABELLED_FILES: dict[str, tuple[bytes, ...]] = {
    "npz": (npz(images=pictures(), labels=LABELS),),
    "npz, odd names": (npz(a=pictures(), b=LABELS.astype(np.int16)),),
    "npz, Keras": (npz(x_train=pictures()[:30], y_train=LABELS[:30], x_test=pictures()[30:], y_test=LABELS[30:]),),
    "npz, rows": (npz(x=FLAT, y=LABELS),),
    "npz, channel last": (npz(x=pictures()[..., None], y=LABELS[:, None]),),
    "npz, channel first": (npz(x=pictures()[:, None], y=np.eye(4)[LABELS]),),
    "npz, fractions": (npz(x=pictures() / 255, y=LABELS.astype(float)),),
    "npz, -1 to 1": (npz(x=(pictures() / 127.5 - 1).astype(np.float32), y=LABELS),),
    "npz, 16 bits": (npz(x=pictures().astype(np.uint16) * 257, y=LABELS),),
    "npz, names": (npz(x=pictures(), y=np.array(["ant", "bee", "cow", "dog"])[LABELS]),),
    "two npy": (npy(pictures()), npy(LABELS)),
    "idx": (idx(pictures()), idx(LABELS.astype(np.uint8))),
    "idx.gz, labels first": (gzip.compress(idx(LABELS.astype(np.uint8))), gzip.compress(idx(pictures()))),
    "CSV, Kaggle": (text(LABELLED, header="label," + ",".join(f"pixel{i}" for i in range(784))),),
    "CSV, no header": (text(LABELLED),),
    "CSV, label last": (text(np.column_stack([FLAT, LABELS]), header=",".join([*(["p"] * 784), "class"])),),
    "CSV, Windows": (b"\xef\xbb\xbf" + text(LABELLED, ";").replace(b"\n", b"\r\n"),),
    "rows with spaces": (text(np.column_stack([LABELS, FLAT / 127.5 - 1]), " "),),
    "rows, one-hot at the end": (text(np.column_stack([FLAT / 255, np.eye(4)[LABELS]]), " "),),
    "zip": (zipped({**in_folders(pictures()), "__MACOSX/class0/._000.png": b"x", "readme.txt": b"about"}),),
    "zip, nested": (zipped(in_folders(pictures(), "data/train/")),),
}


@pytest.mark.parametrize("kind", LABELLED_FILES)
def test_every_kind_of_file_gives_the_same_pictures_and_labels(read: Callable[..., object], kind: str) -> None:
    found = read(*LABELLED_FILES[kind])
    order = np.argsort(LABELS, kind="stable") if kind.startswith("zip") else np.arange(COUNT)
    assert found.images.dtype == np.uint8
    np.testing.assert_allclose(found.images.astype(int), pictures()[order].astype(int), atol=1)
    np.testing.assert_array_equal(found.labels, LABELS[order])
    assert len(found.classes) == 4
    assert (found.test is not None) == (kind == "npz, Keras")


def test_a_folder_and_a_parquet_file(tmp_path: Path) -> None:
    for name, data in in_folders(pictures()).items():
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / name).write_bytes(data)
    folder = read_own(tmp_path / "own")
    parquet(tmp_path / "a.parquet")
    table = read_own(tmp_path / "a.parquet")
    assert list(folder.classes) == ["class0", "class1", "class2", "class3"]
    assert list(table.classes) == ["ant", "bee", "cow", "dog"]
    np.testing.assert_array_equal(table.images, pictures())
    np.testing.assert_array_equal(folder.images, table.images[np.argsort(LABELS, kind="stable")])


def test_colours_stay_and_grey_ones_are_told(read: Callable[..., object]) -> None:
    for made in (COLOURS, COLOURS.transpose(0, 3, 1, 2), COLOURS.transpose(0, 3, 1, 2).reshape(COUNT, -1)):
        np.testing.assert_array_equal(read(npz(x=made)).images, COLOURS)
    grey = read(npz(x=np.repeat(pictures()[..., None], 3, axis=3)))
    np.testing.assert_allclose(grey.images.astype(int), pictures().astype(int), atol=1)
    clear = np.concatenate([COLOURS, np.where(COLOURS[..., :1] > 0, 255, 0).astype(np.uint8)], axis=3)
    clear[clear[..., 3] == 0] = (255, 255, 255, 0)  # white, and not to be seen
    np.testing.assert_array_equal(read(npz(x=clear)).images, COLOURS)


def test_what_was_done_is_said(read: Callable[..., object]) -> None:
    dark = read(npz(x=255 - pictures()))
    np.testing.assert_array_equal(dark.images, pictures())
    assert any("Inverted" in notice for notice in dark.notices)
    wide = read(npz(x=pictures(20, 30)))
    assert wide.images.shape == (COUNT, 32, 32)
    assert any("Padded to squares of 32 x 32" in notice for notice in wide.notices)
    large = read(zipped({f"{i}.jpg": picture(one, "JPEG") for i, one in enumerate(pictures(200, 150))}))
    assert large.images.shape == (COUNT, 64, 64)
    assert any("Made smaller" in notice for notice in large.notices)
    coarse = read(npz(x=pictures() // 16))
    assert coarse.images.max() == 255
    assert any("from 0 to 15" in notice for notice in coarse.notices)


def test_too_many_pictures_are_a_random_part(tmp_path: Path) -> None:
    many = np.zeros((100_050, 8, 8), np.uint8)
    many[:, 1, :4] = np.arange(100_050)[:, None] >> np.array([0, 4, 8, 12]) & 15
    many[:, 4:6, 4:6] = 255
    np.save(tmp_path / "many.npy", many)
    one, same, other = (read_own(tmp_path / "many.npy", seed) for seed in (1, 1, 2))
    assert len(one) == 100_000
    assert any("Of 100,050 pictures 100,000 are used" in notice for notice in one.notices)
    np.testing.assert_array_equal(one.images, same.images)
    assert not np.array_equal(one.images, other.images)


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": (10**7, 28, 28)})
        with archive.open("x.npy", "w", force_zip64=True) as file:
            file.write(head.getvalue() + bytes(10**6))
    return buffer.getvalue()


WHOLE = npz(x=pictures(), y=LABELS)
# What is brought, and what is said about it.
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "a sentence": (b"Dear colleague,\nhere is my data.\n" * 30, "Row 2 has|no square pictures"),
    "a program": (b"\x7fELF\x02\x01\x01\xff\xfe" * 50, "kind of file is not known"),
    "one picture": (picture(pictures()[0]), "one picture: bring a zip"),
    "truncated npz": (WHOLE[: len(WHOLE) // 2], "damaged or incomplete"),
    "npz that lies": (bomb(), "100 MB|bring at most|incomplete"),
    "objects": (npy(np.array([{"a": 1}] * COUNT, object)), "holds Python objects"),
    "column by column": (npy(np.asfortranarray(pictures())), "column by column"),
    "labels only": (idx(LABELS.astype(np.uint8)), "labels only: bring the file of the pictures"),
    "no pictures": (npz(x=np.zeros((COUNT, 7))), "no pictures: wanted an array"),
    "names": (npz(x=np.full((COUNT, 28, 28), "a")), "holds no numbers"),
    "too few": (npz(x=pictures()[:19]), "There are 19 pictures: bring at least 20"),
    "not a number": (npz(x=np.where(pictures() > 100, np.nan, 0)), "missing (NaN) or infinite"),
    "all equal": (npz(x=np.zeros((COUNT, 28, 28), np.uint8)), "All pixels of all pictures are equal"),
    "idx, truncated": (gzip.compress(idx(pictures())[:-500]), "incomplete: .* ends after 39 of 40"),
    "gzip, damaged": (gzip.compress(idx(pictures()))[:-40] + bytes(40), "damaged|incomplete"),
    "idx, huge": (bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**31, 28, 28), "unpacks to"),
    "idx, odd": (bytes([0, 0, 7, 3]) + bytes(100), "kind of file is not known"),
    "a short row": (text(LABELLED)[:-10], "Row 40 has 7"),
    "a word": (text(LABELLED).replace(b"\n3,", b"\nthree,", 1), "Row 4 has 'three' where a number is wanted"),
    "an infinite number": (text(LABELLED).replace(b"\n3,0", b"\n3,inf", 1), "Row 4 has a number that is no pixel"),
    "odd rows": (text(np.ones((COUNT, 77)) * np.arange(77) * 1.5), "Rows of 77 numbers are no square pictures"),
    "a header alone": (b"label,pixel0,pixel1\n", "a header and no rows"),
    "a long line": (b"1," * 600_000, "a million characters"),
    "zip without pictures": (zipped({"a.npz": b"x", "b.txt": b"y"}), "unpack it, and bring a.npz"),
    "zip, a damaged picture": (
        zipped({**in_folders(pictures()), "a/7.png": picture(pictures()[0])[:60]}),
        "7.png: .*damaged",
    ),
    "zip, truncated": (zipped(in_folders(pictures()))[:900], "damaged or incomplete"),
    "zip, a text called PNG": (zipped({f"{i}.png": b"no picture" for i in range(30)}), "Only PNG and JPEG"),
    "parquet, truncated": (b"PAR1" + bytes(200), "damaged or incomplete"),
    "pickle": (b"\x80\x04\x95" + bytes(60), "kind of file is not known"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_cannot_be_used_gets_one_sentence(read: Callable[..., object], kind: str) -> None:
    data, says = BROKEN[kind]
    with pytest.raises(DataError, match=says.replace("(", r"\(").replace(")", r"\)")) as error:
        read(data)
    assert len(str(error.value)) < 250
    assert "\n" not in str(error.value)


def harmed(data: bytes, rng: np.random.Generator) -> bytes:
    """Return a file cut short, with bytes changed or put in, or with a piece of it twice."""
    out, place = bytearray(data), int(rng.integers(len(data)))
    if rng.random() < 0.5:
        place %= 200  # where a file says what is in it
    how = rng.integers(5)
    if how == 0:
        del out[place:]
    elif how == 1:
        out[place] ^= 1 << int(rng.integers(8))
    elif how == 2:
        out[place : place + 8] = bytes(8)
    elif how == 3:
        out[place:place] = rng.bytes(20)
    else:
        out[place:place] = out[place : place + 500]
    return bytes(out)


ANY = {
    **LABELLED_FILES,
    "npz, colour": (npz(x=COLOURS, y=LABELS),),
    "npz, 64 x 64 x 3": (npz(x=pictures(64, 64, 3), y=LABELS),),
    "zip, colour": (zipped(in_folders(COLOURS)),),
}


@pytest.mark.parametrize("kind", [*ANY, "parquet"])
def test_a_harmed_file_is_read_or_refused_with_a_sentence(
    read: Callable[..., object], tmp_path: Path, kind: str
) -> None:
    files = (parquet(tmp_path / "a.parquet"),) if kind == "parquet" else ANY[kind]
    rng = np.random.default_rng(len(kind))
    said = []
    for _ in range(20):
        which = int(rng.integers(len(files)))
        try:
            found = read(*(harmed(data, rng) if i == which else data for i, data in enumerate(files)))
            assert len(dataset_of(found).train) >= 10
        except DataError as error:
            said.append(str(error))
    assert said
    assert max(map(len, said)) < 250
    assert "\n" not in "".join(said)


def test_a_large_file_and_a_missing_one(tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(51_000_000)
    for name, says in (("large.csv", "larger than 50 MB"), ("none.npz", "cannot be read: No such file")):
        with pytest.raises(DataError, match=says):
            read_own(tmp_path / name)


def test_splits_keep_copies_together_and_the_files_own_test(read: Callable[..., object]) -> None:
    twice = np.concatenate([pictures(), pictures()])
    data = dataset_of(read(npz(x=twice)))
    splits = [{one.tobytes() for one in split.images} for split in (data.train, data.validation, data.test)]
    assert all(splits)
    assert not splits[0] & splits[1] | splits[0] & splits[2] | splits[1] & splits[2]
    assert sum(map(len, (data.train, data.validation, data.test))) == 2 * COUNT
    keras = dataset_of(read(LABELLED_FILES["npz, Keras"][0]))
    np.testing.assert_array_equal(keras.test.images, pictures()[30:])
    assert len(keras.train) + len(keras.validation) == 30
    assert data.shape == (28, 28, 1)


def test_warnings_a_colleague_would_give(read: Callable[..., object]) -> None:
    few = warnings_of(read(npz(x=pictures(), y=np.where(LABELS == 3, 3, 0) * (np.arange(COUNT) < 8))))
    assert any("40 pictures are few" in one for one in few)
    assert any("Fewer than 5 pictures: class 3" in one for one in few)
    copies = np.concatenate([pictures()] * 6)
    both = warnings_of(
        read(npz(x_train=copies, x_test=copies[:40], y_train=np.zeros(240, int), y_test=np.zeros(40, int)))
    )
    assert any("copies of others" in one for one in both)
    assert any("40 test pictures are among the training pictures" in one for one in both)
    assert any("one class" in one for one in both)
    assert warnings_of(read(npz(x=np.random.default_rng(0).integers(0, 99, (300, 12, 12))))) == []


@pytest.mark.parametrize(
    ("names", "shape", "classes"),
    [
        (["dig_mnist_kaggle.csv"], (1000, 28, 28), 10),
        (["kannada_png_folders.zip"], (1000, 28, 28), 10),
        (["omniglot_images_background_small1.zip"], (2720, 64, 64), 136),
        (["quickdraw_doodles.npz"], (3000, 28, 28), 3),
        (["y_kannada_MNIST_test-idx1-ubyte.gz", "X_kannada_MNIST_test-idx3-ubyte.gz"], (10_000, 28, 28), 10),
        (["X_dig_MNIST-idx3-ubyte.gz"], (10_240, 28, 28), 0),
    ],
)
def test_files_that_people_have(names: list[str], shape: tuple[int, ...], classes: int) -> None:
    folder = Path(os.environ.get("AECORE_DATA", "")) / "own"
    if not os.environ.get("AECORE_DATA") or not folder.is_dir():
        pytest.skip("needs the folder `own` in the folder that $AECORE_DATA names")
    found = read_own([folder / name for name in names])
    assert found.images.shape == shape
    assert len(found.classes) == classes
    assert warnings_of(found) == []
    assert found.images[:, 0].mean() < 20  # bright on dark
