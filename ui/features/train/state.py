"""The state of the Train page: a visitor's trainings, and the form of the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from aecore.core.spec import SpecError
from aecore.data import named
from aecore.data.corruption import KINDS
from aecore.export.layer_text import layers_to_text
from aecore.training.job import BATCHES, FRACTIONS, MAX_EPOCHS, MAX_LATENT, OWN, check_size, is_shown
from aecore.training.presets import ALL_PRESETS
from aecore.training.shapes import adapted, for_count
from ui.services import own_data, training_queue
from ui.state.schema import NOT_IN_LINK, State
from ui.state.table import MOST_OWN
from ui.state.visitor import current

NONE, STROKES = "none", "strokes"
DIGIT = (28, 28, 1)
FIRST, FOR_PICTURES = "mlp", "pictures"  # the presets that are chosen at first, and once pictures are brought
EPOCHS, _FEWEST_EPOCHS = 20, 4  # that the form begins with
_SEEN_IN_A_MINUTE = 50_000 * 28 * 28  # pixels that the network for pictures learns from
_ALSO = ("pocket", "dim16")  # presets for pictures for which the chosen one is too large
LONGEST = 2000  # characters of the encoder's layers, and of the decoder's
BATCH_SIZES = [n for n in (16, 32, 64, 128, 256, 512) if BATCHES[0] <= n <= BATCHES[1]]
RATES, LEVELS = (1e-5, 0.1), (0.05, 1.0)
CHOICES: dict[str, list[Any]] = {
    "preset": list(ALL_PRESETS),
    "data": [*FRACTIONS, STROKES, *named.SETS, OWN],
    "batch": BATCH_SIZES,
    "corruption": [NONE, *KINDS],
}
_Secret = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Layers = Annotated[str, Meta(max_length=LONGEST)]


class Form(State, frozen=True):
    """The form of the Train page: `data` is a fraction of MNIST, a data set or "own"; `rate` the learning rate."""

    decimals: ClassVar[Mapping[str, int]] = {"rate": 6}

    preset: str
    data: float | str
    latent: Annotated[int, Meta(ge=1, le=MAX_LATENT)]
    epochs: Annotated[int, Meta(ge=1, le=MAX_EPOCHS)]
    batch: int
    rate: Annotated[float, Meta(ge=RATES[0], le=RATES[1])]
    corruption: str
    level: Annotated[float, Meta(ge=LEVELS[0], le=LEVELS[1])]
    encoder: _Layers
    decoder: _Layers
    shape: Annotated[tuple[int, int, int], NOT_IN_LINK] = DIGIT  # of the pictures: height, width, channels

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} is none of its choices")
        if not is_shown(self.shape):
            raise ValueError("no picture has this shape")


def form_of(preset: str, shape: tuple[int, int, int] = DIGIT, **others: Any) -> Form:
    """Return the form with the values of a preset for pictures of this shape, except the given fields.

    Raises SpecError where there is no such network.
    """
    made, settings = adapted(ALL_PRESETS[preset], shape), ALL_PRESETS[preset].task.settings()
    if others.get("data") == OWN:
        made = for_count(made, _own()["count"])
    check_size(made.spec)
    encoder, decoder = (made.spec.networks[side].layers for side in ("encoder", "decoder"))
    fields = {
        "preset": preset,
        "shape": shape,
        "data": FRACTIONS[1],
        "latent": made.spec.latent_dim,
        "encoder": layers_to_text(encoder[:-1]),
        "decoder": layers_to_text(decoder),
        "epochs": made.epochs,
        "batch": made.batch,
        "rate": made.learning_rate,
        "corruption": settings.get("corruption", NONE),
        "level": settings.get("corruption_level", 0.5),
    }
    return Form(**{**fields, **others})


def fitted(form: Form) -> Form:
    """Return a form with networks for the shape of its data, where it has them for another one.

    The preset's own are used, or those of a smaller preset where they would be too large; the visitor's other settings
    stay.
    """
    shape = shape_of(form.data)
    if shape == form.shape:
        return form
    kept = {name: getattr(form, name) for name in ("data", "latent", "epochs", "batch", "corruption", "level")}
    for preset in (form.preset, *_ALSO):
        try:
            return form_of(preset, shape, **kept)
        except SpecError:
            continue
    return form


def for_own_pictures(form: Form) -> Form:
    """Return a form to train on the visitor's own pictures, with the preset for such unless another was chosen."""
    if form.preset == FIRST:
        form = msgspec.structs.replace(form, epochs=_epochs_of_a_minute() if form.epochs == EPOCHS else form.epochs)
        kept = {name: getattr(form, name) for name in ("latent", "epochs", "corruption", "level")}
        with contextlib.suppress(SpecError):
            return form_of(FOR_PICTURES, shape_of(OWN), data=OWN, **kept)
    return fitted(msgspec.structs.replace(form, data=OWN))


