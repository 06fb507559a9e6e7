from __future__ import annotations

import math

import pytest

import aecore
from aecore.training.presets import PRESETS
from tests.architectures import LAYERS
from ui.features.learn.layers import describe

SPECS = {name: preset.spec for name, preset in PRESETS.items()} | LAYERS


@pytest.mark.parametrize("name", SPECS)
def test_parameters_and_shapes_add_up(name: str) -> None:
    spec = SPECS[name]
    stages = describe(spec)
    assert len(stages) == 1 + sum(len(network.layers) for network in spec.networks.values())
    assert sum(stage["parameters"] for stage in stages) == spec.parameter_count
    for stage in stages:
        products = [math.prod(map(int, term.split(" · "))) for term in stage["sum"].split(" + ") if term]
        assert sum(products) == stage["parameters"]
    assert [stage["side"] for stage in stages].count("latent") == 1
    latent = next(stage for stage in stages if stage["side"] == "latent")
    assert latent["shape"] == [spec.latent_dim]
    assert stages[0]["shape"] == stages[-1]["shape"] == [28, 28, 1]


@pytest.mark.parametrize("name", SPECS)
def test_every_layer_has_one_sentence_and_a_short_label(name: str) -> None:
    for stage in describe(SPECS[name]):
        assert stage["sentence"].endswith(".")
        assert stage["sentence"].count(". ") <= 1  # the last layer's says that this is the reconstruction
        assert 2 < len(stage["label"]) <= len("depth to space")
        assert "None" not in stage["sentence"] + stage["title"]


def test_grey_values_are_told_from_other_numbers() -> None:
    grey = [stage["grey"] for stage in describe(aecore.load("default").spec)]
    assert grey == [True] + 12 * [False] + 2 * [True]  # the digit; what the last sigmoid put out, then woven
    dense = [(stage["label"], stage["grey"]) for stage in describe(aecore.load("mlp").spec)]
    assert dense[:2] == [("digit", True), ("flatten", True)]
    assert dense[-2:] == [("dense 784", True), ("reshape", True)]
    assert not any(grey for _, grey in dense[2:-2])
