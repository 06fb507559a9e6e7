"""A visitor's training job: the fields of a preset, changed within limits, and the training data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from aecore.core.layers import Shape
from aecore.core.spec import Spec, SpecError
from aecore.data import catalogue
from aecore.data.corruption import KINDS
from aecore.data.dataset import Dataset
from aecore.tasks.autoencoder import Redraw
from aecore.tasks.denoise import Denoise
from aecore.training.presets import ALL_PRESETS, Preset
from aecore.training.shapes import adapted

# The files in the folder of a training; `worker.py` explains them.
JOB, PROGRESS, PREVIEW, CONTROL, MODEL = "job.json", "progress.json", "preview.json", "control", "model.safetensors"
CHECKPOINT = "checkpoint.safetensors"
LOCK, LAUNCHED = "lock", "launched"  # a worker holds the first as long as it runs; the second exists until then

OWN = "own"  # the source of a training with the visitor's own pictures, in the file PICTURES of its folder
PICTURES = "pictures.npz"
EXAMPLES = "examples.npy"  # pixels (N, side, side) or (N, side, side, 3) uint8, in the order of the model's examples
SOURCES = (*catalogue.NAMES, OWN)
DIGITS = ("mnist", "strokes")  # those whose pictures are digits like the pretrained models'
FRACTIONS = (0.01, 0.05, 0.2, 1.0)  # of a data set
MAX_EPOCHS = 100
MAX_MINUTES = 20  # of training
MAX_PAUSE = 600.0  # seconds in total; then the process ends, and the training can be resumed later
BATCHES = (16, 512)
LEARNING_RATES = (1e-5, 0.1)
MAX_LATENT = 64
# A server has other visitors: networks may be little larger than the largest pretrained models.
MAX_PARAMETERS = 5_200_000
MAX_MULTIPLICATIONS = 20_000_000  # per image, in the encoder and the decoder together
MAX_ACTIVATIONS = 160_000  # numbers in all layers' outputs for one image; training stores them for a whole batch
SMALLEST, LARGEST = 4, 64  # pixels: the side of a picture
_WARPED_COPIES, _DRAWINGS = 2, 500  # limits of a preset's additional images; more take minutes before the first epoch
SHOWN = f"square pictures, grey or in colour, of {SMALLEST} to {LARGEST} pixels a side"


class JobError(ValueError):
    """A training is not possible here; the message says why, in a sentence for the visitor."""


@dataclass(frozen=True)
class Job:
    """A training: architecture, hyperparameters and data; raises JobError when a value is out of bounds.

    `origin` is the preset from which the other settings are taken: task, warm-up, weight decay, noise on input and
    latent, warped copies. `source` names a data set, of which `fraction` is used. `corruption` trains a denoiser, None
    a plain autoencoder.
    """

    origin: str
    spec: Spec
    epochs: int
    batch: int
    learning_rate: float
    corruption: str | None = None
    corruption_level: float = 1.0
    source: str = "mnist"
    fraction: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        _require(self.origin in ALL_PRESETS, f"There is no preset {self.origin!r:.40}.")
        fits = self.spec.is_autoencoder and is_shown(self.spec.shapes["image"])
        _require(fits, f"Only an autoencoder of {SHOWN} is trained here.")
        try:
            check_size(self.spec)
        except SpecError as error:
            raise JobError(f"This network is too large for a training here: {error}.") from None
        _within("epochs", self.epochs, 1, MAX_EPOCHS, whole=True)
        _within("batch", self.batch, *BATCHES, whole=True)
        _within("learning rate", self.learning_rate, *LEARNING_RATES)
        _require(self.corruption is None or self.corruption in KINDS, f"Unknown corruption {self.corruption!r:.40}.")
        _within("corruption level", self.corruption_level, 0, 1)
        _require(self.source in SOURCES, f"Unknown data {self.source!r:.40}; known: {', '.join(SOURCES)}.")
        _require(
            self.fraction in FRACTIONS,
            f"The fraction of the data must be one of {FRACTIONS}, got {self.fraction!r:.40}.",
        )
        _within("seed", self.seed, 0, 999_999, whole=True)

    @property
    def label(self) -> str:
        """The preset's name in a model card."""
        return self.origin if self.spec == self._origin.spec else f"{self.origin}, layers changed"

    @property
    def _origin(self) -> Preset:
        """The preset that it comes from, for pictures of its shape."""
        try:
            return adapted(ALL_PRESETS[self.origin], self.spec.shapes["image"])
        except SpecError:
            return ALL_PRESETS[self.origin]  # all of its layers are changed

    def load_data(self, folder: Path) -> Dataset:
        """Load the data of the training in a folder; raises ValueError, with a sentence for visitors, without them."""
        if self.source == OWN:
            # Late: its Pillow is no business of serving.
            from aecore.data.own.splits import dataset_of
            from aecore.data.own.stored import read_pictures

            return dataset_of(read_pictures(folder / PICTURES), seed=self.seed)
        return catalogue.some_of(catalogue.load(self.source, self.seed), self.fraction, self.seed)

    @property
    def preset(self) -> Preset:
        """The preset for `fit.train`."""
        origin = self._origin
        plain = Redraw() if isinstance(origin.task, Denoise) else origin.task
        digits = self.source in DIGITS
        return replace(
            origin,
            spec=self.spec,
            task=Denoise(self.corruption, self.corruption_level) if self.corruption else plain,
            epochs=self.epochs,
            batch=self.batch,
            learning_rate=self.learning_rate,
            warped_copies=min(origin.warped_copies, _WARPED_COPIES) if digits else 0,
            warped_fraction=origin.warped_fraction if digits else 0.0,
            drawings=min(origin.drawings, _DRAWINGS) if digits else 0,
            head=origin.head if digits else None,
            start_from=origin.start_from if self.spec == origin.spec and digits else None,
            polish=None,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the job as plain JSON data."""
        return {**asdict(self), "spec": self.spec.to_dict()}

    @classmethod
    def from_dict(cls, data: Any) -> Job:
        """Build a job from `to_dict` data; raises JobError on anything else."""
        _require(isinstance(data, Mapping), "A job must be a mapping.")
        fields = {
            "fraction" if name == "share" else name: value for name, value in data.items()
        }  # as once it was called
        try:
            return cls(**{**fields, "spec": Spec.from_dict(data.get("spec"))})
        except SpecError as error:
            raise JobError(f"The network cannot be built: {error}.") from None
        except TypeError:
            raise JobError("The job has fields missing, or of another kind.") from None


def is_shown(shape: Shape) -> bool:
    """Return whether the pages can show pictures of this shape (height, width, channels)."""
    height, width, channels = shape
    return height == width and SMALLEST <= (height or 0) <= LARGEST and channels in (1, 3)


def check_size(spec: Spec) -> None:
    """Raise SpecError when a network is too large to train or run for visitors; the message says how large it is."""
    for count, limit, what in (
        (spec.latent_dim, MAX_LATENT, "numbers in the latent"),
        (spec.parameter_count, MAX_PARAMETERS, "parameters"),
        (multiplications(spec), MAX_MULTIPLICATIONS, "multiplications per image"),
        (_activations(spec), MAX_ACTIVATIONS, "numbers put out by its layers"),
    ):
        if count > limit:
            raise SpecError(f"{count:,} {what}, at most {limit:,} are allowed")


def multiplications(spec: Spec) -> int:
    """Return the number of multiplications of all networks of a model for one image."""
    return sum(
        layer.multiplications(shape)
        for name, network in spec.networks.items()
        for layer, shape in zip(network.layers, spec.layer_shapes[name], strict=False)
    )


def _activations(spec: Spec) -> int:
    return sum(math.prod(shape) for made in spec.layer_shapes.values() for shape in made[1:])


def _within(name: str, value: object, low: float, high: float, whole: bool = False) -> None:
    kinds = int if whole else (int, float)
    ok = isinstance(value, kinds) and not isinstance(value, bool) and low <= value <= high
    number = "a whole number" if whole else "a number"
    _require(ok, f"The {name} must be {number} from {low:g} to {high:g}, got {value!r:.40}.")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise JobError(message)
