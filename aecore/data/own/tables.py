"""Reads pictures from tables: rows of numbers as text (CSV, or with spaces between), and parquet."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aecore.data.own.files import decoded
from aecore.data.own.raw import MOST, PIECE, SIDES, DataError, Raw, as_pictures, picture_shape, require

_SEPARATORS = (",", ";", "\t", None)  # None: any number of spaces
_LONGEST_LINE = 1_000_000  # characters
_MOST_CLASSES = 1000
_SAMPLE, _LONGEST_SAMPLE = 200, 4_000_000  # rows from which the columns are told, and characters of them
_AT_ONCE, _CELLS = 2000, 16  # rows of numbers, and of files, whose cells can be of any size
_LABELS = ("label", "class", "target", "y", "digit", "character", "fine_label")


def read_text(path: Path) -> Raw:
    """Return the pictures in a table of numbers, one in each row, with or without a header; raises DataError.

    The first or the last column can be a label, or the last ones a label as one-hot numbers.
    """
    lines = _first_lines(path)
    require(bool(lines), "The file is empty.")
    separator = max(_SEPARATORS, key=lambda one: len(lines[0].split(one)))
    header: list[str] = []
    if not _are_numbers(lines[0].split(separator)):
        header = [cell.strip().strip('"').lower() for cell in lines[0].split(separator)]
    skipped = 1 if header else 0
    rows = [_numbers(line, separator, i + 1) for i, line in enumerate(lines[skipped:], skipped)]
    require(bool(rows), "The table has a header and no rows.")
    for i, row in enumerate(rows, skipped + 1):
        _same_width(row, len(rows[0]), i)
    sample = np.array(rows)
    pixels, label = _columns(sample, header)
    count, labels = 0, []
    for part in _parsed(path, separator, skipped, sample.shape[1]):
        count += len(part)
        require(count <= 100 * MOST, f"The table has more than {100 * MOST:,} rows.")
        if label is not None:
            labels.append(part[:, label])
    values = np.concatenate(labels) if labels else None
    if values is not None:
        values = values.argmax(axis=1) if values.shape[1] > 1 else values[:, 0]

    def read(which: np.ndarray) -> Iterator[np.ndarray]:
        start = 0
        for part in _parsed(path, separator, skipped, sample.shape[1]):
            some = which[np.searchsorted(which, start) : np.searchsorted(which, start + len(part))] - start
            if len(some):
                yield as_pictures(part[some][:, pixels].astype(np.float32))
            start += len(part)

    return Raw(count, read, picture_shape((len(range(*pixels.indices(sample.shape[1]))),)), values)


def read_parquet(path: Path) -> Raw:
    """Return the pictures in a parquet file as Hugging Face writes it: a column of PNG or JPEG files, and a label.

    Raises DataError.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        schema, count = file.schema_arrow, file.metadata.num_rows
        images = [field.name for field in schema if pa.types.is_struct(field.type) and _has_bytes(field.type)]
        images = images or [field.name for field in schema if pa.types.is_binary(field.type)]
        require(bool(images), f"The table has no column of pictures: it has {', '.join(schema.names)!s:.80}.")
        require(count <= 100 * MOST, f"The table has {count:,} rows: bring at most {100 * MOST:,}.")
        column = next((name for name in schema.names if name.lower() in _LABELS), None)
        if column is None:
            column = next((field.name for field in schema if pa.types.is_integer(field.type)), None)
        labels = None if column is None else _labels(file, column)
        require(labels is None or len(labels) == count, "The file is damaged: its columns have not as many rows.")
    except (DataError, MemoryError):  # some of Arrow's errors are MemoryErrors, too
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError("The file is damaged or incomplete: download or save it once more.") from error

    notices: list[str] = []

    def read(which: np.ndarray) -> Iterator[np.ndarray]:
        start, wanted = 0, set(which.tolist())
        try:
            for batch in pq.ParquetFile(path).iter_batches(batch_size=_CELLS, columns=[images[0]]):
                for i, cell in enumerate(batch.column(0), start):
                    if i in wanted:
                        value: Any = cell.as_py()
                        data = value.get("bytes") if isinstance(value, dict) else value
                        yield decoded(data or b"", f"row {i + 1}", notices)[None]
                start += len(batch)
        except MemoryError:
            raise
        except (pa.ArrowException, OSError) as error:
            raise DataError("The file is damaged or incomplete: download or save it once more.") from error

    return Raw(count, read, None, labels, _class_names(schema.metadata, column), notices=notices)


