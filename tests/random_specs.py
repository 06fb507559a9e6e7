"""Random Specs of at most 12 layers: several inputs, skip connections, non-square maps, colour, open sizes.

Every kind of layer in `aecore.core.layers.LAYERS` occurs: fields are drawn by their type, and a layer that does not fit
is drawn again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from aecore.core.layers import ACTIVATIONS, LAYERS, Layer, fields_of
from aecore.core.spec import Dense, Flatten, Network, Reshape, Shape, Spec, SpecError, shapes

MOST_LAYERS = 12
_CANVAS = 13  # the largest height or width of an open input
_LARGEST = 3000  # numbers in a layer's output; ten times that where sizes are open
_STRIDE = 12
_CHANNELS = (1, 2, 3, 4, 6, 8, 9)
_NAMES = ("encoder", "decoder", "fine", "coarse", "a_1", "mask2", "x")


def random_spec(rng: np.random.Generator) -> Spec:
    """Return a random Spec: with open sizes, with a latent, or without either."""
    draw: Callable[[np.random.Generator], Spec] = (_open, _with_latent, _without_latent)[rng.integers(3)]
    while True:
        try:
            spec = draw(rng)
            sizes = spec.at(_CANVAS, _CANVAS).layer_shapes.values() if spec.total_stride <= _STRIDE else ()
        except SpecError:
            continue
        if sizes and max(math.prod(shape) for network in sizes for shape in network) <= 10 * _LARGEST:
            return spec


def random_inputs(rng: np.random.Generator, spec: Spec, count: int = 2) -> dict[str, np.ndarray]:
    """Return random inputs of a Spec, by name: (count, ...) float32; open sizes are random, rarely stride multiples."""
    size = rng.integers(1, _CANVAS + 1, 2)
    return {
        name: rng.random((count, *(size[i] if n is None else n for i, n in enumerate(shape))), np.float32)
        for name, shape in spec.inputs.items()
    }


def random_layer(rng: np.random.Generator, shape: Shape) -> Layer | None:
    """Return a random layer for an input of `shape`, None where the layer that was drawn does not fit."""
    kind = LAYERS[str(rng.choice(list(LAYERS)))]
    values: dict[str, Any] = {}
    for name, type_, _ in fields_of(kind):
        if type_ == "Activation":
            values[name] = str(rng.choice(ACTIVATIONS))
        elif type_ == "Shape":
            values[name] = _folded(rng, math.prod(n or 1 for n in shape))
        else:
            values[name] = int(rng.integers(1, 4 if rng.random() < 0.5 else 10))
    layer: Layer = kind(**values)
    try:
        after = shapes([layer], shape)[0]
    except SpecError:
        return None
    if not layer.weight_shapes(shape) and rng.random() < 0.7:
        return None  # these fit nearly everywhere: the others would be rare
    if values.get("activation") == "softmax" and after[-1] == 1:
        return None  # its output is always 1, and Keras warns
    return layer if math.prod(n or 1 for n in after) <= _LARGEST else None


class _Draft:
    """An unfinished Spec: the shapes that networks can read so far, and the number of layers left."""

    def __init__(self, rng: np.random.Generator, inputs: dict[str, Shape]) -> None:
        self.rng = rng
        self.inputs, self.networks = inputs, dict[str, Network]()
        self.shapes = dict(inputs)
        self.left = MOST_LAYERS

    def read(self, reads: list[str]) -> Shape:
        """Return the shape of these values, concatenated."""
        return (*self.shapes[reads[0]][:-1], sum(self.shapes[name][-1] for name in reads))

    def beside(self, name: str) -> list[str]:
        """Return names to read together with `name`: maps of its height and width, or vectors."""
        fits = [other for other, shape in self.shapes.items() if shape[:-1] == self.shapes[name][:-1] and other != name]
        reads = [name, *(other for other in fits if self.rng.random() < 0.5)][:4]
        return [str(other) for other in self.rng.permutation(reads)]

    def draw(self, most: int, shape: Shape, keep_size: bool = False) -> list[Layer]:
        """Return one to `most` random layers for an input of `shape`, which may have to keep height and width."""
        out: list[Layer] = []
        count = min(int(self.rng.integers(1, most + 1)), self.left)
        while len(out) < count:
            layer = random_layer(self.rng, shape)
            if layer and not (keep_size and layer.output_shape(shape)[:-1] != shape[:-1]):
                out.append(layer)
                shape = layer.output_shape(shape)
        return out

    def add(self, name: str, reads: list[str], layers: list[Layer]) -> None:
        self.shapes[name] = shapes(layers, self.read(reads))[-1]
        self.networks[name] = Network(tuple(reads), tuple(layers))
        self.left -= len(layers)

    def done(self, latent: str | None = None) -> Spec:
        """Return the Spec, without the inputs that no network reads."""
        read = {name for network in self.networks.values() for name in network.reads}
        return Spec({name: shape for name, shape in self.inputs.items() if name in read}, self.networks, latent)


def _open(rng: np.random.Generator) -> Spec:
    draft = _Draft(rng, {f"canvas_{i}": (None, None, _channels(rng)) for i in range(rng.integers(1, 4))})
    return _grown(draft)


def _without_latent(rng: np.random.Generator) -> Spec:
    inputs = {f"image_{i}": (*_size(rng), _channels(rng)) for i in range(rng.integers(1, 3))}
    if rng.random() < 0.5:
        inputs["numbers"] = (int(rng.integers(1, 20)),)
    return _grown(_Draft(rng, inputs))


def _grown(draft: _Draft) -> Spec:
    """Return a Spec in which each network reads any earlier value, most often the last one, and others that fit it."""
    for name in draft.rng.permutation(_NAMES)[: draft.rng.integers(1, 6)]:
        if draft.left:
            known = list(draft.shapes)
            reads = draft.beside(known[-1] if draft.rng.random() < 0.5 else str(draft.rng.choice(known)))
            draft.add(str(name), reads, draft.draw(4, draft.read(reads)))
    return draft.done()


def _with_latent(rng: np.random.Generator) -> Spec:
    """Return a Spec like that of a colouriser: an encoder, a skip connection, the latent reshaped beside a map."""
    size = _size(rng)
    inputs: dict[str, Shape] = {f"image_{i}": (*size, _channels(rng)) for i in range(rng.integers(1, 4))}
    if rng.random() < 0.8:
        inputs["numbers"] = (int(rng.integers(1, 9)),)
    draft = _Draft(rng, inputs)

    latent = str(rng.choice(["encoder", "summary"]))
    reads = draft.beside("image_0")
    layers = draft.draw(2, draft.read(reads))
    draft.add(latent, reads, [*layers, Flatten(), Dense(int(rng.integers(1, 9)))])

    reads = draft.beside("image_0")
    draft.add("fine", reads, draft.draw(2, draft.read(reads), keep_size=True))

    channels = _channels(rng)
    spread = Dense(math.prod(size) * channels, str(rng.choice(ACTIVATIONS[:5])))
    draft.add("spread", draft.beside(latent), [spread, Reshape((*size, channels))])
    draft.add("decoder", ["fine", "spread"], draft.draw(4, draft.read(["fine", "spread"])))
    return draft.done(latent)


def _size(rng: np.random.Generator) -> Shape:
    return tuple(int(n) for n in rng.integers(1, 11, 2))


def _channels(rng: np.random.Generator) -> int:
    return int(rng.choice(_CHANNELS))


def _folded(rng: np.random.Generator, count: int) -> Shape:
    """Return a random (height, width, channels) of `count` numbers."""
    height = int(rng.choice([n for n in range(1, 13) if count % n == 0]))
    width = int(rng.choice([n for n in range(1, 13) if count // height % n == 0]))
    return (height, width, count // height // width)
