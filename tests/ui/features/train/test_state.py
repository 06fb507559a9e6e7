from __future__ import annotations

from typing import Any

import msgspec
import pytest

from aecore.training.job import FRACTIONS, MAX_EPOCHS, MAX_LATENT, Job
from aecore.training.presets import ALL_PRESETS
from tests.visitors import visiting
from ui.features.train.form import job_of
from ui.features.train.state import (
    BATCH_SIZES,
    LEVELS,
    LONGEST,
    NONE,
    RATES,
    STROKES,
    Form,
    Training,
    for_own_pictures,
    form_of,
)
from ui.services import own_data
from ui.state.link import read_link


@pytest.mark.parametrize("name", ALL_PRESETS)
def test_a_form_that_a_preset_fills_is_valid_and_makes_its_training(name: str) -> None:
    form, preset = form_of(name, data=STROKES), ALL_PRESETS[name]
    assert Form.from_report(form.to_json()) == form
    job = job_of(form)
    assert isinstance(job, Job)
    assert (job.spec, job.epochs, job.batch) == (preset.spec, preset.epochs, preset.batch)
    assert job.learning_rate == preset.learning_rate
    assert job.corruption == preset.task.settings().get("corruption")


@pytest.mark.parametrize(
    "change",
    [
        *({"preset": one} for one in ("nobody", "", 3, None)),
        *({"data": one} for one in ("mnist", 0.3, 0, True, None)),
        *({"latent": one} for one in (0, MAX_LATENT + 1, 2.5, True)),
        *({"epochs": one} for one in (0, MAX_EPOCHS + 1)),
        *({"batch": one} for one in (0, 17, max(BATCH_SIZES) * 2, "64")),
        *({"rate": one} for one in (0, RATES[0] / 2, RATES[1] * 2, float("nan"))),
        *({"level": one} for one in (LEVELS[0] - 0.01, LEVELS[1] + 0.01, float("inf"))),
        *({"corruption": one} for one in ("hum", "", None)),
        *({"encoder": one} for one in ("x" * (LONGEST + 1), None, ["flatten"], "\ud800")),
    ],
)
def test_a_form_that_could_not_have_been_filled_in_is_none(change: dict[str, Any]) -> None:
    valid = form_of("mlp").to_json()
    assert Form.from_report({**valid, **change}) is None
    assert Training.from_report({"form": {**valid, **change}}) is None


def test_every_choice_of_the_form_is_one() -> None:
    valid = form_of("mlp").to_json()
    for change in (
        *({"data": one} for one in (*FRACTIONS, STROKES)),
        *({"batch": one} for one in BATCH_SIZES),
        *({"rate": one} for one in (*RATES, 0.00125, 0.00002)),
        *({"level": one} for one in LEVELS),
        {"corruption": NONE},
    ):
        form = Form.from_report({**valid, **change})
        assert form is not None
        assert change.items() <= form.to_json().items()


def test_a_form_without_one_of_its_fields_is_none() -> None:
    valid = form_of("mlp").to_json()
    for field in (one for one in msgspec.structs.fields(Form) if one.required):  # earlier browsers know no shape
        assert Form.from_report({name: value for name, value in valid.items() if name != field.name}) is None


def test_a_link_to_a_training_that_is_not_here_shows_none(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path))
    with visiting():
        for secret in ("0" * 32, "", "../x", "\ud800"):
            assert read_link({"run": secret}).state(Training) is None


@pytest.mark.parametrize(
    ("count", "shape", "before", "epochs"),
    [
        (1_000, (28, 28, 1), 20, 20),
        (10_240, (28, 28, 1), 20, 4),
        (10_240, (28, 28, 1), 50, 50),  # the visitor's own choice
        (100_000, (28, 28, 1), 20, 4),
        (2_720, (64, 64, 1), 20, 4),
    ],
)
def test_many_pictures_are_seen_in_few_epochs_unless_the_visitor_chose_a_number(
    monkeypatch: pytest.MonkeyPatch, count: int, shape: tuple[int, int, int], before: int, epochs: int
) -> None:
    monkeypatch.setattr(own_data, "about", lambda secret: {"shape": shape, "count": count})
    with visiting():
        assert for_own_pictures(form_of("mlp", epochs=before)).epochs == epochs
        assert for_own_pictures(form_of("book", epochs=before)).epochs == before


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (40, 40, 3), (64, 64, 1), (64, 64, 3)])
def test_pictures_of_every_size_get_the_preset_for_pictures(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(own_data, "about", lambda secret: {"shape": shape, "count": 3_000})
    with visiting():
        form = for_own_pictures(form_of("mlp"))
        assert (form.preset, form.shape) == ("pictures", shape)
        assert isinstance(job_of(form), Job)
