"""Presets for pictures of other shapes."""

from __future__ import annotations

import numpy as np
import pytest

from aecore.core.forward import run
from aecore.core.spec import Conv2D, DepthToSpace, SpecError
from aecore.training.job import check_size
from aecore.training.presets import ALL_PRESETS
from aecore.training.shapes import adapted, for_count, spec_for
from tests.architectures import random_weights

SHAPES = [(28, 28, 3), (32, 32, 3), (32, 32, 1), (64, 64, 1), (48, 48, 3), (16, 16, 1), (8, 8, 1)]
NAMES = [name for name, preset in ALL_PRESETS.items() if preset.spec.is_autoencoder]


@pytest.mark.parametrize("name", NAMES)
def test_its_own_shape_leaves_a_preset_as_it_is(name: str) -> None:
    assert adapted(ALL_PRESETS[name], (28, 28, 1)) is ALL_PRESETS[name]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_networks_fit_other_pictures(name: str, shape: tuple[int, int, int]) -> None:
    preset = adapted(ALL_PRESETS[name], shape)
    assert preset.spec.shapes["image"] == preset.spec.shapes["decoder"] == shape
    assert preset.spec.latent_dim == ALL_PRESETS[name].spec.latent_dim
    assert preset.spec.parameter_count < 8_000_000
    assert (preset.drawings, preset.start_from, preset.polish) == (0, None, None)
    assert (preset.warped_copies, preset.warped_fraction) == (0, 0)


def test_large_pictures_are_halved_once_more() -> None:
    spec = spec_for(ALL_PRESETS["book"].spec, (64, 64, 1))
    encoder, decoder = (spec.networks[side].layers for side in ("encoder", "decoder"))
    assert [layer.stride for layer in encoder if isinstance(layer, Conv2D)] == [2, 2, 2]
    assert sum(isinstance(layer, DepthToSpace) for layer in decoder) == 1
    assert spec.layer_shapes["encoder"][3] == (8, 8, 64)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_preset_for_pictures_fits_the_largest_by_coarser_ends(channels: int) -> None:
    spec = spec_for(ALL_PRESETS["pictures"].spec, (64, 64, channels))
    first, last = spec.networks["encoder"].layers[0], spec.networks["decoder"].layers[-1]
    assert (first.kernel, first.stride, last.block) == (8, 8, 8)
    check_size(spec)  # a training of it is allowed


def test_what_cannot_be_halved_is_refused() -> None:
    with pytest.raises(SpecError, match="30 x 30 are no multiple of 4"):
        spec_for(ALL_PRESETS["book"].spec, (30, 30, 1))
    with pytest.raises(SpecError, match="from 1 to 8192, got 12288"):
        spec_for(ALL_PRESETS["mlp"].spec, (64, 64, 3))


def test_pictures_go_through() -> None:
    spec = spec_for(ALL_PRESETS["pocket"].spec, (32, 32, 3))
    images = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    assert run(spec, random_weights(spec, 0), {"image": images}, "decoder").shape == (2, 32, 32, 3)


@pytest.mark.parametrize(("count", "batch"), [(60_000, 256), (20_000, 128), (8_000, 64), (100, 32), (0, 32)])
def test_few_pictures_come_in_small_batches(count: int, batch: int) -> None:
    preset, fitting = ALL_PRESETS["pocket"], for_count(ALL_PRESETS["pocket"], count)
    assert fitting.batch == batch
    assert fitting.learning_rate == pytest.approx(preset.learning_rate * (batch / preset.batch) ** 0.5)
    assert for_count(ALL_PRESETS["book"], count).batch == 32  # smaller already


def test_only_few_pictures_are_shifted() -> None:
    shifted = [for_count(ALL_PRESETS["pictures"], count).shifted_fraction for count in (8_000, 60_000)]
    assert shifted == [ALL_PRESETS["pictures"].shifted_fraction, 0]
    assert shifted[0] > 0
