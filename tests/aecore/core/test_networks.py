"""Specs with inputs and networks of their own: what fits, what is refused, and what running them takes."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aecore.core.network import MAX_LAYERS
from aecore.core.spec import (
    MAX_LAYERS_IN_ALL,
    MAX_NETWORKS,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthToSpace,
    Flatten,
    Network,
    Reshape,
    Spec,
    SpecError,
)
from tests.architectures import COLOUR, OPEN, RANDOM, random_spec_of

ENCODER = [{"layer": "flatten"}, {"layer": "dense", "units": 16, "activation": "linear"}]
DECODER = [{"layer": "dense", "units": 784}, {"layer": "reshape", "shape": [28, 28, 1]}]
SHAPE = (6, 8, 2)
HALF, WIDE = Conv2D(2, 3, 2), Conv2D(2, 3)


def of(**networks: Network) -> dict[str, Any]:
    """Spell the fields of a Spec that reads one image."""
    return {"inputs": {"image": SHAPE}, "networks": networks}


def on(shape: Any, *layers: Any) -> dict[str, Any]:
    """Spell the fields of a Spec with one network on one input."""
    return {"inputs": {"image": shape}, "networks": {"net": Network(("image",), layers)}}


@pytest.mark.parametrize("name", RANDOM)
def test_a_spec_survives_json_in_its_order(name: str) -> None:
    spec = random_spec_of(name)
    again = Spec.from_dict(json.loads(json.dumps(spec.to_dict())))
    assert again == spec
    assert (list(again.inputs), list(again.networks)) == (list(spec.inputs), list(spec.networks))
    assert list(again.weight_shapes) == list(spec.weight_shapes)


def test_only_an_autoencoder_of_28_x_28_is_written_short() -> None:
    encoder, decoder = (Flatten(), Dense(4)), (Dense(784), Reshape((28, 28, 1)))
    short = Spec.autoencoder(encoder, decoder)
    assert list(short.to_dict()) == ["encoder", "decoder"]
    general = {
        "inputs": {"image": [28, 28, 1]},
        "latent": "encoder",
        "networks": {
            "encoder": {"reads": ["image"], "layers": short.to_dict()["encoder"]},
            "decoder": {"reads": ["encoder"], "layers": short.to_dict()["decoder"]},
        },
    }
    assert Spec.from_dict(general) == short
    wide = Spec.autoencoder(encoder, (Dense(768), Reshape((16, 16, 3))), shape=(16, 16, 3))
    for other in (
        wide,
        dataclasses.replace(short, networks={**short.networks, "more": Network(("image",), (Flatten(),))}),
        dataclasses.replace(short, latent=None),
        Spec(short.inputs, {**short.networks, "decoder": Network(("encoder",), (Dense(10, "softmax"),))}, "encoder"),
        Spec(short.inputs, {**short.networks, "decoder": Network(("image",), (Conv2D(1, 3),))}, None),
    ):
        assert list(other.to_dict()) == ["inputs", "latent", "networks"]
        assert Spec.from_dict(json.loads(json.dumps(other.to_dict()))) == other
    assert (short.is_autoencoder, wide.is_autoencoder, COLOUR.is_autoencoder, OPEN.is_autoencoder) == (1, 1, 0, 0)


def test_shapes_run_through_the_networks() -> None:
    assert COLOUR.layer_shapes["encoder"] == ((8, 8, 3), (4, 4, 2), (32,), (4,))
    assert COLOUR.layer_shapes["decoder"] == ((8, 8, 4), (8, 8, 2))
    assert COLOUR.latent_dim == 4
    assert COLOUR.weight_shapes["decoder.0.kernel"] == (3, 3, 4, 2)
    assert COLOUR.readers("encoder") == ["spread"]
    assert COLOUR.readers("luminance") == ["encoder", "fine"]
    assert COLOUR.total_stride == 1
    assert OPEN.shapes["up"] == (None, None, 3)
    assert OPEN.scales == {"photo": 1, "mask": 1, "down": Fraction(1, 6), "up": 1, "out": 1}
    assert (OPEN.total_stride, OPEN.latent_dim, OPEN.is_open) == (6, 0, True)
    assert OPEN.at(7, 12).shapes == {
        "photo": (12, 12, 3), "mask": (12, 12, 1), "down": (2, 2, 8), "up": (12, 12, 3), "out": (12, 12, 4),
    }  # fmt: skip
    assert OPEN.at(7, 12).weight_shapes == OPEN.weight_shapes


@pytest.mark.parametrize(
    ("want", "given", "needed"),
    [
        ("decoder", ("luminance", "chroma"), ["encoder", "fine", "spread", "decoder"]),
        ("decoder", ("luminance", "encoder"), ["fine", "spread", "decoder"]),
        ("decoder", ("fine", "encoder"), ["spread", "decoder"]),
        ("decoder", ("fine", "spread"), ["decoder"]),
        ("decoder", ("decoder",), []),
        ("fine", ("luminance",), ["fine"]),
        ("luminance", ("luminance",), []),
        ("encoder", ("luminance", "chroma", "fine"), ["encoder"]),
    ],
)
def test_only_what_is_wanted_is_needed(want: str, given: tuple[str, ...], needed: list[str]) -> None:
    assert COLOUR.needed(want, given) == needed


@pytest.mark.parametrize(
    ("want", "given", "says"),
    [
        ("decoder", ("luminance",), "decoder needs chroma, which is not given"),
        ("decoder", (), "decoder needs luminance, chroma, which is not given"),
        ("luminance", (), "luminance needs luminance, which is not given"),
        ("other", ("luminance",), "there is no input and no network 'other'; known: luminance, chroma, encoder"),
        ("fine", ("luminance", "z"), "there is no input and no network 'z'"),
    ],
)
def test_what_is_missing_is_named(want: str, given: tuple[str, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        COLOUR.needed(want, given)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"inputs": {}, "networks": of(a=Network(("image",), (WIDE,)))["networks"]}, "wanted 1 to 8 inputs, got 0"),
    (of(), "wanted 1 to 32 networks, got 0"),
    (of(**{f"n{i}": Network(("image",), (WIDE,)) for i in range(MAX_NETWORKS + 1)}), "wanted 1 to 32 networks, got 33"),
    ({**of(a=Network(("image",), (WIDE,))), "inputs": {f"i{i}": SHAPE for i in range(9)}}, "1 to 8 inputs, got 9"),
    (of(a=Network((), (WIDE,))), "the a must read 1 to 8 others, got 0"),
    (of(a=Network(("image",), ())), "the a needs 1 to 32 layers, got 0"),
    (of(a=Network(("image",), (WIDE,) * (MAX_LAYERS + 1))), "the a needs 1 to 32 layers, got 33"),
    (
        of(**{f"n{i}": Network(("image",), (WIDE,) * 13) for i in range(MAX_LAYERS_IN_ALL // 13 + 1)}),
        "at most 64 layers are allowed in all, got 65",
    ),
    (of(a=Network(("image", "image"), (WIDE,))), "the a reads the same twice"),
    (of(a=Network(("a",), (WIDE,))), "the a cannot read 'a': it is no input and no earlier network"),
    (of(a=Network(("image", "b"), (WIDE,)), b=Network(("a",), (WIDE,))), "the a cannot read 'b'"),
    (of(a=Network(("picture",), (WIDE,))), "the a cannot read 'picture'"),
    (of(image=Network(("image",), (WIDE,))), "image is the name of an input and of a network"),
    (
        {"inputs": {"a": SHAPE, "b": SHAPE}, "networks": {"net": Network(("a",), (WIDE,))}},
        "no network reads the input b",
    ),
    (
        of(a=Network(("image",), (HALF,)), b=Network(("image", "a"), (WIDE,))),
        "b, input: cannot concatenate",
    ),
    (of(a=Network(("image",), (Flatten(),)), b=Network(("image", "a"), (WIDE,))), "b, input: cannot concatenate"),
    (of(a=Network(("image",), (Flatten(), WIDE))), "a, layer 2: conv2d needs"),
    ({**of(a=Network(("image",), (WIDE,))), "latent": "b"}, "the latent 'b' is no network"),
    ({**of(a=Network(("image",), (WIDE,))), "latent": "image"}, "the latent 'image' is no network"),
    ({**of(a=Network(("image",), (WIDE,))), "latent": ["a"]}, "the latent .* is no network"),
    ({**of(a=Network(("image",), (WIDE,))), "latent": "a"}, "the a must end with a linear dense layer"),
    (
        {**of(a=Network(("image",), (Flatten(), Dense(4))), b=Network(("a",), (Reshape((2, 2, 1)),))), "latent": "a"},
        "the b must begin with a dense layer, for it reads the latent",
    ),
    (on((6, None, 2), WIDE), "the shape of the input image must be"),
    (on((6, 8, None), WIDE), "the shape of the input image must be"),
    (on((None,), WIDE), "the shape of the input image must be"),
    (on((6, 8), WIDE), "the shape of the input image must be"),
    (on((), WIDE), "the shape of the input image must be"),
    (on((6, 0, 2), WIDE), "the shape of the input image must be"),
    (on((6, True, 2), WIDE), "the shape of the input image must be"),
    (on((6, 8.0, 2), WIDE), "the shape of the input image must be"),
    (on((6, 8, 10_000), WIDE), "the shape of the input image must be"),
    (on([6, 8, 2], WIDE), "the shape of the input image must be"),
    (on((1024, 1025, 1), WIDE), "net, input: 1,049,600 numbers, more than 1,048,576"),
    (on((512, 512, 1), Conv2D(5, 3)), "net, layer 1 would output 1,310,720 numbers, more than 1,048,576"),
    (on((None, None, 2), Flatten()), "net, layer 1: flatten needs a known height and width"),
    (on((None, None, 2), WIDE, Flatten(), Dense(3)), "net, layer 2: flatten needs a known height and width"),
    (on((None, None, 2), Reshape((2, 2, 2))), "net, layer 1: reshape needs a known height and width"),
    (on((None, None, 2), Dense(3)), "net, layer 1: dense needs a vector"),
    (on((None, None, 2), Conv2D(2, 3, 17), Conv2D(2, 3, 16)), "open sizes must be multiples of 272, more than 256"),
    (on((None, None, 2), *[Conv2DTranspose(2, 3, 31)] * 3), "net, layer 2 would output"),
    (on((None, None, 2), *[Conv2DTranspose(2, 3, 31)] * 20), "net, layer 2 would output"),
    (on((None, None, 2), DepthToSpace(2)), "depth_to_space by 2 needs channels in multiples of 4"),
    (
        {
            "inputs": {"image": (None, None, 2)},
            "networks": {"half": Network(("image",), (HALF,)), "both": Network(("image", "half"), (WIDE,))},
        },
        "both reads maps of different sizes: image, half",
    ),
    (
        {
            "inputs": {"image": (None, None, 2), "fixed": SHAPE},
            "networks": {"net": Network(("image", "fixed"), (WIDE,))},
        },
        "net, input: cannot concatenate",
    ),
    (on((8, 8, 1), Flatten(), Dense(8192), Dense(8192)), "at most 16,000,000 parameters are allowed"),
]


@pytest.mark.parametrize(("fields", "says"), WRONG, ids=range(len(WRONG)))
def test_networks_that_do_not_fit_are_refused(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=says):
        Spec(**fields)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "1a",
        "_a",
        "a-b",
        "a.b",
        "a b",
        "a\n",
        "é",
        "٣",
        "a" * 33,
        "mixture",
        "../x",
        "__proto__",
        7,
        None,
        ("a",),
    ],
)
def test_names_that_are_unsafe_are_refused(name: Any) -> None:
    with pytest.raises(SpecError, match="a name must be up to 32 lowercase letters"):
        Spec({name: SHAPE}, {"net": Network((name,), (WIDE,))})
    with pytest.raises(SpecError, match="a name must be up to 32 lowercase letters"):
        Spec({"image": SHAPE}, {name: Network(("image",), (WIDE,))})


def test_concatenated_maps_are_bounded_too() -> None:
    wide = {f"n{i}": Network(("image",), (Conv2D(4, 1),)) for i in range(5)}
    networks = {**wide, "all": Network(tuple(wide), (Conv2D(1, 1),))}
    Spec({"image": (256, 200, 1)}, networks)
    with pytest.raises(SpecError, match=r"all, input: 1,310,720 numbers, more than 1,048,576"):
        Spec({"image": (256, 256, 1)}, networks)


@pytest.mark.parametrize("size", [(1025, 1024), (1, 8193), (0, 5), (-3, 5)])
def test_a_canvas_that_is_too_large_or_nothing_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(SpecError):
        OPEN.at(*size)


layer_rows = st.fixed_dictionaries(
    {"layer": st.sampled_from(["dense", "conv2d", "conv2d_transpose", "depth_to_space", "flatten", "reshape"])},
    optional={
        key: st.integers(-1, 9000) | st.integers(1, 4) | st.none()
        for key in ("units", "filters", "kernel", "stride", "block", "activation", "shape", "extra")
    },
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(["image", "a", "b", "encoder", "mixture", "A", ""])
sizes = st.lists(st.none() | st.integers(-1, 40) | st.sampled_from([8192, 10**400, 2.0, True]), max_size=4)
networks = st.fixed_dictionaries(
    {"reads": st.lists(names, max_size=3), "layers": st.lists(layer_rows, max_size=3)}, optional={"extra": json_values}
)


@given(
    st.one_of(
        json_values,
        st.fixed_dictionaries({"encoder": st.lists(layer_rows), "decoder": st.lists(layer_rows)}),
        st.fixed_dictionaries({"encoder": st.just(ENCODER), "decoder": st.lists(layer_rows, max_size=3)}),
        layer_rows.map(lambda row: {"encoder": [row, *ENCODER], "decoder": DECODER}),
        layer_rows.map(lambda row: {"encoder": ENCODER, "decoder": [DECODER[0], row]}),
        st.fixed_dictionaries(
            {
                "inputs": st.dictionaries(names, sizes, max_size=3) | json_values,
                "latent": st.none() | names | json_values,
                "networks": st.dictionaries(names, networks | json_values, max_size=4) | json_values,
            }
        ),
        st.tuples(sizes, st.lists(layer_rows, max_size=4)).map(
            lambda pair: {
                "inputs": {"image": pair[0]},
                "latent": None,
                "networks": {"net": {"reads": ["image"], "layers": pair[1]}},
            }
        ),
        st.tuples(st.sampled_from(RANDOM), st.sampled_from(["inputs", "latent", "networks"]), json_values).map(
            lambda forged: {**random_spec_of(forged[0]).to_dict(), forged[1]: forged[2]}
        ),
    )
)
def test_any_json_gives_a_spec_or_a_spec_error(data: Any) -> None:
    try:
        spec = Spec.from_dict(data)
    except SpecError as error:
        said = str(error)
    else:
        assert Spec.from_dict(spec.to_dict()) == spec
        said = ""
    assert len(said) < 400
