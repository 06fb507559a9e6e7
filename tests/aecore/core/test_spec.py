from __future__ import annotations

import json
from typing import Any

import pytest

from aecore.core.layers import MAX_FIELD, layer_from_dict, layer_to_dict
from aecore.core.network import MAX_LAYERS
from aecore.core.spec import (
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthToSpace,
    Flatten,
    Reshape,
    Spec,
    SpecError,
    shapes,
)
from aecore.training.presets import PRESETS
from tests.architectures import latent_dim_of

ENCODER = [{"layer": "flatten"}, {"layer": "dense", "units": 16, "activation": "linear"}]
DECODER = [{"layer": "dense", "units": 784}, {"layer": "reshape", "shape": [28, 28, 1]}]


@pytest.mark.parametrize("name", PRESETS)
def test_a_spec_survives_json(name: str) -> None:
    spec = PRESETS[name].spec
    assert Spec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_the_latent_numbers_its_name_says(name: str) -> None:
    assert PRESETS[name].spec.latent_dim == latent_dim_of(name)


def test_book_is_the_cnn_of_the_book() -> None:
    spec = PRESETS["book"].spec
    # Counted by hand: 320 + 18,496 + 50,192 in the encoder, 53,312 + 36,928 + 18,464 + 289 in the decoder.
    assert spec.parameter_count == 178_001
    assert spec.weight_shapes["encoder.1.kernel"] == (3, 3, 32, 64)
    assert spec.weight_shapes["decoder.3.kernel"] == (3, 3, 32, 64)  # transposed: filters before channels
    assert spec.weight_shapes["decoder.4.bias"] == (1,)


def test_defaults_may_be_left_out() -> None:
    spec = Spec.from_dict({"encoder": ENCODER, "decoder": DECODER})
    assert spec.networks["decoder"].layers[0] == Dense(784, "linear")
    assert layer_from_dict({"layer": "conv2d", "filters": 3, "kernel": 5}) == Conv2D(3, 5, 1, "linear")


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        (Dense(5), (7,), (5,)),
        (Conv2D(6, 3, 1), (28, 28, 1), (28, 28, 6)),
        (Conv2D(6, 3, 2), (7, 9, 4), (4, 5, 6)),
        (Conv2D(6, 2, 3), (7, 9, 4), (3, 3, 6)),
        (Conv2DTranspose(6, 3, 2), (7, 9, 4), (14, 18, 6)),
        (DepthToSpace(2), (7, 9, 8), (14, 18, 2)),
        (DepthToSpace(3), (2, 4, 9), (6, 12, 1)),
        (Flatten(), (7, 9, 8), (504,)),
        (Reshape((7, 9, 8)), (504,), (7, 9, 8)),
    ],
)
def test_layers_know_their_output_shape(layer: Any, before: tuple[int, ...], after: tuple[int, ...]) -> None:
    assert shapes([layer], before) == [after]
    assert layer_from_dict(json.loads(json.dumps(layer_to_dict(layer)))) == layer


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("dense", "a layer must be a mapping, got str"),
        ({}, "unknown layer None"),
        ({"layer": "attention"}, "unknown layer 'attention'"),
        ({"layer": ["dense"]}, "unknown layer"),
        ({"layer": "dense"}, "dense does not take the fields"),
        ({"layer": "dense", "units": 3, "bias": 1}, "dense does not take the fields"),
        ({"layer": "dense", "units": 3, "name": "x"}, "dense does not take the fields"),
    ],
)
def test_a_wrong_layer_is_refused(row: Any, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        layer_from_dict(row)


@pytest.mark.parametrize("wrong", [0, -1, MAX_FIELD + 1, True, 2.0, "2", None, [2], {"a": 1}, 10**400])
@pytest.mark.parametrize("field", ["filters", "kernel", "stride"])
def test_wrong_numbers_are_refused(field: str, wrong: Any) -> None:
    row = {"layer": "conv2d", "filters": 2, "kernel": 3, "stride": 2, field: wrong}
    with pytest.raises(SpecError, match=f"conv2d: {field} must be a whole number"):
        Spec.from_dict({"encoder": [row, *ENCODER], "decoder": DECODER})


@pytest.mark.parametrize("wrong", ["gelu", None, 1, ["relu"], {}])
def test_unknown_activations_are_refused(wrong: Any) -> None:
    with pytest.raises(SpecError, match="unknown activation"):
        Spec.from_dict({"encoder": [ENCODER[0], {**ENCODER[1], "activation": wrong}], "decoder": DECODER})


@pytest.mark.parametrize("shape", [784, "784", None, [], [28, 28], [1, 28, 28, 1], [28, 28, 0], [28, 28, -1], [True]])
def test_wrong_shapes_are_refused(shape: Any) -> None:
    with pytest.raises(SpecError, match="reshape"):
        Spec.from_dict({"encoder": ENCODER, "decoder": [DECODER[0], {"layer": "reshape", "shape": shape}]})


@pytest.mark.parametrize(
    ("encoder", "decoder", "says"),
    [
        ((), (Dense(784), Reshape((28, 28, 1))), "the encoder needs 1 to"),
        ((Flatten(), Dense(16)), (), "the decoder needs 1 to"),
        ((Flatten(),) * MAX_LAYERS + (Dense(16),), (Dense(784), Reshape((28, 28, 1))), "the encoder needs 1 to"),
        ((Dense(16),), (Dense(784), Reshape((28, 28, 1))), "layer 1: dense needs a vector"),
        ((Flatten(), Dense(16, "relu")), (Dense(784), Reshape((28, 28, 1))), "end with a linear dense layer"),
        ((Dense(16), Flatten()), (Dense(784), Reshape((28, 28, 1))), "end with a linear dense layer"),
        ((Flatten(), Dense(16)), (Reshape((4, 4, 1)), Dense(784)), "begin with a dense layer"),
        ((Flatten(), Dense(16)), (Dense(784),), r"must end with shape \(28, 28, 1\), got \(784,\)"),
        ((Flatten(), Dense(16)), (Dense(785), Reshape((28, 28, 1))), "layer 2: cannot reshape"),
        ((Flatten(), Conv2D(1, 3), Dense(16)), (Dense(784), Reshape((28, 28, 1))), "layer 2: conv2d needs"),
        ((Flatten(), Conv2DTranspose(1, 3), Dense(16)), (Dense(784),), "layer 2: conv2d_transpose needs"),
        ((DepthToSpace(2), Dense(16)), (Dense(784),), "layer 1: depth_to_space by 2 needs channels in multiples of 4"),
        ((Flatten(), DepthToSpace(2), Dense(16)), (Dense(784),), "layer 2: depth_to_space needs"),
        ((Conv2DTranspose(8192, 3, 31), Flatten(), Dense(16)), (Dense(784),), "layer 1 would output"),
        ((Conv2D(1, 2000), Flatten(), Dense(16)), (Dense(784),), "kernel must be a whole number from 1 to 31"),
        ((Flatten(), Dense(8192), Dense(8192), Dense(16)), (Dense(784), Reshape((28, 28, 1))), "at most 16,000,000"),
    ],
)
def test_an_architecture_that_does_not_fit_is_refused(encoder: Any, decoder: Any, says: str) -> None:
    with pytest.raises(SpecError, match=says):
        Spec.autoencoder(encoder, decoder)
