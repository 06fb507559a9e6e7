"""Adapts presets to the shape of other pictures than MNIST's, by rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from aecore.core.layers import Shape
from aecore.core.spec import Conv2D, Conv2DTranspose, Dense, DepthToSpace, Layer, Reshape, Spec, SpecError
from aecore.training.presets import Preset

_STEPS, _SMALLEST = 120, 32  # batches in an epoch, and pictures in a batch, at least
_MANY = 20_000  # pictures: they need no shifted copies
_WIDEST = 10  # rows of the smallest map: above, the networks halve the picture once more


def adapted(preset: Preset, shape: Shape, digits: bool = True) -> Preset:
    """Return a preset for pictures of this shape (height, width, channels); unchanged for digits of its own.

    What is for digits is left out: other pens, warps, a head for ten digits, and a second stage with a critic. Raises
    SpecError where no such network can be made.
    """
    same = preset.spec.shapes["image"] == shape
    if same and digits:
        return preset
    spec = preset.spec if same else spec_for(preset.spec, shape)
    return replace(
        preset, spec=spec, drawings=0, warped_copies=0, warped_fraction=0.0, start_from=None, head=None, polish=None
    )


def for_count(preset: Preset, count: int) -> Preset:
    """Return a preset for so many pictures: batches of 32 or more, so small that an epoch has 120 steps or more.

    The learning rate falls with the square root of the batch. Only few pictures are shown shifted, too.
    """
    fitting = 2 ** math.floor(math.log2(max(count, 1) / _STEPS)) if count >= _STEPS else 1
    batch = min(preset.batch, max(_SMALLEST, fitting))
    rate, shifted = preset.learning_rate * math.sqrt(batch / preset.batch), preset.shifted_fraction
    return replace(preset, batch=batch, learning_rate=rate, shifted_fraction=shifted if count <= _MANY else 0.0)


def with_latent(preset: Preset, size: int) -> Preset:
    """Return a preset whose latent has so many numbers."""
    spec = preset.spec
    *before, last = spec.networks["encoder"].layers
    layers = spec.networks["decoder"].layers
    if not isinstance(last, Dense):
        raise SpecError("only encoders that end with a dense layer have a latent of another size")
    return replace(preset, spec=Spec.autoencoder([*before, replace(last, units=size)], layers, spec.shapes["image"]))


def spec_for(spec: Spec, shape: Shape) -> Spec:
    """Return an autoencoder for pictures of this shape (height, width, channels), with layers as in another.

    The decoder's dense layers end with a map that its further layers enlarge as often as before. Where that would be
    larger than 10 x 10, the first layer of the encoder halves once more and the last of the decoder doubles once more,
    so that all between cost the same; or both get a layer more, where their ends are no such layers. Raises SpecError.
    """
    height, width, channels = (n or 0 for n in shape)
    if not spec.is_autoencoder:
        raise SpecError("this network has one size of pictures")
    encoder, decoder = (list(spec.networks[name].layers) for name in ("encoder", "decoder"))
    at = next((i for i, layer in enumerate(decoder) if isinstance(layer, Reshape)), 0)
    flat, reshape = decoder[at - 1], decoder[at]
    if not isinstance(flat, Dense) or not isinstance(reshape, Reshape):
        raise SpecError("only decoders that reshape the output of a dense layer fit pictures of another shape")
    first, rest = decoder[: at - 1], decoder[at + 1 :]
    if not rest:
        made = (height, width, channels)
    else:
        rest = [*rest[: -_last(rest)], *_with_channels(rest[-_last(rest) :], channels)]
        factor, depth = _enlarged(rest), reshape.shape[-1]
        while max(height, width) / factor > _WIDEST:
            if isinstance(encoder[0], Conv2D) and encoder[0].stride > 1 and isinstance(rest[-1], DepthToSpace):
                encoder[0] = _halving_more(encoder[0])
                rest[-2:] = _doubling_more(rest[-2], rest[-1])
                factor *= 2
                continue
            place, last = [(i, layer) for i, layer in enumerate(encoder) if isinstance(layer, Conv2D)][-1]
            encoder.insert(place + 1, Conv2D(last.filters, 3, 2, last.activation))
            rest = [Conv2D(4 * depth, 1, 1, last.activation), DepthToSpace(2), *rest]
            factor *= 2
        if height % factor or width % factor:
            raise SpecError(f"pictures of {height} x {width} are no multiple of {factor}")
        made = (height // factor, width // factor, depth)
    dense = replace(flat, units=math.prod(made))
    return Spec.autoencoder(encoder, [*first, dense, Reshape(made), *rest], (height, width, channels))


def _halving_more(first: Conv2D) -> Conv2D:
    stride = 2 * first.stride
    return replace(first, kernel=max(first.kernel, stride), stride=stride)


def _doubling_more(convolution: Layer, last: DepthToSpace) -> list[Layer]:
    if not isinstance(convolution, Conv2D):
        raise SpecError("only decoders that end with a convolution fit pictures of another shape")
    return [replace(convolution, filters=4 * convolution.filters), replace(last, block=2 * last.block)]


def _last(rest: Sequence[Layer]) -> int:
    """Return how many layers at the end make the picture's channels."""
    return 2 if isinstance(rest[-1], DepthToSpace) else 1


def _with_channels(last: Sequence[Layer], channels: int) -> list[Layer]:
    convolution, *after = last
    if not isinstance(convolution, (Conv2D, Conv2DTranspose)):
        raise SpecError("only decoders that end with a convolution fit pictures of another shape")
    block = after[0].block if after and isinstance(after[0], DepthToSpace) else 1
    return [replace(convolution, filters=channels * block * block), *after]


def _enlarged(layers: Sequence[Layer]) -> int:
    factor = 1
    for layer in layers:
        if isinstance(layer, Conv2DTranspose):
            factor *= layer.stride
        elif isinstance(layer, DepthToSpace):
            factor *= layer.block
    return factor
