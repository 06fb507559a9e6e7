"""Every reader of what a browser says or a visitor brings as text: a sound value, or its own sentence."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import numpy as np
import pytest

from aecore.core.spec import Spec, SpecError
from aecore.export import files
from aecore.export.layer_text import layers_from_text, layers_to_text
from aecore.training.job import Job, JobError
from aecore.training.presets import PRESETS
from tests.hostile.corpus import LONE, NUMBERS, TEXTS, anything, examples, forged, json_text, mutated, query
from tests.ui.state.test_reconnect import BROUGHT
from ui import streamlit_compat
from ui.features.talk import scenes
from ui.features.train import user_models
from ui.features.train.form import _spec
from ui.server import rooms
from ui.services.canvas_image import is_usual, picture_on_canvas, rasterize, read_canvas
from ui.services.sample_drawings import drawing
from ui.state import audience, reconnect, session, settings

pytestmark = pytest.mark.filterwarnings("ignore:.*overflow encountered:RuntimeWarning")

DIM = 16
LATENT = [round(0.17 * i - 1.2, 2) for i in range(DIM)]


@contextlib.contextmanager
def visitor() -> Iterator[session.Playground]:
    """A visitor's state, as pages find it."""
    state = session.Playground(model="book")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        yield state


def is_writable(state: session.Playground) -> None:
    """What is on the table can be said to a browser and written into the address."""
    assert state.latent.shape == state.encoded.shape == (len(state.latent),)
    assert np.isfinite(state.latent).all()
    link = session._noise_to_link(state.noise)
    if state.sum:
        link |= session._sum_to_link(state.sum)
    if state.path:
        link |= session._path_to_link(state.path)
    assert urlencode({**link, "model": state.model, "shown": state.shown}).isascii()
    told = json.dumps([repr(state.path), repr(state.sum), state.script_draft, state.notices], ensure_ascii=False)
    assert len(told.encode()) < 500_000


# ---- the address ---------------------------------------------------------------------------------------------

LINKS: list[dict[str, str]] = [
    {"model": "book", "z": "", "digit": "7"},
    {"model": "dim2", "z": "AAAAAA", "kind": "occlusion", "level": "0.50", "seed": "7", "mean": "0.5", "box": "3-4"},
    {"z": "A" * 43, "stops": ".".join(["A" * 43] * 3), "place": "1.50", "path": "spherical"},
    {"a": "mine", "b": "mean-3", "c": "~" + "A" * 43, "strength": "1.50", "direction": "A" * 43},
    {"talk": "1", "scene": "3", "attract": "1", "kiosk": "1", "idle": "90"},
    {"room": "apple-12", "host": "x" * 22, "view": "umap", "shown": "0123456789", "run": "0" * 32},
    {"model": "my_" + "0" * 32, "digit": "0", "shown": "13579"},
]


def test_ten_thousand_addresses_open_the_app() -> None:
    texts = examples(10_000, 1, lambda rng: query(rng, rng.choice(LINKS)))
    with_notices = 0
    for text in texts:
        fields = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
        state = session.read_link(fields)
        is_writable(state)
        assert state.model in session.usable_models()
        assert state.noise.is_sound
        assert 0 <= state.scene < 100
        assert 0 < state.idle < 10_000
        assert state.view in settings.VIEWS
        assert len(state.notices) <= 8
        with_notices += bool(state.notices)
    assert 2_000 < with_notices < 9_500  # some are sound still, many are not


@pytest.mark.parametrize("url", ["http://[", "http://x]/", "http://℀/", "//", "x" * 10_000, "\0", "http://a:99999/"])
def test_a_page_with_any_address_says_its_links(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamlit_compat, "browser_address", lambda: url)
    with visitor() as state:
        state.room = "apple-12"
        assert len(session.room_link()) < 3_000


# ---- latents ---------------------------------------------------------------------------------------------------

RECORD = {"version": 1, "model": "book", "sha256": "0" * 64, "latent": LATENT}


