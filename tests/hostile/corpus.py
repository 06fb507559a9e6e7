"""Malicious inputs: valid ones with errors put into them, the same ones on every machine."""

from __future__ import annotations

import copy
import io
import json
import os
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

import numpy as np
from PIL import Image

TEXTS = (
    "", " ", "\0", "\n", "NaN", "-inf", "1e999", "1_0", "0x10", "+1", "-0", "1e5", "٣", "٣.٥", "９", "𝟘", "é",
    "\u202e8", "../../etc/passwd", "..\\..\\x", "/dev/zero", "<script>alert(1)</script>", "%00", "{}", "[]", "null",
    "my_" + "0" * 32, "my_../x", "0" * 22, "-" * 43, "~", "~~", ".", "..", "....", "default", "nobody", "A" * 5000,
    "9" * 5000, "\u200d" * 300, "mean-3", "sample-x", "kept-", "constructor", "__proto__", "__class__",
)  # fmt: skip
LONE = ("\ud800", "x\udfff", "\udc00\ud800")  # halves of surrogate pairs: JSON can contain them, UTF-8 cannot
NUMBERS = (
    -1, 0, 1, 2, 16, 2**31 - 1, 2**31, 2**53 + 1, 2**63, 10**400, -(10**400), 0.5, -0.0, 1e-320, 1e5, 1e6, 1e308,
    float("nan"), float("inf"), float("-inf"),
)  # fmt: skip


def deep(levels: int) -> Any:
    """Return nested lists and objects."""
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"x": value}
    return value


def anything(rng: random.Random, depth: int = 3) -> Any:
    """Return a random JSON value, mostly an unusual one."""
    kind = rng.randrange(9 if depth else 5)
    if kind < 2:
        return rng.choice(NUMBERS)
    if kind < 4:
        return rng.choice(TEXTS + LONE)
    if kind == 4:
        return rng.choice([None, True, False, [], {}, [[]], {"": ""}])
    if kind < 7:
        return [anything(rng, depth - 1) for _ in range(rng.randrange(20))]
    if kind == 7:
        return {rng.choice(TEXTS + LONE): anything(rng, depth - 1) for _ in range(rng.randrange(6))}
    return rng.choice([deep(200), [0] * 5000, ["0"] * 1000, {str(i): i for i in range(1000)}])


def forged(rng: random.Random, valid: Any) -> Any:
    """Return a valid JSON value with one or a few errors; sometimes a quite different value."""
    if rng.random() < 0.05:
        return anything(rng)
    out = copy.deepcopy(valid)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        out = _change(rng, out)
    return out


def _change(rng: random.Random, value: Any) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        how = rng.randrange(8)
        if how == 0:
            del value[key]
        elif how == 1:
            value[rng.choice(TEXTS + LONE)] = value[key]
        else:
            value[key] = _change(rng, value[key])
    elif isinstance(value, list) and value and rng.random() < 0.8:
        at, how = rng.randrange(len(value)), rng.randrange(8)
        if how == 0:
            del value[at]
        elif how == 1:
            value[at:at] = value[at : at + 1] * rng.choice([1, 2, 500])
        else:
            value[at] = _change(rng, value[at])
    else:
        return anything(rng, 2)
    return value


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Return damaged bytes: truncated, inverted, overwritten with limits of number types, repeated, moved."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3, 8])):
        # half of the damage at the beginning, where most formats have their header
        at = rng.randrange(len(out) + 1) if rng.random() < 0.5 else rng.randrange(min(len(out), 128) + 1)
        how, length = rng.randrange(9), rng.choice([1, 2, 4, 8, 100])
        if how == 0:
            del out[at:]
        elif how == 1 and out:
            out[min(at, len(out) - 1)] ^= 1 << rng.randrange(8)
        elif how == 2:
            number = rng.choice([0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63, 2**64 - 1])
            size = rng.choice([1, 2, 4, 8])
            out[at : at + size] = (number % 256**size).to_bytes(size, rng.choice(["big", "little"]))
        elif how == 3:
            out[at:at] = rng.randbytes(length)
        elif how == 4:
            out[at : at + length] = rng.randbytes(length)
        elif how == 5:
            del out[at : at + length]
        elif how == 6:
            out[at:at] = out[at : at + length] * rng.choice([1, 2, 50])
        elif how == 7:
            out[at:at] = rng.choice(TEXTS).encode()
        else:
            out += out[: rng.choice([16, 1000])]
    return bytes(out)


def json_text(rng: random.Random, valid: Any) -> bytes:
    """Return forged JSON, often invalid: with repeated keys, numbers of 5,000 digits, 100,000 levels."""
    text = json.dumps(forged(rng, valid), ensure_ascii=rng.random() < 0.8)
    data = text.encode("utf-8", "surrogatepass")
    how = rng.randrange(12)
    if how < 3:
        return mutated(rng, data)
    if how == 3:
        return data.replace(b"{", b'{"latent": [1], "version": 2, ', 1)
    if how == 4:
        return data.replace(b"0", b"1" + b"0" * rng.choice([20, 400, 5000]), 1)
    if how == 5:
        return data.replace(b"1", rng.choice([b"1e999", b"-1e999", b"NaN", b"Infinity", b"1_0", b"01", b"0x1"]))
    if how == 6:
        return rng.choice([b"\xef\xbb\xbf" + data, text.encode("utf-16", "surrogatepass"), data + b"\0"])
    if how == 7:
        opening = rng.choice([b"[", b'{"x":', b'[{"latent":'])
        return data[:20] + opening * rng.choice([100, 1000, 100_000])
    return data


