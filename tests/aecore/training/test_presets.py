from __future__ import annotations

import json

import pytest

from aecore.tasks import TASKS
from aecore.training.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_a_card_can_hold_the_hyperparameters_and_a_reader_knows_the_model(name: str) -> None:
    preset = PRESETS[name]
    written = json.loads(json.dumps(preset.hyperparameters))
    assert "spec" not in written  # it has its place in the header
    assert (written["epochs"], written["batch"], written["task"]) == (preset.epochs, preset.batch, preset.task.name)
    assert preset.task.model in TASKS


def test_denoisers_say_what_they_undo() -> None:
    undone = {name: preset.hyperparameters.get("corruption") for name, preset in PRESETS.items()}
    assert {name: kind for name, kind in undone.items() if kind} == {"denoiser": "mixture", "book_denoiser": "gaussian"}


def test_the_second_stage_counts_as_epochs() -> None:
    polish = PRESETS["default"].polish
    assert polish is not None
    assert PRESETS["default"].all_epochs == PRESETS["default"].epochs + polish.epochs
    assert PRESETS["mlp"].all_epochs == PRESETS["mlp"].epochs
