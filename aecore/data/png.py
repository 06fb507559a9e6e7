"""Reduces a PNG file to the chunks that its picture needs, and reads its size, before anything decodes it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_MOST_CHUNKS = 10_000


def essentials(png: bytes, kinds: Collection[bytes] = PICTURE) -> bytes:
    """Return a PNG file with only the chunks of these kinds, without texts, colour profiles and later frames.

    Texts and profiles are compressed and can expand to any size. Raises ValueError when the file is truncated, damaged
    (checksums), or no PNG.
    """
    if not png.startswith(SIGNATURE):
        raise ValueError("no PNG file")
    kept, start = [SIGNATURE], len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if len(png) < start + 12:
            raise ValueError("the file is cut off")
        length, kind = struct.unpack_from(">I4s", png, start)
        end = start + length + 12
        if (kind == b"IHDR") != (start == len(SIGNATURE)):
            raise ValueError("the header is not where it belongs")
        if kind in kinds:
            if zlib.crc32(png[start + 4 : end - 4]) != int.from_bytes(png[end - 4 : end], "big"):
                raise ValueError("a checksum is wrong")
            kept.append(png[start:end])
        if kind == b"IEND":
            return b"".join(kept)
        start = end
    raise ValueError(f"more than {_MOST_CHUNKS:,} chunks")


def size(png: bytes) -> tuple[int, int]:
    """Return width and height in the header of a PNG file from `essentials`; raises ValueError without a header."""
    if len(png) < 24:
        raise ValueError("the file is cut off")
    width, height = struct.unpack_from(">II", png, 16)
    return width, height