def query(rng: random.Random, valid: dict[str, str]) -> str:
    """Return a query string with an error."""
    fields = list(valid.items())
    for _ in range(rng.choice([1, 1, 2, 4])):
        at, how = rng.randrange(len(fields)), rng.randrange(9)
        name, value = fields[at]
        if how == 0:
            del fields[at]
        elif how == 1:
            fields.append((name, rng.choice(TEXTS)))
        elif how == 2:
            fields[at] = (rng.choice(TEXTS), value)
        elif how == 3:
            fields[at] = (name, mutated(rng, value.encode()).decode("utf-8", "replace"))
        elif how == 4:
            fields[at] = (name, value * rng.choice([2, 50]))
        elif how == 5:
            fields[at] = (name, rng.choice(fields)[1])
        elif how == 6:
            fields[at] = (name, f"{rng.choice(NUMBERS)}"[:400])
        else:
            fields[at] = (name, rng.choice(TEXTS))
        fields = fields or [("z", "")]
    write = rng.choice(
        [
            quote,
            quote_plus,
            lambda text: text.replace("&", ""),
            lambda text: quote(text, encoding="latin-1", errors="ignore"),
        ]
    )
    return rng.choice(["&", "&", "&", ";"]).join(f"{write(name)}={write(value)}" for name, value in fields)


# ---- pictures --------------------------------------------------------------------------------------------------


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    width: int, height: int, bits: int = 8, colour: int = 6, interlace: int = 0, pixels: bytes = b"", *more: bytes
) -> bytes:
    """Return a PNG with this size in its header, and any pixels; `more` chunks are before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace)
    parts = (chunk(b"IHDR", header), *more, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def deflated(size: int) -> bytes:
    """Return `size` zeros compressed, a thousandth as many bytes."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def bombs() -> dict[str, bytes]:
    """Return pictures that are small as files and large when they are decoded."""
    text = b"Comment\0\0" + deflated(70 << 20)
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 6, 0, 0, 0)
    frame = struct.pack(">IIIIIHHBB", 0, 30_000, 30_000, 0, 0, 1, 10, 0, 0)
    small = zlib.compress(bytes(28 * 29))
    return {
        "5000 x 5000 in 97 kB": saved(Image.new("RGBA", (5000, 5000))),
        "30000 x 30000": png(30_000, 30_000, pixels=deflated(1 << 20)),
        "2147483647 x 1": png(2**31 - 1, 1),
        "1 x 4294967295": png(1, 2**32 - 1),
        "0 x 0": png(0, 0),
        "a second header": png(280, 280, 8, 6, 0, b"", chunk(b"IHDR", header)),
        "text": png(280, 280, 8, 6, 0, zlib.compress(bytes(280 * 1121)), chunk(b"zTXt", text)),
        "international text": png(280, 280, 8, 6, 0, b"", chunk(b"iTXt", b"a\0\1\0\0\0" + deflated(70 << 20))),
        "profile": png(280, 280, 8, 6, 0, b"", chunk(b"iCCP", b"p\0\0" + deflated(70 << 20))),
        "pixels without end": png(280, 280, pixels=deflated(120 << 20)),
        "a large frame": png(28, 28, 8, 0, 0, small, chunk(b"acTL", bytes(8)), chunk(b"fcTL", frame)),
        "16 bits": png(1120, 1120, 16, 6, 0, deflated(20 << 20)),
        "interlaced": png(1120, 1120, 8, 6, 1, deflated(10 << 20)),
        "palette": png(1120, 1120, 1, 3, 0, deflated(1 << 20), chunk(b"PLTE", bytes(3))),
        "many chunks": png(28, 28, 8, 0, 0, b"", *[chunk(b"tEXt", b"a\0b")] * 20_000),
    }


def pictures() -> list[bytes]:
    """Return valid pictures of several kinds, to be damaged."""
    pixels = np.zeros((40, 40), np.uint8)
    pixels[8:32, 18:22] = 255
    grey = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = 6
    return [
        saved(grey),
        saved(grey.convert("RGBA").resize((64, 64))),
        saved(grey.convert("P")),
        saved(Image.fromarray(pixels.astype(np.uint16) * 257)),
        saved(grey, exif=exif),
        saved(grey.convert("RGBA"), save_all=True, append_images=[grey.convert("RGBA")]),
        saved(grey.convert("RGB"), "JPEG", exif=exif),
        saved(grey, "JPEG", progressive=True),
        saved(grey.convert("CMYK"), "JPEG"),
    ]


def many(count: int) -> int:
    """Return how many of `count` examples to try: all of them in `make proof`, a quarter in `make test`."""
    return count if os.environ.get("AECORE_THOROUGH") else count // 4


def examples(count: int, seed: int, make: Callable[[random.Random], Any]) -> Iterator[Any]:
    """Yield `count` examples; the same seed gives the same ones."""
    rng = random.Random(seed)
    for _ in range(count):
        yield make(rng)