def test_ten_thousand_json_files_give_a_latent_or_a_sentence() -> None:
    read = refused = 0
    for data in examples(10_000, 2, lambda rng: json_text(rng, RECORD)):
        try:
            name, _ = files.model_from_json(data)
            latent = files.latent_from_json(data, DIM)
        except files.LatentFileError as problem:
            refused += str(problem).endswith(".")
            continue
        assert name.isascii()
        assert latent.shape == (DIM,)
        assert np.isfinite(latent).all()
        read += 1
    assert read > 200
    assert read + refused == 10_000


def npy_file(rng: random.Random) -> bytes:
    kind = rng.choice(["<f4", "<f8", ">f4", "<f2", "<i8", "|O", "<c16", "<U4", "|V8", "<M8[s]", "|b1"])
    shape = rng.choice([(DIM,), (1, DIM), (DIM, 1), (), (0,), (2, DIM)])
    if kind == "|O":
        buffer = io.BytesIO()
        np.save(buffer, np.full(shape, None), allow_pickle=True)
        data = buffer.getvalue()
    else:
        array = np.zeros(shape, kind)
        buffer = io.BytesIO()
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


def test_ten_thousand_npy_files_give_a_latent_or_a_sentence() -> None:
    read = refused = 0
    for data in examples(10_000, 3, npy_file):
        try:
            latent = files.latent_from_npy(data, DIM)
        except files.LatentFileError as problem:
            refused += str(problem).endswith(".")
            continue
        assert latent.shape == (DIM,)
        assert np.isfinite(latent).all()
        read += 1
    assert read > 200
    assert read + refused == 10_000


def test_a_thousand_files_of_both_kinds_leave_the_table_sound() -> None:
    make: Callable[[random.Random], bytes] = lambda rng: rng.choice([npy_file, lambda r: json_text(r, RECORD)])(rng)  # noqa: E731
    with visitor() as state:
        for data in examples(1_000, 4, make):
            session.take_latent_file(data)
            is_writable(state)


# ---- what components report --------------------------------------------------------------------------------------

