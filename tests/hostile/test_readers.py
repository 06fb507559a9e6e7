"""Every reader of what a browser says or a visitor brings as text: a valid value, or its own sentence."""

from __future__ import annotations

import ast
import contextlib
import json
import random
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

import msgspec
import numpy as np
import pytest

from aecore.core.spec import Spec, SpecError
from aecore.export import latent_files
from aecore.export.keras_code import keras_code
from aecore.export.layer_text import layers_from_text, layers_to_text
from aecore.training.job import Job, JobError
from aecore.training.presets import PRESETS
from tests.architectures import COLOUR, OPEN, RANDOM, random_spec_of
from tests.hostile.corpus import NUMBERS, TEXTS, anything, examples, forged, json_text, many, mutated, query
from tests.hostile.payloads import DIM, DRAWN, LINKS, RECORD, npy_file, yaml_text
from tests.hostile.test_features import assert_presentable
from tests.visitors import at_address, visiting
from ui.features.draw.save_and_share import take_latent_file
from ui.features.room.state import Place
from ui.features.talk import scenes
from ui.features.talk.editor import take_script
from ui.features.talk.nodes import LARGEST, TalkError
from ui.features.talk.state import Stage
from ui.features.train.form import spec_of
from ui.features.train.state import form_of
from ui.services.drawing import rasterize, sample_drawing
from ui.state import history
from ui.state.table import move_in_history, take_drawing, usable_models
from ui.state.visitor import current

pytestmark = pytest.mark.filterwarnings("ignore:.*overflow encountered:RuntimeWarning")

# ---- the address ---------------------------------------------------------------------------------------------


def test_ten_thousand_addresses_open_the_app() -> None:
    with_notices = 0
    for text in examples(many(10_000), 1, lambda rng: query(rng, rng.choice(LINKS))):
        with at_address({name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}):
            visitor = current()
            assert_presentable(visitor)
            assert visitor.model in usable_models()
        assert len(visitor.notices) <= 8
        with_notices += bool(visitor.notices)
    assert many(2_000) < with_notices < many(9_500)  # some are valid still, many are not


# ---- latents ---------------------------------------------------------------------------------------------------


def test_ten_thousand_json_files_give_a_latent_or_a_sentence() -> None:
    read = refused = 0
    for data in examples(many(10_000), 2, lambda rng: json_text(rng, RECORD)):
        try:
            name, _ = latent_files.model_from_json(data)
            latent = latent_files.latent_from_json(data, DIM)
        except latent_files.LatentFileError as problem:
            refused += str(problem).endswith(".")
            continue
        assert name.isascii()
        assert latent.shape == (DIM,)
        assert np.isfinite(latent).all()
        read += 1
    assert read > many(200)
    assert read + refused == many(10_000)


def test_ten_thousand_npy_files_give_a_latent_or_a_sentence() -> None:
    read = refused = 0
    for data in examples(many(10_000), 3, npy_file):
        try:
            latent = latent_files.latent_from_npy(data, DIM)
        except latent_files.LatentFileError as problem:
            refused += str(problem).endswith(".")
            continue
        assert latent.shape == (DIM,)
        assert np.isfinite(latent).all()
        read += 1
    assert read > many(200)
    assert read + refused == many(10_000)


def test_a_thousand_files_of_both_kinds_leave_the_table_valid() -> None:
    make: Callable[[random.Random], bytes] = lambda rng: rng.choice([npy_file, lambda r: json_text(r, RECORD)])(rng)  # noqa: E731
    with visiting(model="book") as visitor:
        for data in examples(many(1_000), 4, make):
            take_latent_file(data)
            assert_presentable(visitor)


# ---- drawings --------------------------------------------------------------------------------------------------


