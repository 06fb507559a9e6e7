"""Valid inputs that tests forge: links, files, talks, and the reports of each live part."""

from __future__ import annotations

import base64
import io
import random
from typing import Any

import numpy as np

from tests.hostile.corpus import LONE, NUMBERS, TEXTS, mutated
from ui.features import FEATURES
from ui.features.talk import scenes
from ui.state.declaration import Feature, LivePart, part_key
from ui.widgets.live_part import reactions

DIM = 16
LATENT = [round(0.17 * i - 1.2, 2) for i in range(DIM)]
IMAGE = base64.b64encode(bytes(784)).decode()
RECORD = {"version": 1, "model": "book", "sha256": "0" * 64, "latent": LATENT}
EXAMPLES: dict[str, Any] = {feature.name: feature.example.to_json() for feature in FEATURES if feature.example}
SCENE = {"page": "map", "model": "book", "image": IMAGE, "latent": LATENT, "home": LATENT}
DRAWN = {"canvas": 1, "strokes": ["M60 60L220 60"], "under": False, "image": IMAGE, "way": ""}
KEPT = {
    **{"visit": "0123456789abcdef", "seq": 7, "chosen": 5, "canvas": 4, "models": [], "model": "book"},
    **{"image": IMAGE, "latent": LATENT, "digit": None, "features": EXAMPLES},
    **{"strokes": ["M60 60L220 60"], "under": None, "source": "drawn", "home": LATENT},
}

LINKS: list[dict[str, str]] = [
    {"model": "book", "z": "", "digit": "7"},
    {"model": "dim2", "z": "AAAAAA", "kind": "occlusion", "level": "0.50", "seed": "7", "mean": "0.5", "box": "3-4"},
    {"z": "A" * 43, "stops": ".".join(["A" * 43] * 3), "place": "1.50", "path": "spherical"},
    {"a": "mine", "b": "mean-3", "c": "~" + "A" * 43, "strength": "1.50", "direction": "A" * 43},
    {"talk": "1", "scene": "3", "attract": "1", "kiosk": "1", "idle": "90"},
    {"image": "Y2AY", "from": "drawn", "strokes": "Ajc2yDYCyDZt0Q", "home": "A" * 43, "z": "A" * 43},
    {"room": "apple-12", "host": "x" * 22, "view": "umap", "shown": "0123456789", "run": "0" * 32},
    {"model": "my_" + "0" * 32, "digit": "0", "shown": "13579"},
    *(
        {"model": "default", **feature.example.to_link()}
        for feature in FEATURES
        if feature.example and feature.example.to_link()
    ),
]


# ---- what live parts report --------------------------------------------------------------------------------------

_EVENTS: dict[str, Any] = {  # of those that are not a feature's state
    "picked": {"model": "book", "latent": LATENT},
    "picture": {"data": "aGVsbG8=", "turns": 1, "pixels": False, "longest": 4032},
    "wish": "pause",
    "remembered": {"runs": ["0" * 32], "models": ["my_" + "0" * 32]},
    "opened": {"name": "apple-12", "key": "x" * 22},
    "followed": {"move": True, "chosen": 0, "scene": SCENE},
    "arranged": {"seq": 0, "order": [1, 0, 0, 3]},
    "undo": True,
    "reloaded": {"talk": {"script": "talk: Mine\nscenes:\n  - line: One\n", "draft": ""}},
    "back": {**KEPT, "image": None},
}


def _reports(feature: Feature, part: LivePart) -> dict[str, Any]:
    sliders = {"latent": LATENT, "home": LATENT, "fresh": False, **EXAMPLES["draw"]}
    own = {"drawing_canvas": DRAWN, "thumbnail": {"undo": 1, "redo": 0}, **EXAMPLES, "draw": sliders}
    usual = {"seq": 0, **own.get(feature.name, {"latent": LATENT})}
    events = {**_EVENTS, **({"picked": {"number": 3}} if feature.name == "examples" else {})}
    return {event: events.get(event, usual) for event in reactions(feature, part)}


# {key of a live part: {what it reports: a valid payload}}; one with a `seq` is about what that counts
REPORTS = {part_key(feature, part): _reports(feature, part) for feature in FEATURES for part in feature.parts}


# ---- files and texts -------------------------------------------------------------------------------------------


def npy_file(rng: random.Random) -> bytes:
    """Return an NPY file of a random type and shape, often with an error."""
    kind = rng.choice(["<f4", "<f8", ">f4", "<f2", "<i8", "|O", "<c16", "<U4", "|V8", "<M8[s]", "|b1"])
    shape = rng.choice([(DIM,), (1, DIM), (DIM, 1), (), (0,), (2, DIM)])
    buffer = io.BytesIO()
    if kind == "|O":
        np.save(buffer, np.full(shape, None), allow_pickle=True)
    else:
        array = np.zeros(shape, kind)
        np.save(buffer, np.asfortranarray(array) if rng.random() < 0.3 else array)
    data = buffer.getvalue()
    how = rng.randrange(6)
    if how == 0:
        claimed = rng.choice([b"(-16,)", b"(99999999999,)", b"(16, 16, 16)", b"(16.0,)", b"(True,)", b"(1, 16,)"])
        return data.replace(str(shape).encode(), claimed)
    if how == 1:
        return data.replace(b"False", rng.choice([b"True ", b"None ", b"0    ", b"__im_"]))
    if how == 2:
        return data.replace(kind.encode(), rng.choice([b"<f9", b"|O8", b"<f4'", b"os.s", b"<i1"]))
    return mutated(rng, data) if how < 5 else data


TALKS = [scenes.BUILT_IN.read_text(encoding="utf-8"), scenes.ATTRACT.read_text(encoding="utf-8")]
SHORT = """talk: A title
scenes:
  - line: A digit
    page: draw
    model: book
    digit: {strokes: [M158 55 L122 225]}
    camera: [latent, output]
    animation: {kind: sweep, slider: 3, from: -2, to: 2.5, seconds: 4, repeat: yes}
  - line: Noise
    page: denoise
    digit: 7
    noise: {kind: occlusion, level: 0.5, seed: 3, box: {top: 3, left: 4}}
  - {line: The end, page: title}
"""
YAML = (
    "a: &a [x, x]\nb: [*a, *a]", "- " * 5_000, "[" * 20_000, "{" * 20_000, "? " * 5_000, "&a " * 5_000, "!" * 5_000,
    "!!python/object/apply:os.system [x]", "!!python/name:os.system", "%YAML 9.9\n---\n", "--- " * 3_000, "\t\t",
    "'" * 9_999, '"\\UFFFFFFFF"', '"\\ud800"', "a: " * 3_000, "|\n" * 5_000, "# " * 30_000, "talk: " + "x" * 63_000,
    "x:\n" * 20_000, "\ufeff" * 100, "- \n" * 21_000,
)  # fmt: skip


def yaml_text(rng: random.Random) -> str:
    """Return a talk with an error."""
    text = rng.choice([rng.choice(TALKS), *[SHORT] * 9])
    how = rng.randrange(6)
    if how == 0:
        return rng.choice(YAML) + rng.choice(["", text])
    if how == 1:
        lines = text.splitlines()
        at = rng.randrange(len(lines))
        key = lines[at].split(":")[0]
        lines[at] = f"{key}: {rng.choice(TEXTS + tuple(map(str, NUMBERS[:9])) + YAML[:3] + LONE)}"
        return "\n".join(lines)
    if how == 2:
        at = rng.randrange(len(text))
        return text[:at] + rng.choice(TEXTS + YAML) + text[at:]
    return mutated(rng, text.encode()).decode("utf-8", "replace")
