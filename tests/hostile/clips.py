"""Films made to break what reads them: GIFs and zips of PNGs, valid ones and damaged ones."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from functools import lru_cache

import numpy as np
from PIL import Image

from tests.hostile.corpus import bombs, deflated, mutated, png, saved

_SIDE, _FRAMES = 64, 6


def frames(side: int = _SIDE, count: int = _FRAMES) -> list[Image.Image]:
    """Return the frames of a film: a bar that moves."""
    found = []
    for i in range(count):
        pixels = np.zeros((side, side), np.uint8)
        pixels[side // 4 : 3 * side // 4, side // 8 + 3 * i % (side // 2) :][:, : side // 16] = 255
        found.append(Image.fromarray(pixels))
    return found


def gif(images: list[Image.Image], **options: object) -> bytes:
    """Return the bytes of a GIF."""
    return saved(images[0], "GIF", save_all=True, append_images=images[1:], duration=80, loop=0, **options)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the bytes of a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


@lru_cache(maxsize=1)
def valid() -> list[bytes]:
    """Return films of several kinds, to be damaged."""
    pictures = {f"{i}.png": saved(one) for i, one in enumerate(frames())}
    return [
        gif(frames()),
        gif([one.convert("RGB") for one in frames()], interlace=True, disposal=2),
        gif([one.convert("RGBA") for one in frames()], disposal=3),
        gif(frames(40, 1)),
        zipped(pictures),
        zipped(pictures, zipfile.ZIP_STORED),
    ]


@lru_cache(maxsize=1)
def bad() -> dict[str, bytes]:
    """Return films that must be refused with a sentence."""
    picture, film = saved(frames()[0]), gif(frames())
    whole, beyond = struct.pack("<HHHH", 0, 0, 64, 64), struct.pack("<HHHH", 0, 0, 9999, 9999)
    header, locked = b"GIF89a" + struct.pack("<HH", 0xFFFF, 0xFFFF) + b"\x80\0\0" + bytes(6), bytearray(valid()[4])
    locked[locked.index(b"PK\x01\x02") + 8] |= 1  # encrypted, says the directory
    return {
        "an empty GIF": b"GIF89a",
        "a GIF of no pixels": b"GIF89a" + bytes(4) + film[10:],
        "a GIF without frames": film[:13] + b";",
        "a GIF of 65535 x 65535": header + b"," + struct.pack("<HHHH", 0, 0, 0xFFFF, 0xFFFF) + b"\0\x08" + b"\1\0\0;",
        "a GIF in the middle of a frame": film[: len(film) // 2],
        "a frame larger than its GIF": film.replace(whole, beyond),
        "a GIF of empty blocks": film[:13] + b"!\xfe" + b"\1a" * 1_000_000,
        "no zip": b"PK\3\4" + bytes(100),
        "an empty zip": zipped({}),
        "a zip of a text": zipped({"a.txt": b"hello"}),
        "a zip in the middle of its files": valid()[4][:200],
        "a zip of 10,000 entries": zipped({f"{i}.png": b"" for i in range(10_000)}, zipfile.ZIP_STORED),
        "an encrypted zip": bytes(locked),
        "a zip of zeros": zipped({"0.png": bytes(50_000_000)}),
        "a zip that lies about its sizes": _lying(),
        "a text called PNG": zipped({"a.png": b"hello" * 100}),
        "pictures of different sizes": zipped({"1.png": picture, "2.png": saved(frames(70)[0])}),
        "a PNG of 30000 x 30000": zipped({"1.png": bombs()["30000 x 30000"]}),
        "a PNG of 0 x 0": zipped({"1.png": png(0, 0)}),
        "a PNG without pixels": zipped({"1.png": png(64, 64)}),
        "large frames": gif([Image.new("L", (2000, 2000), i % 2) for i in range(20)]),
    }


def _lying() -> bytes:
    """Return a zip that unpacks to 60 MB, and says that it is a small one."""
    data = bytearray(zipped({"0.png": bytes(60_000_000)}))
    size = struct.pack("<I", 60_000_000)
    while size in data:
        at = data.index(size)
        data[at : at + 4] = struct.pack("<I", 1000)
    return bytes(data)


def odd() -> dict[str, bytes]:
    """Return films that are unusual, and can be read."""
    pictures = {f"{i}.png": saved(one) for i, one in enumerate(frames())}
    names = ("../../etc/1.png", "C:\\2.png", "\u00e9\u202e/10.PNG")
    paths = {name: saved(one) for name, one in zip(names, frames(), strict=False)}
    return {
        "names with paths": zipped(paths),
        "hidden files": zipped({**pictures, "__MACOSX/._1.png": b"x", ".hidden.png": b"x", "notes.txt": b"x"}),
        "a GIF of one pixel": gif([Image.new("L", (1, 1), 0)]),
        "a GIF of 2000 x 3": gif([Image.new("L", (2000, 3), 0)]),
        "300 frames": gif(frames(32, 300)),
        "a comment before the end": zipped(pictures)[:-2] + struct.pack("<H", 5) + b"hello",
        "zeros after the end": gif(frames()) + deflated(1 << 20),
    }


def damaged(rng: random.Random) -> bytes:
    """Return a film with errors."""
    return mutated(rng, rng.choice(valid()))