def test_a_thousand_forged_canvases_give_a_drawing_or_nothing() -> None:
    valid = {**DRAWN, "strokes": list(sample_drawing(3).strokes)}
    read = 0
    with visiting(model="book") as visitor:
        for report in examples(many(1_000), 6, lambda rng: forged(rng, {**valid, "canvas": visitor.canvas})):
            before = visitor.seq
            take_drawing(report)
            history.keep(visitor)
            read += visitor.seq != before
            assert rasterize(visitor.drawing).shape == (280, 280)
            assert visitor.image is None or visitor.image.shape == (28, 28)
            move_in_history(1)
    assert many(30) < read < many(1_000)


# ---- texts -----------------------------------------------------------------------------------------------------


def test_a_thousand_scripts_give_a_talk_or_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    read, problems = scenes.parse, [""]

    def parse(text: str, models: Sequence[str]) -> scenes.Talk:
        problems.append("")
        try:
            return read(text, models)
        except TalkError as problem:
            problems.append(str(problem))
            raise

    monkeypatch.setattr(scenes, "parse", parse)  # what it says is heard by the way: reading takes long
    shown = 0
    with visiting() as visitor:
        for text in examples(many(1_000), 7, yaml_text):
            take_script(text)
            stage = visitor.state(Stage)
            assert stage is not None
            written = text.encode("utf-8", "replace").decode()  # half of a surrogate pair cannot be
            assert (problems[-1] == "") == (stage.script == written)
            assert len(problems[-1]) < 400
            assert stage.draft == written[:LARGEST]
            assert_presentable(visitor)
            shown += stage.script == written
    assert 20 < shown < 900


def layer_lines(rng: random.Random) -> str:
    text = layers_to_text(PRESETS[rng.choice(list(PRESETS))].spec.networks["decoder"].layers)
    if rng.random() < 0.3:
        words = text.split(" ")
        words[rng.randrange(len(words))] = rng.choice(TEXTS + tuple(map(str, NUMBERS[:9])))
        return " ".join(words)
    return mutated(rng, text.encode()).decode("utf-8", "replace") * rng.choice([1, 1, 1, 60])


def test_a_thousand_networks_are_built_or_refused() -> None:
    built, form = 0, msgspec.structs.replace(form_of("mlp"), encoder="flatten")
    for text in examples(many(1_000), 8, layer_lines):
        found = spec_of(msgspec.structs.replace(form, decoder=text))
        assert isinstance(found, Spec) or len(found) < 400
        built += isinstance(found, Spec)
        with contextlib.suppress(SpecError):
            layers_from_text(text)
    assert many(5) < built < many(900)


def test_two_thousand_architectures_of_many_networks_are_built_or_refused() -> None:
    valid = [spec.to_dict() for spec in (COLOUR, OPEN, *map(random_spec_of, RANDOM[:20]))]
    built = refused = 0
    for data in examples(many(2_000), 12, lambda rng: forged(rng, rng.choice(valid))):
        try:
            spec = Spec.from_dict(data)
        except SpecError as problem:
            refused += len(str(problem)) < 400
            continue
        built += 1
        assert Spec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec
        ast.parse(keras_code(spec))
        for network in spec.networks.values():
            assert layers_from_text(layers_to_text(network.layers)) == network.layers
    assert built > many(10)
    assert built + refused == many(2_000)


def test_a_thousand_jobs_are_read_or_refused() -> None:
    preset = PRESETS["mlp"]
    valid = Job("mlp", preset.spec, 3, preset.batch, preset.learning_rate, source="strokes").to_dict()
    read = refused = 0
    for data in examples(many(1_000), 9, lambda rng: forged(rng, valid)):
        try:
            Job.from_dict(data)
            read += 1
        except JobError as problem:
            refused += len(str(problem)) < 600
    assert read + refused == many(1_000)


def test_names_and_keys_of_rooms_are_only_what_they_look_like() -> None:
    for name, key in examples(many(2_000), 11, lambda rng: (anything(rng, 1), anything(rng, 1))):
        assert Place.from_report({"room": name, "host": key}) is None
