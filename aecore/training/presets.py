"""The presets: architecture, task and hyperparameters of each training, as data; `fit.py` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from aecore.core.layers import layer_to_dict
from aecore.core.spec import (
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthToSpace,
    Flatten,
    Layer,
    Network,
    Reshape,
    Spec,
)
from aecore.tasks.autoencoder import Redraw
from aecore.tasks.classify import HEAD, LATENT, Classify, WithHead
from aecore.tasks.denoise import Denoise
from aecore.tasks.task import Task


@dataclass(frozen=True)
class Polish:
    """A second stage of training, with a new optimizer, after which midpoints of two latents decode to digits, too.

    The loss gets a term with the weight `critic`: a classifier's doubt that midpoints decode to digits
    (`latent_layers.Midpoints`). That classifier is trained with its own seed, and is never the one that judges models
    in `aecore.evaluate`. The weights before and after the stage are averaged: Wortsman et al., "Robust fine-tuning of
    zero-shot models", 2022.
    """

    epochs: int
    learning_rate: float
    critic: float
    end_weight: float = 1.0  # of the weights after the stage, in the average
    critic_seed: int = 7
    critic_epochs: int = 4


@dataclass(frozen=True)
class HeadBeside:
    """A network that tells classes from the latent while the others are trained, and is then left out of the model.

    What a linear one takes for a class is convex: between two examples of a class there is no other one.
    """

    layers: tuple[Layer, ...]
    weight: float  # of its cross entropy in the loss
    smoothing: float = 0.0  # of labels (`tasks.classify.WithHead`)


@dataclass(frozen=True)
class Preset:
    """A Spec, its task, and hyperparameters. `divergence`, `head` and `polish` add to the task's loss.

    Learning rate: linear warm-up, then cosine to 1 %; constant when `warmup_steps` is 0.
    """

    spec: Spec
    epochs: int
    batch: int
    learning_rate: float
    task: Task = field(default_factory=Redraw)
    warmup_steps: int = 0
    weight_decay: float = 0.0
    warped_copies: int = 0  # size of the pool of warped images, in copies of the training set
    drawings: int = 0  # digits drawn with other pens, then normalised, added to the training set
    visitors: int = 0  # copies of each real pen trajectory, drawn as visitors do, added to the training set
    warped_fraction: float = 0.0  # fraction of samples taken from the pool; halved in the last 30 % of the epochs
    # Fraction of samples that are shifted: grey ones by up to a pixel, halved as well; pictures in colour by up to two,
    # and half of these are mirrored, too, which letters could not be.
    shifted_fraction: float = 0.0
    input_noise: float = 0.0  # standard deviation; 0 in the last quarter of the epochs, to end with clean images
    latent_noise: float = 0.0  # standard deviation
    dropout: Mapping[str, float] = field(default_factory=dict)  # by network: the fraction of its output that is dropped
    divergence: float = 0.0  # weight of the Kullback-Leibler term; not 0 makes a variational autoencoder
    steps: int | None = None  # batches in an epoch, of images drawn at random; None: every image is shown once
    muon: bool = False  # whether kernels are trained with Muon (`muon.py`)
    jit: bool = False  # whether XLA compiles the networks for each shape of a batch: faster, where there are few shapes
    start_from: str | None = None  # a pretrained model whose weights are the starting point
    frozen: tuple[str, ...] = ()  # networks that keep these weights
    end_weight: float = 1.0  # of the weights after the training, in an average with those that it started from
    head: HeadBeside | None = None
    polish: Polish | None = None  # the second stage, after the epochs

    @property
    def all_epochs(self) -> int:
        """The number of epochs of both stages."""
        return self.epochs + (self.polish.epochs if self.polish else 0)

    @property
    def with_head(self) -> Preset:
        """The preset whose Spec and task include the head, which `head` then no longer names."""
        if self.head is None:
            return self
        networks = {**self.spec.networks, HEAD: Network((str(self.spec.latent),), self.head.layers)}
        task = WithHead(self.task, self.head.weight, self.head.smoothing)
        return replace(self, spec=replace(self.spec, networks=networks), task=task, head=None)

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """Return the hyperparameters for a model card: all fields but the architecture, and the task's settings."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("spec", "task")}
        polish = None if self.polish is None else asdict(self.polish)
        head = self.head and {**asdict(self.head), "layers": [layer_to_dict(one) for one in self.head.layers]}
        return {**plain, "head": head, "polish": polish, "task": self.task.name, **self.task.settings()}


