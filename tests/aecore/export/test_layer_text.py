"""Layers as text: what is written can be read, and what cannot be read is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.core.spec import Conv2D, Dense, DepthToSpace, Flatten, Reshape, Spec, SpecError
from aecore.export.layer_text import layers_from_text, layers_to_text
from aecore.training.presets import PRESETS
from tests.architectures import LAYERS

SPECS = {**LAYERS, **{name: preset.spec for name, preset in PRESETS.items()}}


@pytest.mark.parametrize("name", SPECS)
def test_every_layer_comes_back_as_it_was(name: str) -> None:
    spec = SPECS[name]
    for network in spec.networks.values():
        assert layers_from_text(layers_to_text(network.layers)) == network.layers


def test_it_reads_as_people_write() -> None:
    text = "  Conv2D 16 kernel 3 stride 2 relu\n\nflatten\ndense 4\nreshape 2 2 1\ndepth_to_space 2"
    wanted = (Conv2D(16, 3, 2, "relu"), Flatten(), Dense(4), Reshape((2, 2, 1)), DepthToSpace(2))
    assert layers_from_text(text) == wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dense", "line 1: a dense layer is written like `dense 256 silu`"),
        ("flatten\nconv2d 16 relu", "line 2: a conv2d layer is written like"),
        ("flatten 3", "line 1: '3' is not part of a flatten layer"),
        ("lambda x: 1", "line 1: unknown layer 'lambda'"),
        ("dense -3", "line 1: wanted a whole number, got '-3'"),
        ("dense 9999999", "line 1: wanted a whole number"),
        ("dense 3 kernel 2", "line 1: 'kernel' is not part of a dense layer"),
        ("dense 3 import os", "line 1: 'import' is not part of a dense layer"),
        ("flatten\n" * 33, "at most 32 layers"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        layers_from_text(text)


@pytest.mark.parametrize("text", ["", "dense 0", "reshape", "reshape 1 2", "conv2d 1 kernel 99999"])
def test_what_can_be_read_but_not_built_is_left_to_the_spec(text: str) -> None:
    with pytest.raises(SpecError):
        Spec.autoencoder(
            (*layers_from_text(text), Dense(4)), (Dense(784), *layers_from_text(text), Reshape((28, 28, 1)))
        )


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["dense", "conv2d", "reshape", "kernel", "3", "0", "relu", "\n"])).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        layers = layers_from_text(text)
    except SpecError:
        return
    assert len(layers) <= 32