def _labels(file: Any, column: str) -> np.ndarray:
    """Return a column of labels, read in pieces; raises DataError where texts are too long for names of classes."""
    parts = []
    for batch in file.iter_batches(batch_size=500, columns=[column]):
        require(batch.nbytes <= PIECE, f"The column {column} has texts too long for labels.")
        parts.append(batch.column(0).to_numpy(zero_copy_only=False))
    return np.concatenate(parts) if parts else np.zeros(0, int)


def _has_bytes(kind: Any) -> bool:
    return any(kind.field(i).name == "bytes" for i in range(kind.num_fields))


def _class_names(metadata: Any, column: str | None) -> Sequence[str]:
    """Return the names of classes that Hugging Face writes beside the table."""
    try:
        names = json.loads(metadata[b"huggingface"])["info"]["features"][column]["names"]
    except (TypeError, KeyError, ValueError):
        return ()
    return [str(name) for name in names] if isinstance(names, list) else ()


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text that are not blank; raises DataError."""
    try:
        with path.open(encoding="utf-8-sig", newline=None) as file:
            for line in file:  # the whole file has 50 MB at most
                require(len(line) < _LONGEST_LINE, "The table has a line of a million characters.")
                if line.strip():
                    yield line
    except UnicodeDecodeError:
        raise DataError(
            "This kind of file is not known: bring npz, npy, idx, CSV, parquet, or a zip of PNG or JPEG pictures."
        ) from None


def _first_lines(path: Path) -> list[str]:
    """Return the first lines of a text, as many as tell what its columns are; raises DataError."""
    found, length = [], 0
    for line in itertools.islice(_lines(path), _SAMPLE):
        found.append(line)
        length += len(line)
        if length > _LONGEST_SAMPLE:
            break
    return found


def _are_numbers(cells: Sequence[str]) -> bool:
    try:
        for cell in cells:
            float(cell)
    except ValueError:
        return False
    return True


def _numbers(line: str, separator: str | None, number: int) -> list[float]:
    cells = line.strip().rstrip(separator or "").split(separator)
    try:
        row = [float(cell) for cell in cells]
    except ValueError:
        bad = next((cell for cell in cells if not _are_numbers([cell])), "")
        raise DataError(f"Row {number:,} has {bad.strip()!r:.30} where a number is wanted.") from None
    require(all(abs(value) < 1e9 for value in row), f"Row {number:,} has a number that is no pixel.")
    return row


def _same_width(row: Sequence[float], width: int, number: int) -> None:
    require(len(row) == width, f"Row {number:,} has {len(row):,} numbers, the first one has {width:,}.")


def _parsed(path: Path, separator: str | None, skipped: int, width: int) -> Iterator[np.ndarray]:
    """Yield the rows of a table (n, width), some at a time; raises DataError, which names a bad row."""
    lines, number = itertools.islice(_lines(path), skipped, None), skipped
    at_once = max(1, min(_AT_ONCE, PIECE // (8 * width)))
    while some := list(itertools.islice(lines, at_once)):
        try:
            text = (line.rstrip("\r\n, ;\t") for line in some)
            part = np.loadtxt(text, delimiter=separator, comments=None, ndmin=2)
            if part.shape != (len(some), width) or not (np.abs(part) < 1e9).all():
                raise ValueError
        except ValueError:
            for i, line in enumerate(some, number + 1):
                _same_width(_numbers(line, separator, i), width, i)
            raise DataError(f"Rows {number + 1:,} to {number + len(some):,} cannot be read.") from None
        yield part
        number += len(some)


def _columns(sample: np.ndarray, header: Sequence[str]) -> tuple[slice, slice | None]:
    """Return which columns are pixels, and which a label: told by the header, by their number, and by their values."""
    width = sample.shape[1]
    named = next((i for i, name in enumerate(header) if name in _LABELS), None)
    if named in (0, width - 1) and picture_shape((width - 1,)):
        return (slice(1, width), slice(0, 1)) if named == 0 else (slice(0, width - 1), slice(width - 1, width))
    for first in (True, False):
        label = sample[:, 0] if first else sample[:, -1]
        whole = bool((label == label.round()).all() and label.min() >= 0 and label.max() < _MOST_CLASSES)
        if whole and picture_shape((width - 1,)):
            return (slice(1, width), slice(0, 1)) if first else (slice(0, width - 1), slice(width - 1, width))
    if picture_shape((width,)):
        return slice(0, width), None
    for side in range(int(width**0.5), SIDES[0] - 1, -1):
        rest = sample[:, side * side :]
        if 2 <= rest.shape[1] <= 100 and (np.isin(rest, (0, 1)).all() and (rest.sum(axis=1) == 1).all()):
            return slice(0, side * side), slice(side * side, width)
    raise DataError(
        f"Rows of {width:,} numbers are no square pictures: wanted 784 for 28 x 28, or 785 with a label, for example."
    )