def _epochs_of_a_minute() -> int:
    """Return how often two cores see the visitor's own pictures in about a minute, a few times at least."""
    own = _own()
    count, (height, width, _) = own["count"], own["shape"]
    return min(max(_SEEN_IN_A_MINUTE // (count * height * width), _FEWEST_EPOCHS), EPOCHS)


def shape_of(data: float | str) -> tuple[int, int, int]:
    """Return height, width and channels of the images of a choice of data; those of digits where it is not known."""
    if isinstance(data, str) and data in named.SETS:
        return named.SETS[data].shape
    height, width, channels = _own()["shape"] if data == OWN else DIGIT
    return height, width, channels


def _own() -> dict[str, Any]:
    """Return the `shape` and `count` of the visitor's own pictures; of digits where there are none any more."""
    return own_data.about(current_training().pictures) or {"shape": DIGIT, "count": 60_000}


class Training(State, frozen=True):
    """The secrets of the visitor's trainings, of which the last is on the page, and of their pictures; and the form."""

    undone: ClassVar[bool] = False

    runs: Annotated[tuple[_Secret, ...], Meta(max_length=MOST_OWN), NOT_IN_LINK] = ()
    form: Annotated[Form | None, NOT_IN_LINK] = None
    pictures: Annotated[_Secret | None, NOT_IN_LINK] = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets of the trainings."""
        return self.runs

    def to_link(self) -> dict[str, str]:
        """Return the query parameter that names the training on the page."""
        return {"run": self.runs[-1]} if self.runs else {}

    @classmethod
    def from_link(cls, link: Mapping[str, str], latent_dim: int) -> Training | None:
        """Return the training in a link, None where it is missing or not on this server."""
        return cls(runs=(link["run"],)) if training_queue.find(link.get("run", "")) else None

    def adopted(self) -> Training:
        """Return it with only those trainings and pictures that are on this server."""
        runs = tuple(secret for secret in self.runs if training_queue.find(secret))
        pictures = self.pictures if own_data.find(self.pictures) else None
        return msgspec.structs.replace(self, runs=runs, pictures=pictures)


@dataclass
class Problem:
    """The reason why the last training could not be started or controlled."""

    sentence: str = ""


EXAMPLE = Training(form=form_of("book", data=STROKES, rate=0.00125, corruption="scratches", epochs=7))


def current_training() -> Training:
    """Return the visitor's trainings and form."""
    return current().state(Training) or Training()


def keep_runs(runs: list[str]) -> None:
    """Store the visitor's trainings, at most MOST_OWN, the newest."""
    current().put(msgspec.structs.replace(current_training(), runs=tuple(runs[-MOST_OWN:])))


def keep_pictures(secret: str | None) -> None:
    """Store the secret of the visitor's own pictures."""
    current().put(msgspec.structs.replace(current_training(), pictures=secret))


def keep_form(form: Form) -> None:
    """Store the form."""
    current().put(msgspec.structs.replace(current_training(), form=form))
