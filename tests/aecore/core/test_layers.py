"""A kind of layer is described once: JSON, text, Keras calls, counts and words follow from its fields."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import pytest

from aecore.core.layers import (
    LAYERS,
    MAX_FIELD,
    MAX_WINDOW,
    Activation,
    KerasCall,
    Layer,
    Shape,
    SpecError,
    check_fields,
    fields_of,
    layer_from_dict,
    layer_to_dict,
)
from aecore.core.spec import Network, Spec
from aecore.export.keras_code import keras_code
from aecore.export.layer_text import layers_from_text, layers_to_text
from tests.random_specs import random_spec
from ui.features.learn.layers import describe


@dataclass(frozen=True)
class Sharpen(Layer):
    """Subtract a part of the mean over a window: (h, w, c) -> (h, w, c)."""

    name: ClassVar[str] = "sharpen"
    example: ClassVar[tuple[Any, ...]] = (3, 2, "relu")
    label: ClassVar[str] = "sharpen {reach}"
    title: ClassVar[str] = "Sharpen by {reach}"
    reach: int
    strength: int = 1
    activation: Activation = "linear"

    def output_shape(self, shape: Shape) -> Shape:
        return (*self._resized(shape), shape[2])

    def keras_calls(self, shape: Shape) -> tuple[KerasCall, ...]:
        return (KerasCall("Sharpen", (self.reach,), {"strength": self.strength}, shape),)


@pytest.fixture
def sharpen(monkeypatch: pytest.MonkeyPatch) -> Sharpen:
    """Add a kind of layer, as somebody would in layers.py."""
    monkeypatch.setitem(LAYERS, "sharpen", Sharpen)
    return Sharpen(5, 2, "relu")


def test_a_new_kind_needs_no_other_place_for_json_text_and_code(sharpen: Sharpen) -> None:
    row = {"layer": "sharpen", "reach": 5, "strength": 2, "activation": "relu"}
    assert layer_to_dict(sharpen) == row
    assert layer_from_dict(row) == sharpen
    assert layers_to_text([sharpen, Sharpen(3)]) == "sharpen 5 strength 2 relu\nsharpen 3"
    assert layers_from_text("sharpen 5 strength 2 relu\nSharpen 3") == (sharpen, Sharpen(3))
    with pytest.raises(SpecError, match="a sharpen layer is written like `sharpen 3 strength 2 relu`"):
        layers_from_text("sharpen")
    with pytest.raises(SpecError, match="sharpen: strength must be a whole number from 1 to 8192"):
        check_fields(Sharpen(5, 9999))
    spec = Spec({"photo": (None, None, 3)}, {"net": Network(("photo",), (sharpen,))})
    assert Spec.from_dict(spec.to_dict()) == spec
    assert "x = layers.Sharpen(5, strength=2)(photo)  # (None, None, 3)" in keras_code(spec)


def test_a_new_kind_is_described_in_its_own_words(sharpen: Sharpen) -> None:
    flat = layers_from_text("flatten\ndense 4")
    decoder = (*layers_from_text("dense 784\nreshape 28 28 1"), sharpen)
    stage = describe(Spec.autoencoder(flat, decoder))[-1]
    assert (stage["label"], stage["title"]) == ("sharpen 5", "Sharpen by 5, relu")
    assert stage["sentence"].startswith("Subtract a part of the mean over a window; relu turns")


def test_random_specs_hold_a_new_kind_by_themselves(sharpen: Sharpen) -> None:
    specs = [random_spec(np.random.default_rng(i)) for i in range(40)]
    layers = [layer for spec in specs for network in spec.networks.values() for layer in network.layers]
    assert sum(isinstance(layer, Sharpen) for layer in layers) >= 5


@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_an_example_says_how_a_kind_is_written(kind: type[Layer]) -> None:
    layer = kind(*kind.example)
    check_fields(layer)
    assert layers_from_text(layers_to_text([layer])) == (layer,)
    assert {type_ for _, type_, _ in fields_of(kind)} <= {"int", "Shape", "Activation"}


@pytest.mark.parametrize(
    ("text", "before", "count"),
    [
        ("dense 5", (7,), 35),
        ("conv2d 6 kernel 3 stride 2", (7, 9, 4), 9 * 4 * 6 * 4 * 5),
        ("conv2d_transpose 6 kernel 3 stride 2", (7, 9, 4), 9 * 4 * 6 * 7 * 9),
        ("depth_to_space 2", (7, 9, 4), 0),
        ("flatten", (7, 9, 4), 0),
    ],
)
def test_multiplications_by_hand(text: str, before: Shape, count: int) -> None:
    (layer,) = layers_from_text(text)
    assert layer.multiplications(before) == count


@pytest.mark.parametrize(
    "text", ["conv2d 2 kernel 4 stride 3", "conv2d_transpose 2 kernel 2 stride 3", "depth_to_space 2"]
)
def test_an_open_size_grows_as_a_known_one_does(text: str) -> None:
    (layer,) = layers_from_text(text)
    assert layer.output_shape((None, None, 4))[:2] == (None, None)
    for n in (3, 6, 9):
        assert layer.output_shape((n, 2 * n, 4))[:2] == (n * layer.scale, 2 * n * layer.scale)
    assert layer.scale in (Fraction(1, 3), 3, 2)


def test_windows_are_bounded_more_tightly_than_counts() -> None:
    (layer,) = layers_from_text(f"conv2d {MAX_FIELD} kernel {MAX_WINDOW} stride {MAX_WINDOW}")
    check_fields(layer)
    for text in (f"conv2d {MAX_FIELD + 1} kernel 3", f"conv2d 1 kernel {MAX_WINDOW + 1}", "depth_to_space 32"):
        with pytest.raises(SpecError, match="must be a whole number from 1 to"):
            check_fields(layers_from_text(text)[0])


@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_keras_calls_end_with_the_shape_of_the_layer(kind: type[Layer]) -> None:
    layer = kind(*kind.example)
    shape = {"dense": (7,), "reshape": (7 * 7 * 32,)}.get(layer.name, (6, 8, 4))
    calls = layer.keras_calls(shape)
    assert calls[-1].shape == layer.output_shape(shape)
    assert all(math.prod(call.shape) for call in calls)
