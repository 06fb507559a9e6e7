"""The Keras code of a Spec: a script with built-in layers only, for a person to read, copy and run."""

from __future__ import annotations

import json
import keyword
from collections.abc import Sequence
from typing import Any

from aecore.core.layers import KerasCall, Layer
from aecore.core.spec import IMAGE_SHAPE, Spec


def keras_code(spec: Spec, title: str = "An autoencoder") -> str:
    """Return Python source that builds `encoder`, `decoder` and `autoencoder`, and trains them where it is run.

    For a Spec that is no autoencoder, the script builds `model`, from all inputs to every network that no
    other network reads. `title` becomes its first line. An import only builds the model, with random weights.
    """
    own = spec.is_autoencoder and spec.shapes["image"] != IMAGE_SHAPE  # no digits: pictures in a file
    lines = [
        f"# {' '.join(title.split())}",
        "# pip install keras tensorflow",
        "",
        "import keras",
        *(["import numpy as np"] if own else []),
        "from keras import layers",
        "",
        *(_autoencoder(spec) if spec.is_autoencoder else _model(spec)),
        "",
    ]
    return "\n".join(lines)


def _autoencoder(spec: Spec) -> list[str]:
    image, latent = _value(spec.shapes["image"]), _value((spec.latent_dim,))
    return [
        f"# Encoder: z = f(x), {image} -> {latent}",
        f'image = keras.Input({image}, name="image")',
        *_layers(spec, "encoder", "image"),
        'encoder = keras.Model(image, x, name="encoder")',
        "",
        f"# Decoder: x~ = g(z), {latent} -> {image}",
        f'z = keras.Input({latent}, name="z")',
        *_layers(spec, "decoder", "z"),
        'decoder = keras.Model(z, x, name="decoder")',
        "",
        "# Autoencoder: x~ = g(f(x)), trained to redraw its own input",
        'autoencoder = keras.Model(image, decoder(encoder(image)), name="autoencoder")',
        'autoencoder.compile(optimizer="adam", loss="mse")',
        "",
        'if __name__ == "__main__":',
        "    autoencoder.summary(expand_nested=True)",
        *(_DIGITS if spec.shapes["image"] == IMAGE_SHAPE else _pictures(spec)),
        '    autoencoder.save("autoencoder.keras")',
    ]


_DIGITS = (
    "    (train, _), (test, _) = keras.datasets.mnist.load_data()",
    '    train, test = (images[..., None].astype("float32") / 255 for images in (train, test))',
    "    autoencoder.fit(train, train, validation_data=(test, test), batch_size=128, epochs=10)",
)


def _pictures(spec: Spec) -> list[str]:
    size = ", ".join(map(str, spec.shapes["image"]))
    return [
        f'    images = np.load("pictures.npy").astype("float32") / 255  # your pictures: (N, {size}), uint8',
        "    autoencoder.fit(images, images, validation_split=0.1, batch_size=128, epochs=10)",
    ]


def _model(spec: Spec) -> list[str]:
    lines = [
        f"{_variable(name)} = keras.Input({_value(shape)}, name={_value(name)})" for name, shape in spec.inputs.items()
    ]
    for name, network in spec.networks.items():
        reads = [_variable(other) for other in network.reads]
        latent = ", the latent" if name == spec.latent else ""
        lines += ["", f"# {name}{latent}: {_value(spec.layer_shapes[name][0])} -> {_value(spec.shapes[name])}"]
        first = reads[0]
        if len(reads) > 1:
            first = "x"
            lines.append(f"x = layers.Concatenate()([{', '.join(reads)}])  # {_value(spec.layer_shapes[name][0])}")
        lines += [*_layers(spec, name, first), f"{_variable(name)} = x"]
    inputs = ", ".join(_variable(name) for name in spec.inputs)
    outputs = ", ".join(f"{_value(name)}: {_variable(name)}" for name in spec.networks if not spec.readers(name))
    return [
        *lines,
        "",
        f"model = keras.Model([{inputs}], {{{outputs}}})",
        "",
        'if __name__ == "__main__":',
        "    model.summary()",
    ]


def _layers(spec: Spec, name: str, first: str) -> list[str]:
    """Return one line of code per Keras layer of a network, each with its output shape as a comment."""
    out: list[str] = []
    layers: Sequence[Layer] = spec.networks[name].layers
    for layer, shape in zip(layers, spec.layer_shapes[name], strict=False):
        for call in layer.keras_calls(shape):
            out.append(f"x = {_source(call, 'x' if out else first)}  # {_value(call.shape)}")
    return out


def _source(call: KerasCall, x: str) -> str:
    if call.kind == "DepthToSpace":  # in Keras an operation, not a layer; it refuses a block of one pixel
        block = call.arguments[0]
        return f"keras.ops.depth_to_space({x}, {block})" if block > 1 else f"layers.Identity()({x})"
    words = [_value(value) for value in call.arguments]
    words += [f"{name}={_value(value)}" for name, value in call.options.items()]
    return f"layers.{call.kind}({', '.join(words)})({x})"


def _variable(name: str) -> str:
    """Return a valid Python name for a tensor."""
    return f"{name}_" if keyword.iskeyword(name) or name in ("keras", "layers", "model", "x") else name


def _value(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)
