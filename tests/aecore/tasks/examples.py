"""Small tasks of other kinds than the shipped ones: colour, scenes, sound. They show that training takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from aecore.core.spec import Conv2D, Dense, DepthToSpace, Flatten, Network, Reshape, Spec
from aecore.data.dataset import Dataset, Split, to_bytes, with_channels
from aecore.tasks.task import Arrays, Batch, Metric, Task, Term
from aecore.training.presets import Preset

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_BLUE, _RED = 1.772, 1.402  # what Cb and Cr are multiplied by


@dataclass(frozen=True)
class Colorize(Task):
    """Give a grey picture its colours back, from a latent that the encoder reads off both."""

    name: ClassVar[str] = "colorize"
    model: ClassVar[str] = "painter"

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term("decoder"),)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        def mse(batch: Batch, outputs: Arrays) -> float:
            wanted = self.pixels(batch.inputs, {"decoder": batch.inputs["chroma"]})
            return float(np.mean((self.pixels(batch.inputs, outputs) - wanted) ** 2))

        return {"mse": mse}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        n, h, w, _ = images.shape
        luminance = images @ _LUMA
        difference = (images[..., [2, 0]] - luminance[..., None]) / (_BLUE, _RED)
        chroma = difference.reshape(n, h // 2, 2, w // 2, 2, 2).mean(axis=(2, 4)).astype(np.float32)
        fine = luminance.reshape(n, h // 2, 2, w // 2, 2).transpose(0, 1, 3, 2, 4).reshape(n, h // 2, w // 2, 4)
        return Batch({"luminance": fine, "chroma": chroma}, {"decoder": chroma})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        fine = inputs["luminance"]
        n, h, w, _ = fine.shape
        luminance = fine.reshape(n, h, w, 2, 2).transpose(0, 1, 3, 2, 4).reshape(n, 2 * h, 2 * w)
        blue, red = np.moveaxis(outputs["decoder"].repeat(2, axis=1).repeat(2, axis=2), -1, 0)
        blue, red = luminance + _BLUE * blue, luminance + _RED * red
        green = (luminance - _LUMA[0] * red - _LUMA[2] * blue) / _LUMA[1]
        return np.stack([red, green, blue], axis=-1).clip(0, 1)

    def given_pixels(self, inputs: Arrays) -> np.ndarray:
        return self.pixels(inputs, {"decoder": np.zeros_like(inputs["chroma"])})


COLORIZE = Preset(
    Spec(
        inputs={"luminance": (8, 8, 4), "chroma": (8, 8, 2)},
        latent="encoder",
        networks={
            "encoder": Network(("luminance", "chroma"), (Conv2D(8, 3, 2, "silu"), Flatten(), Dense(4))),
            "fine": Network(("luminance",), (Conv2D(8, 3, 1, "silu"),)),
            "spread": Network(("encoder",), (Dense(4 * 4 * 16, "silu"), Reshape((4, 4, 16)), DepthToSpace(2))),
            "decoder": Network(("fine", "spread"), (Conv2D(16, 3, 1, "silu"), Conv2D(2, 3))),
        },
    ),
    epochs=16,
    batch=32,
    learning_rate=5e-3,
    task=Colorize(),
    divergence=1e-5,
)


@dataclass(frozen=True)
class Outline(Task):
    """Say of every pixel what it belongs to, and of every quarter of it how near the middle of a thing is."""

    name: ClassVar[str] = "outline"
    model: ClassVar[str] = "scene"

    @property
    def terms(self) -> tuple[Term, ...]:
        return (Term("classes", "sparse_categorical_crossentropy"), Term("heat", _focal, 0.1))

    @property
    def metrics(self) -> Mapping[str, Metric]:
        def right(batch: Batch, outputs: Arrays) -> float:
            return float(np.mean(outputs["classes"].argmax(axis=-1) == batch.targets["classes"][..., 0]))

        def heat(batch: Batch, outputs: Arrays) -> float:
            return float(np.mean(_focal(np, batch.targets["heat"], outputs["heat"])))

        return {"right": right, "heat": heat}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        assert labels is not None
        n, h, w = labels.shape
        classes = labels.astype(np.float32)[..., None]
        heat = (labels > 0).reshape(n, h // 2, 2, w // 2, 2).mean(axis=(2, 4)).astype(np.float32)[..., None]
        return Batch({"image": with_channels(images)}, {"classes": classes, "heat": heat})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return outputs["classes"].argmax(axis=-1).astype(np.float32) / 2


def _focal(ops: Any, wanted: Any, made: Any) -> Any:
    """The loss of Law and Deng, "CornerNet", 2018, much shortened."""
    made = ops.clip(made, 1e-4, 1 - 1e-4)
    hit = wanted * (1 - made) ** 2 * ops.log(made)
    miss = (1 - wanted) * made**2 * ops.log(1 - made)
    return -ops.mean(hit + miss, axis=(1, 2, 3))


OUTLINE = Preset(
    Spec(
        inputs={"image": (None, None, 1)},
        latent=None,
        networks={
            "body": Network(("image",), (Conv2D(8, 5, 2, "silu"), Conv2D(8, 3, 1, "silu"))),
            "classes": Network(("body",), (Conv2D(12, 3), DepthToSpace(2), Conv2D(3, 1, 1, "softmax"))),
            "heat": Network(("body",), (Conv2D(1, 1, 1, "sigmoid"),)),
        },
    ),
    epochs=12,
    batch=32,
    learning_rate=1e-2,
    task=Outline(),
)


@dataclass(frozen=True)
class Clean(Task):
    """Find what of a noisy spectrum is sound: a mask, which counts the more the louder it is there."""

    name: ClassVar[str] = "clean"
    model: ClassVar[str] = "mask"

    @property
    def terms(self) -> tuple[Term, ...]:
        def weighted(ops: Any, wanted: Any, made: Any) -> Any:
            return wanted[..., 1:] * ops.square(wanted[..., :1] - made)

        return (Term("mask", weighted),)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        def error(batch: Batch, outputs: Arrays) -> float:
            return float(np.mean((batch.targets["mask"][..., :1] - outputs["mask"]) ** 2))

        return {"error": error}

    def examples(self, images: np.ndarray, labels: np.ndarray | None, rng: np.random.Generator) -> Batch:
        noisy = images + 0.3 * rng.standard_normal(images.shape).astype(np.float32)
        sound, both = (np.abs(np.fft.rfft(part.reshape(len(part), 16, -1)))[..., None] for part in (images, noisy))
        target = np.concatenate([np.clip(sound / (both + 1e-3), 0, 1), both**0.6], axis=-1)
        return Batch({"spectrum": np.log1p(both).astype(np.float32)}, {"mask": target.astype(np.float32)})

    def pixels(self, inputs: Arrays, outputs: Arrays) -> np.ndarray:
        return (inputs["spectrum"] * outputs["mask"])[..., 0]


CLEAN = Preset(
    Spec(
        inputs={"spectrum": (16, 17, 1)},
        latent=None,
        networks={"mask": Network(("spectrum",), (Conv2D(8, 3, 1, "silu"), Conv2D(1, 3, 1, "sigmoid")))},
    ),
    epochs=10,
    batch=32,
    learning_rate=1e-2,
    task=Clean(),
)


def patches(count: int = 800, seed: int = 0) -> Dataset:
    """Pictures (16, 16, 3) of two colours each, divided by a straight line: the greys do not say which colours."""
    rng = np.random.default_rng(seed)
    colours = rng.uniform(0.1, 0.9, (count, 2, 1, 1, 3))
    y, x = np.mgrid[:16, :16] / 16
    angle, middle = rng.uniform(0, np.pi, (count, 1, 1)), rng.uniform(0.3, 0.7, (2, count, 1, 1))
    side = (y - middle[0]) * np.cos(angle) + (x - middle[1]) * np.sin(angle) > 0
    return _dataset("patches", to_bytes(np.where(side[..., None], colours[:, 0], colours[:, 1])))


def squares(count: int = 800, seed: int = 0) -> Dataset:
    """Scenes (24, 20) with a bright and a dim square; labels say which pixel is of which, 0 of none."""
    rng = np.random.default_rng(seed)
    images, labels = np.zeros((count, 24, 20), np.uint8), np.zeros((count, 24, 20), np.uint8)
    for image, label in zip(images, labels, strict=True):
        for kind, ink in ((1, 255), (2, 120)):
            top, left = rng.integers(18), rng.integers(14)
            image[top : top + 6, left : left + 6], label[top : top + 6, left : left + 6] = ink, kind
    return _dataset("squares", images, labels)


def tones(count: int = 800, seed: int = 0) -> Dataset:
    """Sounds of 512 samples: one tone each. They are no pictures, and are stored as they are."""
    rng = np.random.default_rng(seed)
    pitch, start = rng.uniform(0.05, 0.45, (count, 1)), rng.uniform(0, 6, (count, 1))
    return _dataset("tones", np.sin(2 * np.pi * pitch * np.arange(512) + start).astype(np.float32))


def _dataset(name: str, images: np.ndarray, labels: np.ndarray | None = None) -> Dataset:
    whole = Split(images, labels)
    count = len(images)
    parts = (slice(count // 2), slice(count // 2, 3 * count // 4), slice(3 * count // 4, None))
    train, validation, test = (whole.take(part) for part in parts)
    return Dataset(name, name.capitalize(), train, validation, test, name)
