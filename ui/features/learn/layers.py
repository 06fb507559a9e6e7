"""Descriptions of a network's layers in plain words, for the picture on the page "How it works"."""

from __future__ import annotations

import math
from typing import Any

from aecore.core.layers import Layer, Shape
from aecore.core.spec import Conv2D, Conv2DTranspose, Dense, DepthToSpace, Flatten, Reshape, Spec

_ACTIVATIONS = {
    "relu": "; relu turns what is negative into 0",
    "silu": "; silu lets positive sums pass and damps negative ones to almost 0",
    "sigmoid": "; the sigmoid squeezes every sum into 0 to 1, a grey value",
    "tanh": "; tanh squeezes every sum into −1 to 1",
    "softmax": "; softmax turns the sums into fractions that add up to 1",
}


def describe(spec: Spec) -> list[dict[str, Any]]:
    """Return an autoencoder's input and layers as plain JSON data: side, label, title, shape, parameters, sentence, ...

    `name` is as in weights' names, such as "encoder.0"; `sum` explains the number of parameters; `kernel` is the side
    of a convolution's kernel, 0 for other layers; `grey` is whether all outputs are grey values. The side of the input
    is "input", that of the encoder's last layer "latent".
    """
    image = spec.shapes["image"]
    pixels = math.prod(image)
    stages = [
        {
            "name": "input",
            "side": "input",
            "label": "digit",
            "title": "The digit x",
            "shape": list(image),
            "parameters": 0,
            "sum": "",
            "kernel": 0,
            "grey": True,
            "sentence": f"The digit as the network sees it: {pixels:,} {_values(image)}.",
        }
    ]
    for side, network in spec.networks.items():
        inputs = spec.layer_shapes[side]
        grey = side == "encoder"
        for i, layer in enumerate(network.layers):
            # A layer that only moves numbers keeps grey values.
            grey = getattr(layer, "activation", "sigmoid" if grey else "linear") == "sigmoid"
            weights = layer.weight_shapes(inputs[i])
            label, title = layer.label.format(**vars(layer)), _title(layer)
            sentence = f"{_sentence(layer, inputs[i], inputs[i + 1])}{_activation(layer)}."
            is_latent = side == "encoder" and i == len(network.layers) - 1
            if is_latent:
                label, title, sentence = "latent", "The latent z", _latent(spec.latent_dim, inputs[i], pixels)
            elif side == "decoder" and i == len(network.layers) - 1:
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
                    "kernel": layer.kernel if isinstance(layer, Conv2D) else 0,
                    "grey": grey,
                    "sentence": sentence,
                }
            )
    return stages


def _values(image: Shape) -> str:
    if image[-1] == 3:
        return "values from 0 (dark) to 1 (bright), a red, a green and a blue one for each pixel"
    return "grey values from 0 (black) to 1 (white)"


def _latent(dim: int, before: Shape, pixels: int) -> str:
    numbers = "one number, a weighted sum" if dim == 1 else f"{dim} numbers, each a weighted sum"
    return (
        f"The bottleneck: {numbers} of the {before[0]} before. They are all that the decoder gets to know of the "
        f"digit's {pixels} pixels."
    )


def _sentence(layer: Layer, before: Shape, after: Shape) -> str:
    """Return what a layer does with these shapes, in a sentence; for a kind unknown here, its class's docstring."""
    match layer:
        case Dense(units):
            return f"Each of the {units} numbers is a weighted sum of all {before[0]} before it, plus a bias"
        case Conv2D(filters, kernel=1):
            pixel = f"At every pixel, {filters} new numbers are mixed from the {before[2]} there, not from around it"
            return pixel + _steps(before, after, layer)
        case Conv2D(filters, kernel):
            field = f"{kernel} × {kernel} pixels" + ("" if before[2] == 1 else f" of all {before[2]} maps")
            over = "image" if before[2] == 1 else "maps"
            slides = f"{_filters(filters)} over the {over}, {field} at a time, and notes how well its pattern fits"
            return slides + _steps(before, after, layer)
        case Conv2DTranspose(filters, kernel):
            paints = (
                f"A convolution backwards: every pixel of the {before[2]} maps paints a patch of {kernel} × {kernel} "
                f"on {'one new map' if filters == 1 else f'each of {filters} new maps'}"
            )
            return paints + _steps(before, after, layer)
        case DepthToSpace(block):
            return (
                f"Every {block**2} maps are interleaved into one that is {block} times as high and wide: nothing is "
                "computed"
            )
        case Flatten():
            return f"The same {after[0]} numbers, written one after the other: nothing is computed"
        case Reshape(shape):
            many = f"{shape[2]} maps of {_size(shape)} pixels" if len(shape) == 3 and shape[2] > 1 else "an image"
            return f"The same {math.prod(shape)} numbers, laid out as {many}: nothing is computed"
    return (type(layer).__doc__ or layer.name).split(":")[0]


def _activation(layer: Layer) -> str:
    return _ACTIVATIONS.get(getattr(layer, "activation", "linear"), "")


def _title(layer: Layer) -> str:
    stride, activation = getattr(layer, "stride", 1), getattr(layer, "activation", "linear")
    parts = [
        layer.title.format(**vars(layer)),
        f"stride {stride}" if stride > 1 else "",
        "" if activation == "linear" else activation,
    ]
    return ", ".join(part for part in parts if part)


def _steps(before: Shape, after: Shape, layer: Conv2D | Conv2DTranspose) -> str:
    return "" if layer.stride == 1 else f"; in steps of {layer.stride}, so {_size(before)} becomes {_size(after)}"


def _filters(count: int) -> str:
    return "A filter slides" if count == 1 else f"Each of {count} filters slides"


def _size(shape: Shape) -> str:
    return f"{shape[0]} × {shape[1]}"
