"""A network, layer by layer, in plain words: what the picture of it on the page How it works says."""

from __future__ import annotations

import math
from typing import Any

from aecore.core.spec import (
    IMAGE_SHAPE,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthToSpace,
    Flatten,
    Layer,
    Reshape,
    Shape,
    Spec,
    shapes,
)

_ACTIVATIONS = {
    "linear": "",
    "relu": "; relu turns what is negative into 0",
    "silu": "; silu lets positive sums pass and damps negative ones to almost 0",
    "sigmoid": "; the sigmoid squeezes every sum into 0 to 1, a grey value",
    "tanh": "; tanh squeezes every sum into −1 to 1",
}


def describe(spec: Spec) -> list[dict[str, Any]]:
    """Return the input and every layer as plain JSON data: side, label, title, shape, parameters, sum and sentence.

    `sum` says how the parameters add up; `name` is the Spec's, such as "encoder.0"; the input's side is "input", that
    of the encoder's last layer "latent"; `grey`: all its numbers are grey values.
    """
    pixels = math.prod(IMAGE_SHAPE)
    stages = [
        {
            "name": "input",
            "side": "input",
            "label": "digit",
            "title": "The digit x",
            "shape": list(IMAGE_SHAPE),
            "parameters": 0,
            "sum": "",
            "grey": True,
            "sentence": f"The digit as the network sees it: {pixels} grey values from 0 (black) to 1 (white).",
        }
    ]
    for side, layers, shape in (
        ("encoder", spec.encoder, IMAGE_SHAPE),
        ("decoder", spec.decoder, (spec.latent_dim,)),
    ):
        inputs = (shape, *shapes(layers, shape))
        grey = side == "encoder"
        for i, layer in enumerate(layers):
            # What only moves numbers about leaves grey values grey.
            grey = getattr(layer, "activation", "sigmoid" if grey else "linear") == "sigmoid"
            weights = layer.weight_shapes(inputs[i])
            label, title, sentence = _in_words(layer, inputs[i], inputs[i + 1])
            is_latent = side == "encoder" and i == len(layers) - 1
            if is_latent:
                label, title, sentence = "latent", "The latent z", _latent(spec.latent_dim, inputs[i])
            elif side == "decoder" and i == len(layers) - 1:
                sentence += " This is the reconstruction x̃."
            stages.append(
                {
                    "name": f"{side}.{i}",
                    "side": "latent" if is_latent else side,
                    "label": label,
                    "title": title,
                    "shape": list(inputs[i + 1]),
                    "parameters": sum(math.prod(s) for s in weights.values()),
                    "sum": " + ".join(" · ".join(map(str, s)) for s in weights.values()),
                    "grey": grey,
                    "sentence": sentence,
                }
            )
    return stages


def _latent(dim: int, before: Shape) -> str:
    numbers = "one number, a weighted sum" if dim == 1 else f"{dim} numbers, each a weighted sum"
    return (
        f"The bottleneck: {numbers} of the {before[0]} before; all that the decoder will ever learn of the digit's "
        f"{math.prod(IMAGE_SHAPE)} pixels."
    )


def _in_words(layer: Layer, before: Shape, after: Shape) -> tuple[str, str, str]:
    """Return a layer's short label, its title, and what it does with these shapes in one sentence."""
    match layer:
        case Dense(units, activation):
            head = f"Each of the {units} numbers is a weighted sum of all {before[0]} before it, plus a bias"
            return f"dense {units}", _title("Dense", activation), f"{head}{_ACTIVATIONS[activation]}."
        case Conv2D(filters, kernel, stride, activation):
            title = _title(f"Convolution {kernel} × {kernel}", activation, stride)
            if kernel == 1:
                head = (
                    f"At every pixel, {filters} new numbers are mixed from the {before[2]} there, without a look around"
                )
            else:
                field = f"{kernel} × {kernel} pixels" + ("" if before[2] == 1 else f" of all {before[2]} maps")
                over = "image" if before[2] == 1 else "maps"
                head = f"{_filters(filters)} over the {over}, {field} at a time, and notes how well its pattern fits"
            if stride > 1:
                head += f"; in steps of {stride}, so {_size(before)} becomes {_size(after)}"
            return f"conv {kernel}×{kernel}", title, f"{head}{_ACTIVATIONS[activation]}."
        case Conv2DTranspose(filters, kernel, stride, activation):
            title = _title(f"Transposed convolution {kernel} × {kernel}", activation, stride)
            head = (
                f"A convolution backwards: every pixel of the {before[2]} maps paints a patch of {kernel} × {kernel} "
                f"on {'one new map' if filters == 1 else f'each of {filters} new maps'}"
            )
            if stride > 1:
                head += f"; in steps of {stride}, so {_size(before)} becomes {_size(after)}"
            return f"conv ᵀ {kernel}×{kernel}", title, f"{head}{_ACTIVATIONS[activation]}."
        case DepthToSpace(block):
            sentence = (
                f"Every {block**2} maps are woven into one that is {block} times as high and wide, a checkerboard of "
                "their pixels: nothing is computed."
            )
            return "weave", f"Depth to space, {block} × {block}", sentence
        case Flatten():
            return (
                "flatten",
                "Flatten",
                f"The same {after[0]} numbers, written one after the other: nothing is computed.",
            )
        case Reshape(shape):
            many = f"{shape[2]} maps of {_size(shape)} pixels" if len(shape) == 3 and shape[2] > 1 else "an image"
            sentence = f"The same {math.prod(shape)} numbers, laid out as {many}: nothing is computed."
            return "reshape", "Reshape", sentence


def _title(name: str, activation: str, stride: int = 1) -> str:
    parts = [name, f"stride {stride}" if stride > 1 else "", "" if activation == "linear" else activation]
    return ", ".join(part for part in parts if part)


def _filters(count: int) -> str:
    return "A filter slides" if count == 1 else f"Each of {count} filters slides"


def _size(shape: Shape) -> str:
    return f"{shape[0]} × {shape[1]}"
