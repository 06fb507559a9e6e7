"""Actions on the visitor's digit, model and latent ("the table"): draw, choose a sample, encode, move the sliders."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, cast, get_args

import msgspec
import numpy as np

import aecore
from aecore.core import pretrained
from aecore.core.latents import quantise
from aecore.data.strokes import sample_image
from ui.services import examples, model_store
from ui.services.drawing import Drawing, drawing_of, read_strokes, sample_drawing, shows
from ui.services.examples import has_own_pictures
from ui.services.frontend_assets import classes_of, decodes_quickly, image_from_base64, noun_of
from ui.services.image_bytes import from_bytes, to_bytes
from ui.state import history
from ui.state.schema import read_latent
from ui.state.visitor import Decoded, Original, Source, Visitor, current, is_known, replace

DECODED = get_args(Decoded)
SOURCES = (*get_args(Original), *DECODED)
FIRST_SAMPLE = 3
REFINING_STEPS = 3  # `ui/features/draw/refine.js` takes as many
_BETTER = 0.995  # of the error: what leaves more is not worth a change
MOST_OWN = 6  # models, and also trainings, of one visitor
EMPTY = history.EMPTY
ONLY_NUMBERS = "Only the numbers of the latent are known: this is their decoded digit."


def announce(visitor: Visitor, reason: str) -> None:
    """Count a change by Python in `seq`, so that the browser takes the new values."""
    visitor.seq += 1
    visitor.chosen += reason != "drawing"
    visitor.reason = reason
    visitor.at_rest = False


def choose_sample(number: int) -> None:
    """Put a sample of the current visitor's model on the table: a digit, or one of its examples."""
    place_sample(current(), number)


def first_sample(model: str) -> int:
    """Return the sample that a model starts with."""
    return next(iter(examples.samples(model)), FIRST_SAMPLE)


def count_of_samples(model: str) -> int:
    """Return how many samples a model has: the ten digits, or all its examples."""
    return examples.count(model) if has_own_pictures(model) else 10


def place_sample(visitor: Visitor, number: int) -> None:
    """Put a sample of a visitor's model on the table: a digit, or one of its examples."""
    if has_own_pictures(visitor.model):
        return _place_example(visitor, number)
    visitor.image, encoded = sample(visitor.model, number)
    _take_encoded(visitor, encoded)
    visitor.drawing, visitor.hint = sample_drawing(number), ""
    visitor.sample, visitor.source = number, "sample"
    _new_canvas(visitor)
    announce(visitor, "canvas")
    return None


def _place_example(visitor: Visitor, number: int) -> None:
    """Put an example on the table: its picture for those who have it, else what its latent decodes to."""
    if number >= examples.count(visitor.model):  # the file has none: the middle of all pictures
        return take_decoded(
            visitor, np.zeros(model_store.load(visitor.model).latent_dim, np.float32), "average", "canvas"
        )
    image = examples.picture(visitor.model, number, visitor.secrets)
    if image is None:
        take_decoded(visitor, examples.latent(visitor.model, number), "example", "canvas")
        visitor.sample = number
        return None
    visitor.drawing, visitor.sample, visitor.source = drawing_of(image), number, "sample"
    _new_canvas(visitor)
    return take_image(visitor, image, "canvas")


