from __future__ import annotations

import json

import pytest

from aecore.core.spec import SpecError
from aecore.tasks import TASKS
from aecore.training.presets import ALL_PRESETS, ENCODERS
from aecore.training.rebuild import ALL
from aecore.training.shapes import adapted
from aecore.training.spatial_presets import SPATIAL_MODELS

KNOWN = ALL_PRESETS | ENCODERS | SPATIAL_MODELS


@pytest.mark.parametrize("name", KNOWN)
def test_a_card_can_hold_the_hyperparameters_and_a_reader_knows_the_model(name: str) -> None:
    preset = KNOWN[name]
    written = json.loads(json.dumps(preset.hyperparameters))
    assert "spec" not in written  # it has its place in the header
    assert (written["epochs"], written["batch"], written["task"]) == (preset.epochs, preset.batch, preset.task.name)
    assert preset.task.model in TASKS


def test_denoisers_say_what_they_undo() -> None:
    undone = {name: preset.hyperparameters.get("corruption") for name, preset in KNOWN.items()}
    assert {name: kind for name, kind in undone.items() if kind} == {
        "denoiser": "mixture",
        "book_denoiser": "gaussian",
        "denoiser_wide": "mixture",
    }


def test_what_has_a_spatial_latent_is_trained_by_name_and_offered_on_no_page() -> None:
    assert not SPATIAL_MODELS.keys() & ALL_PRESETS.keys()
    assert SPATIAL_MODELS.keys() <= {*ALL}
    for preset in SPATIAL_MODELS.values():
        assert preset.spec.latent is None
        with pytest.raises(SpecError, match="one size of pictures"):
            adapted(preset, (32, 32, 3))


def test_the_second_stage_counts_as_epochs() -> None:
    polish = ALL_PRESETS["default"].polish
    assert polish is not None
    assert ALL_PRESETS["default"].all_epochs == ALL_PRESETS["default"].epochs + polish.epochs
    assert ALL_PRESETS["mlp"].all_epochs == ALL_PRESETS["mlp"].epochs