IMAGE = base64.b64encode(bytes(784)).decode()
NAMED = [{"name": "mine", "latent": LATENT}]
REPORTS: dict[str, tuple[Callable[[Any], object], Any]] = {
    "latent": (session.take_latent, {"seq": 0, "latent": LATENT}),
    "path": (session.take_path, {"seq": 0, "stops": [LATENT] * 3, "place": 0.5, "spherical": False}),
    "sum": (
        session.take_sum,
        {"seq": 0, "a": "mine", "b": "mean-3", "c": "kept-mine", "direction": "", "strength": 1}
        | {"kept": NAMED, "directions": NAMED},
    ),
    "noise": (
        session.take_noise,
        {"kind": "occlusion", "level": 0.5, "mean": 0.5, "seed": 3, "box": {"top": 1, "left": 2}, "damage": "0" * 784},
    ),
    "view": (session.take_view, {"view": "pca", "shown": "0123"}),
    "picked": (session.take_picked, {"model": "book", "latent": LATENT}),
    "stage": (session.take_stage, {"seq": 0, "talking": True, "scene": 2}),
    "room": (audience.take_room, {"name": "apple-12", "key": "x" * 22}),
    "scene": (
        audience.take_scene,
        {"move": True, "chosen": 0, "scene": {"page": "map", "model": "book", "image": IMAGE, "latent": LATENT}},
    ),
    "remembered": (user_models.take_remembered, {"runs": ["0" * 32], "models": ["my_" + "0" * 32]}),
    "wish": (user_models.control_training, "pause"),
    "pasted": (session.take_pasted, "aGVsbG8="),
    "kept": (reconnect.take_back, {**BROUGHT, "model": "book"}),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_thousand_forged_reports_leave_the_table_sound(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    take, sound = REPORTS[name]
    changes = 0
    with visitor() as state:
        state.room = "apple-12"
        for report in examples(1_000, 5, lambda rng: forged(rng, sound)):
            before = (state.seq, state.latent, state.noise, state.path, state.sum)
            if isinstance(report, dict) and "seq" in report:
                report["seq"] = state.talk if name == "stage" else state.seq
            if name == "kept":
                state.visit = ""  # a session that knows nothing yet
            take(report)
            is_writable(state)
            changes += before[1] is not state.latent or before[2:] != (state.noise, state.path, state.sum)
    if name in ("latent", "path", "sum", "noise", "picked", "scene", "kept"):
        assert changes > 20  # sound ones among them get in
    assert not list(tmp_path.rglob("*.*"))  # nothing is written


STROKE = drawing(3)
EXPORT = picture_on_canvas(np.zeros((28, 28), np.float32))["objects"][0]["src"]


def test_a_thousand_forged_canvases_give_a_drawing_or_nothing() -> None:
    sound = {
        "drawing": {"raw": {"version": "7", "objects": STROKE["objects"][:1]}, "data": EXPORT},
        "backgroundFit": None,
    }
    read = 0
    with visitor() as state:
        for report in examples(1_000, 6, lambda rng: forged(rng, sound)):
            is_usual(report)
            found = read_canvas(report, {})
            if found is None:
                continue
            read += 1
            state.drawing = found[0]
            assert rasterize(state.drawing).shape == (280, 280)
            session.undo_stroke()
            assert isinstance(state.drawing["objects"], list)
    assert 100 < read < 1_000


# ---- texts -----------------------------------------------------------------------------------------------------

TALKS = [scenes.SHIPPED.read_text(encoding="utf-8"), scenes.ATTRACT.read_text(encoding="utf-8")]
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


def test_a_thousand_scripts_give_a_talk_or_a_sentence() -> None:
    shown = 0
    with visitor() as state:
        for text in examples(1_000, 7, yaml_text):
            session.take_script(text)
            assert (state.script_problem == "") == (state.script == text)
            assert len(state.script_draft) <= scenes.LARGEST
            assert len(state.script_problem) < 400
            shown += state.script_problem == ""
    assert 20 < shown < 900


def layer_lines(rng: random.Random) -> str:
    text = layers_to_text(PRESETS[rng.choice(list(PRESETS))].spec.networks["decoder"].layers)
    if rng.random() < 0.3:
        words = text.split(" ")
        words[rng.randrange(len(words))] = rng.choice(TEXTS + tuple(map(str, NUMBERS[:9])))
        return " ".join(words)
    return mutated(rng, text.encode()).decode("utf-8", "replace") * rng.choice([1, 1, 1, 60])


def test_a_thousand_networks_are_built_or_refused() -> None:
    built = 0
    for text in examples(1_000, 8, layer_lines):
        form = {"encoder": "flatten", "decoder": text, "latent": 16}
        found = _spec(form)
        assert isinstance(found, Spec) or len(found) < 400
        built += isinstance(found, Spec)
        with contextlib.suppress(SpecError):
            layers_from_text(text)
    assert 5 < built < 900


def test_a_thousand_jobs_are_read_or_refused() -> None:
    preset = PRESETS["mlp"]
    sound = Job("mlp", preset.spec, 3, preset.batch, preset.learning_rate, source="strokes").to_dict()
    read = refused = 0
    for data in examples(1_000, 9, lambda rng: forged(rng, sound)):
        try:
            Job.from_dict(data)
            read += 1
        except JobError as problem:
            refused += len(str(problem)) < 600
    assert read + refused == 1_000


def test_a_thousand_scenes_of_rooms_are_passed_on_or_refused() -> None:
    sound = {"page": "map", "model": "book", "image": IMAGE, "latent": LATENT, "noise": {"kind": "gaussian"}}
    passed = refused = 0
    for data in examples(1_000, 10, lambda rng: json_text(rng, sound)):
        try:
            text = rooms.read_scene(data)
        except rooms.RoomError as problem:
            refused += 400 <= problem.status < 500
            continue
        passed += 1
        assert "\n" not in text
        assert text.isascii()
        json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert passed > 20
    assert passed + refused == 1_000


def test_names_and_keys_of_rooms_are_only_what_they_look_like() -> None:
    for rng_value in examples(2_000, 11, lambda rng: (anything(rng, 1), anything(rng, 1))):
        assert session.is_room(*rng_value) is False