@lru_cache(maxsize=256)
def sample(model: str, digit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a sample digit's image and latent; all visitors share the same objects."""
    image = sample_image(digit)
    latent = quantise(model_store.load(model).encode(image[None])[0])
    for array in (image, latent):
        array.setflags(write=False)
    return image, latent


class _Drawn(msgspec.Struct):
    """A report of the canvas: its number, its strokes, and what the model sees of them; `way` says what changed it."""

    canvas: int
    strokes: list[str]
    image: str | None
    under: bool = True  # whether the picture below the strokes is still there
    way: Literal["", "undo", "redo"] = ""


def take_drawing(report: object) -> None:
    """Take the drawing on the page's canvas from a browser's report; ignores an invalid report, and a known drawing."""
    visitor = current()
    try:
        drawn = msgspec.convert(report, _Drawn)
        image = image_from_base64(drawn.image)
    except (msgspec.ValidationError, ValueError, RecursionError):
        return
    strokes = read_strokes(drawn.strokes)
    if drawn.canvas != visitor.canvas or strokes is None or not _fits(visitor, image):
        return
    drawing = Drawing(strokes, visitor.drawing.under if drawn.under else None)
    if drawing == visitor.drawing:
        return
    if drawn.way and history.find(visitor, drawing, drawn.way):
        announce(visitor, "drawing")
        return
    visitor.drawing, visitor.sample, visitor.source = drawing, None, "drawn"
    _no_problems(visitor)
    take_image(visitor, image, "drawing")


def clear_canvas() -> None:
    """Clear the canvas; the sliders keep their positions."""
    visitor = current()
    visitor.drawing, visitor.sample, visitor.source = Drawing(), None, "drawn"
    _new_canvas(visitor)
    take_image(visitor, None, "canvas")


def move_in_history(steps: int) -> None:
    """Undo so many steps of the current visitor, or redo them where the number is negative."""
    visitor = current()
    before = history.move(visitor, steps)
    if before is not None:
        if before.drawing != visitor.drawing:
            _new_canvas(visitor)
        announce(visitor, "undone")


def _new_canvas(visitor: Visitor) -> None:
    visitor.canvas += 1
    _no_problems(visitor)


def _no_problems(visitor: Visitor) -> None:
    """Drop the messages about files that were loaded before the digit on the table."""
    for upload in visitor.uploads.values():
        upload.problem = ""


def _fits(visitor: Visitor, image: np.ndarray | None) -> bool:
    """Return whether an image has the shape of those of the visitor's model; none has any shape."""
    return image is None or image.shape == model_store.load(visitor.model).image_shape


def put_on_table(
    visitor: Visitor,
    image: np.ndarray | None,
    digit: object = None,
    drawing: Drawing | None = None,
    source: object = "drawn",
) -> None:
    """Put an image on the table: as the unchanged sample `digit` or as `drawing` where these show it, else as it is.

    The arguments come from a browser, and what does not fit is ignored: an image of another shape than the model's
    gives way to the sample, or the first one.
    """
    number = digit if isinstance(digit, int) and 0 <= digit < count_of_samples(visitor.model) else None
    own = has_own_pictures(visitor.model)
    if not _fits(visitor, image) or (own and image is None):
        return place_sample(visitor, first_sample(visitor.model) if number is None else number)
    known = isinstance(source, str) and source in SOURCES
    visitor.sample, visitor.source = None, cast(Source, source) if known and source != "sample" else "drawn"
    visitor.drawing = Drawing() if image is None else drawing_of(image)
    if own and image is not None and number is not None:
        visitor.sample, visitor.source = number, "example" if source == "example" else "sample"
    elif number is not None and same_image(sample_image(number), image):
        visitor.drawing, visitor.sample, visitor.source = sample_drawing(number), number, "sample"
    elif drawing is not None and drawing != visitor.drawing and shows(drawing, image):
        visitor.drawing = drawing
    _new_canvas(visitor)
    return take_image(visitor, image, "followed")


def same_image(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Return whether two images are equal in the one byte per pixel that a room transmits."""
    if a is None or b is None:
        return a is b
    return to_bytes(a) == to_bytes(b)


def take_picture(image: np.ndarray, refined: bool = False) -> None:
    """Put the digit of a photo, an image (28, 28), on the canvas and encode it; ignores it where digits do not fit.

    `refined` says whether its latent is refined.
    """
    visitor = current()
    if not _fits(visitor, image):
        return
    visitor.drawing, visitor.sample, visitor.source = drawing_of(image), None, "photo"
    visitor.canvas += 1
    take_image(visitor, image, "photo")
    if refined:
        refine(visitor)


def take_image(visitor: Visitor, image: np.ndarray | None, reason: str) -> None:
    """Make an image of the model's shape the visitor's current one and encode it; None for an empty canvas."""
    visitor.image = None if image is None else from_bytes(to_bytes(image))
    visitor.hint = "" if image is not None else EMPTY
    if visitor.image is not None:
        _take_encoded(visitor, quantise(model_store.load(visitor.model).encode(visitor.image[None])[0]))
    announce(visitor, reason)


def _take_encoded(visitor: Visitor, encoded: np.ndarray) -> None:
    """Put the encoder's latent (D,) of the digit on the sliders: Draw may refine it."""
    visitor.encoded = visitor.latent = encoded
    visitor.refined, visitor.fresh = None, True


def take_refined(visitor: Visitor, home: np.ndarray) -> None:
    """Make a latent (D,) the digit's own, in the place of the encoder's, where there is a digit to compare it with."""
    visitor.refined = None if is_decoded(visitor) or np.array_equal(home, visitor.encoded) else home


def refine(visitor: Visitor) -> None:
    """Refine the latent of a digit that has just come, as Draw does in the browser.

    It takes a tenth of a second.
    """
    model = model_store.load(visitor.model)
    if visitor.image is None or not visitor.fresh or not decodes_quickly(model.spec):
        return
    images = visitor.image[None]
    found = quantise(model.refine(images, visitor.encoded[None], REFINING_STEPS))
    before, after = (np.square(images - model.decode(one)).sum() for one in (visitor.encoded[None], found))
    take_refined(visitor, found[0] if after < _BETTER * before else visitor.encoded)
    visitor.latent, visitor.fresh = visitor.home, False


def take_decoded(visitor: Visitor, latent: np.ndarray, source: Decoded, reason: str) -> None:
    """Put the decoded digit of a latent (D,) on the table: there is no drawing that it comes from."""
    decoded = model_store.decode(visitor.model, latent)
    visitor.image = from_bytes(to_bytes(decoded))
    visitor.drawing, visitor.sample, visitor.source = drawing_of(decoded), None, source
    visitor.encoded = visitor.latent = latent
    visitor.refined, visitor.fresh = None, False
    visitor.hint = ONLY_NUMBERS if source == "numbers" else ""
    _new_canvas(visitor)
    announce(visitor, reason)


def is_decoded(visitor: Visitor) -> bool:
    """Return whether the digit on the table is a decoded latent, so that no error can be measured against it."""
    return visitor.source in DECODED


def is_bent(visitor: Visitor) -> bool:
    """Return whether the sliders have been moved away from the digit's own latent."""
    return not np.array_equal(visitor.latent, visitor.home)


def choose_model(name: str) -> None:
    """Switch to another model; raises ModelFileError without a change to the visitor."""
    visitor = current()
    model, before = model_store.load(name), model_store.load(visitor.model)
    visitor.model, visitor.model_before = name, ""
    if model_store.is_own(name) and name not in visitor.own:
        visitor.own = [*visitor.own, name][-MOST_OWN:]
    if not are_alike(model, before):  # a digit says nothing to a network of clothes
        return place_sample(visitor, first_sample(name))
    if visitor.sample is not None and has_own_pictures(name):  # another training may have other examples
        visitor.sample, visitor.source = None, "drawn"
    _take_encoded(visitor, _encoded(model, visitor.image))
    return announce(visitor, "model")


def are_alike(one: aecore.Autoencoder, other: aecore.Autoencoder) -> bool:
    """Return whether two models are of the same kind of pictures: of one shape, and with the same classes."""
    same = one.image_shape == other.image_shape and noun_of(one) == noun_of(other)
    return same and tuple(classes_of(one)) == tuple(classes_of(other))


def switch_to_model_of_latent(name: str) -> None:
    """Switch to the model of a latent that is taken to the sliders; pages then say so, and offer the way back.

    Raises ModelFileError without a change to the visitor.
    """
    before = current().model
    if name != before:
        choose_model(name)
        current().model_before = before


def return_to_model_before() -> None:
    """Switch back to the model that the one of a latent has replaced, where there is one that loads."""
    before = current().model_before
    if before in usable_models():
        choose_model(before)


def _encoded(model: aecore.Autoencoder, image: np.ndarray | None) -> np.ndarray:
    """Return the latent of an image, zeros where there is none, or one of another shape."""
    if image is None or image.shape != model.image_shape:
        return np.zeros(model.latent_dim, np.float32)
    return quantise(model.encode(image[None])[0])


def take_latent(report: object) -> bool:
    """Take the sliders' positions from a browser's report; return whether it was valid and about the current digit.

    With a `source` in the report, such as "invented", it is a digit of its own, which takes the drawing's place. `home`
    is the refined latent, where there is one.
    """
    visitor = current()
    if not isinstance(report, dict) or report.get("seq") != visitor.seq:
        return False
    found = read_latent(report.get("latent"), len(visitor.latent))
    if found is None:
        return False
    latent, source = quantise(np.array(found)), report.get("source")
    if isinstance(source, str) and source in DECODED:
        take_decoded(visitor, latent, cast(Decoded, source), "picked")
    else:
        visitor.latent, visitor.at_rest, visitor.fresh = latent, False, report.get("fresh") is True
        home = read_latent(report.get("home"), len(latent))
        if home is not None:
            take_refined(visitor, quantise(np.array(home)))
    return True


def take_picked(source: Decoded, report: object) -> None:
    """Put a latent's digit on the table, and switch to its model, as a browser reports both.

    Ignores an invalid report.
    """
    if not isinstance(report, dict) or report.get("model") not in usable_models():
        return
    name = report["model"]
    latent = read_latent(report.get("latent"), model_store.load(name).latent_dim)
    if latent is not None:
        switch_to_model_of_latent(name)
        take_decoded(current(), quantise(np.array(latent)), source, "picked")


def latent_for(name: str) -> np.ndarray:
    """Return the sliders' latent where `name` is the chosen model, else that model's latent of the current image."""
    visitor = current()
    return visitor.latent if name == visitor.model else _encoded(model_store.load(name), visitor.image)


def usable_models() -> list[str]:
    """Return the names of the models that load: `default` first, the visitor's own last. Raises ModelFileError when
    none does.
    """
    problems = pretrained.problems()
    usable = [name for name in aecore.available() if name not in problems]
    if not usable:
        raise aecore.ModelFileError("None of the model files can be read. Restore assets/models (git checkout).")
    return usable + [name for name in (current().own if is_known() else []) if model_store.exists(name)]


def start_over(kept_key: str) -> None:
    """Reset this session to a new visitor at the first page; of the widgets only that of `kept_key` keeps its value."""
    old = current()
    fresh = Visitor(model=usable_models()[0], canvas=old.canvas, seq=old.seq, restart=True)
    for name, upload in old.uploads.items():
        fresh.upload(name).number = upload.number + 1
    for state in old.states.values():
        if (stays := state.started_over()) is not None:
            fresh.put(stays)
    replace(fresh, kept_key)
    choose_sample(FIRST_SAMPLE)
    fresh.fresh = False  # it opens like any link
