"""Write the Keras code of a Spec: a script with built-in layers only, for a person to read, copy and run."""

from __future__ import annotations

from collections.abc import Sequence

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


def keras_code(spec: Spec, title: str = "An autoencoder") -> str:
    """Return Python source that builds `encoder`, `decoder` and `autoencoder`, and trains them where it is run.

    `title` becomes its first line. Imported, it only builds them; the weights are Keras' own random ones.
    """
    encoder = _lines(spec.encoder, IMAGE_SHAPE, "image")
    decoder = _lines(spec.decoder, (spec.latent_dim,), "z")
    return "\n".join(
        [
            f"# {' '.join(title.split())}",
            "# pip install keras tensorflow",
            "",
            "import keras",
            "from keras import layers",
            "",
            f"# Encoder: z = f(x), {_tuple(IMAGE_SHAPE)} -> {_tuple((spec.latent_dim,))}",
            f'image = keras.Input({_tuple(IMAGE_SHAPE)}, name="image")',
            *encoder,
            'encoder = keras.Model(image, x, name="encoder")',
            "",
            f"# Decoder: x~ = g(z), {_tuple((spec.latent_dim,))} -> {_tuple(IMAGE_SHAPE)}",
            f'z = keras.Input({_tuple((spec.latent_dim,))}, name="z")',
            *decoder,
            'decoder = keras.Model(z, x, name="decoder")',
            "",
            "# Autoencoder: x~ = g(f(x)), trained to redraw its own input",
            'autoencoder = keras.Model(image, decoder(encoder(image)), name="autoencoder")',
            'autoencoder.compile(optimizer="adam", loss="mse")',
            "",
            'if __name__ == "__main__":',
            "    autoencoder.summary(expand_nested=True)",
            "    (train, _), (test, _) = keras.datasets.mnist.load_data()",
            '    train, test = (images[..., None].astype("float32") / 255 for images in (train, test))',
            "    autoencoder.fit(train, train, validation_data=(test, test), batch_size=128, epochs=10)",
            '    autoencoder.save("autoencoder.keras")',
            "",
        ]
    )


def _lines(layers: Sequence[Layer], shape: Shape, first: str) -> list[str]:
    """Return one line of code per Keras layer, each with the shape that it puts out."""
    inputs = (shape, *shapes(layers, shape))
    out: list[str] = []
    for i, layer in enumerate(layers):
        for call, after in _calls(layer, inputs[i], inputs[i + 1]):
            out.append(f"x = layers.{call}({'x' if out else first})  # {_tuple(after)}")
    return out


def _calls(layer: Layer, before: Shape, after: Shape) -> list[tuple[str, Shape]]:
    """Return the Keras layers that make up a layer, as source text, with their output shapes."""
    match layer:
        case Dense(units, activation):
            return [(f"Dense({units}{_activation(activation)})", after)]
        case Conv2D(filters, kernel, stride, activation):
            return [(f"Conv2D({_window(filters, kernel, stride)}{_activation(activation)})", after)]
        case Conv2DTranspose(filters, kernel, stride, activation):
            return [(f"Conv2DTranspose({_window(filters, kernel, stride)}{_activation(activation)})", after)]
        case DepthToSpace(block):
            h, w, c = before
            split = (h, w, block, block, c // block**2)
            woven = (h, block, w, block, c // block**2)
            return [
                (f"Reshape({_tuple(split)})", split),
                ("Permute((1, 3, 2, 4, 5))", woven),
                (f"Reshape({_tuple(after)})", after),
            ]
        case Flatten():
            return [("Flatten()", after)]
        case Reshape(target):
            return [(f"Reshape({_tuple(target)})", after)]


def _window(filters: int, kernel: int, stride: int) -> str:
    return f"{filters}, {kernel}" + (f", strides={stride}" if stride > 1 else "") + ', padding="same"'


def _activation(name: str) -> str:
    return "" if name == "linear" else f', activation="{name}"'


def _tuple(shape: Shape) -> str:
    return repr(tuple(int(n) for n in shape))