@dataclass(frozen=True)
class Distillation:
    """A student's Spec, and hyperparameters of its training (`distillation.py`).

    The encoder learns from the training images, `drawings` with other pens, and `warped_copies` of all these; the
    decoder from the latents of these images, `draws` of the teacher's mixture, and `moves` of its sliders, all three
    per training image. Learning rate: linear warm-up, then cosine to 1 %.
    """

    spec: Spec
    epochs: int = 5
    batch: int = 128
    learning_rate: float = 4e-3
    warmup_steps: int = 200
    warped_copies: int = 2
    drawings: float = 0.05
    draws: float = 2.0
    moves: float = 3.0
    effect_weight: float = 0.5  # in the encoder's loss, of each number's effect on the image; the rest: all equal

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """Return the hyperparameters for a model card: all fields but the architecture."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "spec"}


# The CNN of Rowel Atienza, "Autoencoders in Keras": mse, Adam, batch 32.
_BOOK = Spec.autoencoder(
    encoder=(Conv2D(32, 3, 2, "relu"), Conv2D(64, 3, 2, "relu"), Flatten(), Dense(16)),
    decoder=(
        Dense(7 * 7 * 64),
        Reshape((7, 7, 64)),
        Conv2DTranspose(64, 3, 2, "relu"),
        Conv2DTranspose(32, 3, 2, "relu"),
        Conv2DTranspose(1, 3, 1, "sigmoid"),
    ),
)

_DEFAULT = Spec.autoencoder(
    encoder=(Conv2D(16, 5, 2, "silu"), Conv2D(48, 3, 2, "silu"), Flatten(), Dense(768, "silu"), Dense(16)),
    decoder=(
        Dense(512, "silu"),
        Dense(1024, "silu"),
        Dense(7 * 7 * 32, "silu"),
        Reshape((7, 7, 32)),
        Conv2D(96, 1, 1, "silu"),
        DepthToSpace(2),
        Conv2D(24, 3, 1, "silu"),
        Conv2D(4, 3, 1, "sigmoid"),
        DepthToSpace(2),
    ),
)

_POCKET = Spec.autoencoder(
    encoder=(Conv2D(16, 5, 2, "silu"), Conv2D(32, 3, 2, "silu"), Flatten(), Dense(240, "silu"), Dense(16)),
    decoder=(
        Dense(288, "silu"),
        Dense(7 * 7 * 32, "silu"),
        Reshape((7, 7, 32)),
        Conv2D(64, 1, 1, "silu"),
        DepthToSpace(2),
        Conv2D(16, 3, 1, "silu"),
        Conv2D(4, 3, 1, "sigmoid"),
        DepthToSpace(2),
    ),
)

# Few weights but in convolutions: a few thousand pictures are not learned by heart. Patches of 4 x 4 pixels are read
# and drawn as one: in the same time that is better than finer maps with fewer channels.
_PICTURES = Spec.autoencoder(
    encoder=(Conv2D(48, 4, 4, "silu"), Conv2D(128, 4, 2, "silu"), Flatten(), Dense(16)),
    decoder=(
        Dense(7 * 7 * 64, "silu"),
        Reshape((7, 7, 64)),
        Conv2D(96, 3, 1, "silu"),
        Conv2D(80, 3, 1, "silu"),
        Conv2D(16, 3, 1, "sigmoid"),
        DepthToSpace(4),
    ),
)

# Kernels of 16,384 numbers or more take one byte each in a file, smaller ones two.
_STUDENT = Spec.autoencoder(
    encoder=(
        Conv2D(16, 5, 2, "silu"),
        Conv2D(32, 3, 2, "silu"),
        Conv2D(64, 3, 2, "silu"),
        Flatten(),
        Dense(48, "silu"),
        Dense(16),
    ),
    decoder=(
        Dense(128, "silu"),
        Dense(7 * 7 * 8, "silu"),
        Reshape((7, 7, 8)),
        Conv2D(48, 3, 1, "silu"),
        Conv2D(48, 3, 1, "silu"),
        DepthToSpace(2),
        Conv2D(20, 3, 1, "silu"),
        Conv2D(4, 3, 1, "sigmoid"),
        DepthToSpace(2),
    ),
)


def _dense(latent_dim: int, *units: int) -> Spec:
    """Return a Spec of dense layers only; the decoder mirrors the encoder."""
    inwards = tuple(Dense(n, "silu") for n in units)
    outwards = tuple(Dense(n, "silu") for n in reversed(units))
    return Spec.autoencoder(
        encoder=(Flatten(), *inwards, Dense(latent_dim)),
        decoder=(*outwards, Dense(784, "sigmoid"), Reshape((28, 28, 1))),
    )


_READER = (Dense(128, "silu"), Dense(10, "softmax"))  # the layers that tell digits from a latent

# The article's recipe: plain Adam, unchanged digits.
_ARTICLE = Preset(_BOOK, epochs=10, batch=32, learning_rate=1e-3)

# Ours: AdamW, with warped digits. The defaults of our presets.
_OURS = Preset(
    _dense(16, 512, 256),
    epochs=30,
    batch=256,
    learning_rate=3e-3,
    warmup_steps=500,
    weight_decay=1e-4,
    warped_copies=4,
    warped_fraction=0.6,
)

PRESETS: dict[str, Preset] = {
    "default": replace(
        _OURS,
        spec=_DEFAULT,
        epochs=100,
        learning_rate=6e-3,
        drawings=6000,
        warped_copies=20,
        warped_fraction=0.85,
        input_noise=0.08,
        latent_noise=0.04,
        polish=Polish(epochs=16, learning_rate=5e-4, critic=0.0018, end_weight=0.8),
    ),
    "denoiser": replace(
        _OURS,
        spec=_DEFAULT,
        warmup_steps=200,
        drawings=6000,
        warped_copies=6,
        warped_fraction=0.7,
        task=Denoise("mixture"),
        start_from="default",
    ),
    "joint": replace(
        _OURS,
        spec=_DEFAULT,
        epochs=24,
        warped_copies=8,
        warped_fraction=0.85,
        input_noise=0.05,
        latent_noise=0.04,
        start_from="default",
        head=HeadBeside(_READER, weight=0.01),
    ),
    "book": replace(_ARTICLE, epochs=1),
    "book10": _ARTICLE,
    # The article's denoiser: noise of mean and standard deviation 0.5, clipped.
    "book_denoiser": replace(_ARTICLE, task=Denoise("gaussian", 0.5)),
    "mlp": replace(_OURS, warped_fraction=0.7, input_noise=0.08),
    "pocket": replace(
        _OURS,
        spec=_POCKET,
        epochs=25,
        learning_rate=6e-3,
        drawings=3000,
        warped_copies=6,
        warped_fraction=0.8,
        input_noise=0.05,
        latent_noise=0.04,
    ),
    "plane": replace(_OURS, spec=_dense(2, 512, 256, 128), epochs=50, warped_fraction=0.5),
    "smooth": replace(_OURS, divergence=3e-5),
    # The same recipe with seven sizes of the latent.
    **{
        f"dim{d}": replace(_OURS, spec=_dense(d, 256, 128), epochs=20, warmup_steps=300, warped_copies=2)
        for d in (1, 2, 4, 8, 16, 32, 64)
    },
}

# Those that no pretrained model is of: for other pictures than digits.
UNTRAINED: dict[str, Preset] = {
    "pictures": Preset(
        _PICTURES,
        epochs=100,
        batch=64,
        learning_rate=5e-3,
        warmup_steps=40,
        weight_decay=0.2,
        shifted_fraction=0.8,
        muon=True,
    ),
}
ALL_PRESETS = PRESETS | UNTRAINED

# The last stage of a model, by the model's name: its encoder learns on from its own weights while its decoder stays, so
# that latents and links keep their images.
ENCODERS: dict[str, Preset] = {
    "default_encoder": replace(
        PRESETS["default"],
        epochs=40,
        learning_rate=2e-3,
        visitors=4,
        warped_copies=12,
        input_noise=0.0,
        latent_noise=0.0,
        polish=None,
        start_from="default",
        frozen=("decoder",),
    ),
    "joint_encoder": replace(
        PRESETS["joint"],
        epochs=8,
        learning_rate=1.5e-3,
        warmup_steps=200,
        warped_copies=12,
        warped_fraction=0.9,
        input_noise=0.0,
        start_from="joint",
        frozen=("decoder",),
        end_weight=0.35,  # the largest of some with which the squared error stays within 5 % of that of `default`
        head=HeadBeside(_READER, weight=0.03, smoothing=0.1),
    ),
}

# The small models that are distilled from presets, by the teacher's name.
STUDENTS: dict[str, Distillation] = {"default": Distillation(_STUDENT)}

# A head on the latents of a pretrained model, which stays as it is: of training digits and warped copies of them.
HEAD_ALONE = Preset(
    Spec({LATENT: (16,)}, {HEAD: Network((LATENT,), _READER)}),
    epochs=30,
    batch=512,
    learning_rate=1e-2,
    task=Classify(),
    warmup_steps=200,
    weight_decay=1e-4,
    warped_copies=3,
)
HEAD_RECIPES = {
    "default_head": HEAD_ALONE,
    "joint_head": replace(HEAD_ALONE, epochs=8, batch=1024, input_noise=0.1),
}
HEADS: dict[str, str] = {f"{name}_head": name for name in ("default", "joint")}  # the model whose latents it reads
