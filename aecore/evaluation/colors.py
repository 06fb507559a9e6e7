"""The measures of the models of colour, on CIFAR-10's test photos, and their table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from aecore.core import color_fields, pretrained
from aecore.core.chroma import chroma_of, luminance_of, pictures_of, space_to_depth
from aecore.core.conditional import ConditionalMixture
from aecore.core.hints import Hint
from aecore.core.model_file import write_atomically
from aecore.core.progress import Say
from aecore.data.cifar10 import HOW_TO_GET, cifar10_path, load_cifar10
from aecore.data.dataset import Dataset, Split
from aecore.evaluation.measures import colorfulness
from aecore.evaluation.result_cache import ResultCache, digest
from aecore.evaluation.tables import Table
from aecore.tasks import Colorizer, Recolorer, load
from aecore.tasks.colorize import FIELDS, LUMINANCE, PRIOR

SEED = 0
DRAWS = 10
HINTS = (1, 3, 10)
_AT_ONCE = 250  # photos, a divisor of 10,000
_LEVELS = 16  # of luminance, where the mean chroma is taken

# The modules that figures depend on: when one of them changes, what earlier runs found is forgotten.
_MEASURING = (
    "core/chroma core/color_fields core/conditional core/forward core/hints core/layers core/model core/model_file "
    "core/network core/spec core/tensor_file data/cifar10 data/dataset evaluation/colors evaluation/measures "
    "tasks/colorize tasks/recolor"
)
_SOURCES = [Path(__file__).parents[1] / f"{module}.py" for module in _MEASURING.split()]

Paint = Callable[[np.ndarray, np.ndarray], np.ndarray]  # from luminance and photos to pictures


@dataclass(frozen=True)
class Measured:
    """What a way to colour leaves: squared error and colourfulness, the means over all photos."""

    mse: float
    colorfulness: float | None = None

    @property
    def psnr(self) -> float:
        """The peak signal-to-noise ratio of the mean squared error, in dB."""
        return float(-10 * np.log10(self.mse))


@dataclass(frozen=True)
class Colors:
    """All measures by the name of the way to colour; of the photos themselves only the colourfulness."""

    photos: int
    truth: float
    rows: dict[str, dict[str, float | None]]

    def table(self) -> Table:
        """Return the measures as a table."""
        rows = {name: Measured(row["mse"] or 0.0, row["colorfulness"]) for name, row in self.rows.items()}
        lines = [
            (
                name,
                f"{row.mse:.5f}",
                f"{row.psnr:.2f}",
                "-" if row.colorfulness is None else f"{row.colorfulness:.1f}",
            )
            for name, row in rows.items()
        ]
        verdict = ""
        if "most likely" in rows and "a random draw" in rows:
            ratio = rows["a random draw"].mse / rows["most likely"].mse
            verdict = f"A draw has {ratio:.2f} times the error of the most likely; for a calibrated prior it is twice."
        note = (
            f"{self.photos:,} test photos of 32 x 32, whose colourfulness is {self.truth:.1f} (Hasler and Suesstrunk, "
            "2003). Squared error per number of red, green and blue in [0, 1], its mean over photos, and the PSNR of "
            "that mean in dB. Hints: the true colours of pixels at random places. The best of ten draws is chosen by "
            "its error; `propose` spreads the draws that it is asked for together, and independent ones are those of "
            "ten calls. Everything was chosen on validation photos."
        )
        return Table("Colours", note, ("way to colour", "MSE", "PSNR", "colourfulness"), lines, verdict)


@dataclass(frozen=True)
class _Remembering(Colorizer):
    """A colorizer whose networks see each piece of photos once, however many ways to colour it are measured."""

    _seen: dict[tuple[str, str], np.ndarray] = field(default_factory=dict, repr=False)

    def run(self, given: Mapping[str, np.ndarray], want: str) -> np.ndarray:
        key = want, digest(given)
        if key not in self._seen:
            self._seen[key] = super().run(given, want)
        return self._seen[key]


def report(folder: Path | None, say: Say, keep: Path) -> Table | None:
    """Return the table of the pretrained models of colour, and write it into a folder as colors.md and colors.json.

    `keep` is the file of what an earlier run found, for models that did not change. None where there are no photos, or
    no such models. Raises ModelFileError and ValueError.
    """
    if not pretrained.available("colorizer"):
        return None
    if cifar10_path() is None:
        say(f"The models of colour are not measured: there are no photos. {HOW_TO_GET}")
        return None
    data, colorizer = load_cifar10(), load("colorizer")
    book = load("book_colorizer") if "book_colorizer" in pretrained.available("recolorer") else None
    parts = [digest(model.weights) for model in (colorizer, book) if model]
    key = f"colours {' '.join(parts)} {digest({'test': data.test.images})}"
    found = ResultCache(keep, _SOURCES).get(key, Colors, lambda: measure(colorizer, book, data, say))
    if folder:
        head = "# Colours\n\nWritten by `python -m aecore.evaluate --write FOLDER`; not to be edited by hand."
        write_atomically(folder / "colors.md", f"{head}\n\n{found.table().section()}\n".encode())
        write_atomically(folder / "colors.json", f"{json.dumps(asdict(found), indent=2)}\n".encode())
    return found.table()


def measure(colorizer: Colorizer, book: Recolorer | None, data: Dataset, say: Say) -> Colors:
    """Return all measures on the test photos, of both models beside simple ways to colour."""
    photos, usual = data.test, _mean_chroma(data.train)
    colorizer = _Remembering(**vars(colorizer))
    ways: dict[str, Paint] = {
        "grey": lambda luminance, _: np.repeat(luminance[..., None], 3, axis=-1),
        "mean chroma, given luminance and place": lambda luminance, _: pictures_of(luminance, usual(luminance)),
    }
    if book:
        ways["`book_colorizer`"] = lambda luminance, _: book.colorize(luminance)
    ways["most likely"] = lambda luminance, _: colorizer.decode(luminance, colorizer.most_likely(luminance))
    rows = {name: _painted(paint, photos, name, say) for name, paint in ways.items()}
    rows |= _drawn(colorizer, photos, say)
    rng = np.random.default_rng(SEED)
    places = rng.integers(0, photos.images.shape[1], (len(photos), max(HINTS), 2))
    for count in HINTS:
        name = f"{count} hint{'s' if count > 1 else ''}"
        rows[name] = _painted(_hinted(colorizer, places[:, :count]), photos, name, say)
    own = "its own sixteen numbers"
    rows[own] = _painted(lambda luminance, some: colorizer.decode(luminance, colorizer.encode(some)), photos, own, say)
    truth = float(np.mean([colorfulness(some).mean() for some in _pieces(photos)]))
    return Colors(len(photos), truth, {name: asdict(row) for name, row in rows.items()})


def _pieces(split: Split) -> Iterator[np.ndarray]:
    for start in range(0, len(split), _AT_ONCE):
        yield split.as_float(slice(start, start + _AT_ONCE))


def _painted(paint: Paint, photos: Split, name: str, say: Say) -> Measured:
    error = colors = 0.0
    for i, some in enumerate(_pieces(photos)):
        drawn, part = paint(luminance_of(some), some), len(some) / len(photos)
        error += part * float(np.square(drawn - some).mean(dtype=np.float64))
        colors += part * float(colorfulness(drawn).mean())
        say(f"colours, {name}: {min((i + 1) * _AT_ONCE, len(photos)):,} of {len(photos):,}")
    return Measured(error, colors)


def _drawn(colorizer: Colorizer, photos: Split, say: Say) -> dict[str, Measured]:
    """Return the measures of a draw, the mean of ten, of the best of these, and of the best of ten independent ones."""
    rng, one, best, alone, colors = np.random.default_rng(SEED), 0.0, 0.0, 0.0, 0.0
    for i, some in enumerate(_pieces(photos)):
        luminance, part = luminance_of(some), len(some) / len(photos)
        seen = {LUMINANCE: space_to_depth(luminance)}
        fields, prior = colorizer.run(seen, FIELDS), ConditionalMixture.from_parameters(colorizer.run(seen, PRIOR))

        errors, colorful = _errors(luminance, fields, some, colorizer.propose(luminance, DRAWS, rng))
        independent, _ = _errors(luminance, fields, some, prior.sample(DRAWS, rng))
        one, best, colors = (
            one + part * errors.mean(),
            best + part * errors.min(axis=1).mean(),
            colors + part * colorful,
        )
        alone += part * independent.min(axis=1).mean()
        say(f"colours, draws: {min((i + 1) * _AT_ONCE, len(photos)):,} of {len(photos):,}")
    return {
        "a random draw": Measured(float(one), colors),
        "the best of ten draws": Measured(float(best)),
        "the best of ten independent draws": Measured(float(alone)),
    }


def _errors(
    luminance: np.ndarray, fields: np.ndarray, photos: np.ndarray, latents: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the squared errors (N, K) of the pictures that latents (N, K, 16) draw, and how colourful these are."""
    drawn = [pictures_of(luminance, color_fields.draw(fields, one)) for one in latents.transpose(1, 0, 2)]
    errors = [np.square(pictures - photos).mean(axis=(1, 2, 3)) for pictures in drawn]
    return np.stack(errors, axis=1), float(np.mean([colorfulness(pictures).mean() for pictures in drawn]))


def _hinted(colorizer: Colorizer, places: np.ndarray) -> Paint:
    """Return a way to colour photos, one piece after the other, that is given their colours at places (N, H, 2)."""
    remaining = iter(places)

    def paint(luminance: np.ndarray, photos: np.ndarray) -> np.ndarray:
        hints: list[list[Hint]] = [
            [(int(row), int(column), photo[row, column]) for row, column in next(remaining)] for photo in photos
        ]
        return colorizer.decode(luminance, colorizer.fit(luminance, hints))

    return paint


def _mean_chroma(training: Split) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from luminance to the mean chroma (N, 16, 16, 2) of training photos at that place and level."""
    total = count = np.zeros(0)
    for photos in _pieces(training):
        chroma = chroma_of(photos)
        levels = _level(luminance_of(photos))
        if not total.size:
            total, count = np.zeros((*chroma.shape[1:3], _LEVELS, 2)), np.zeros((*chroma.shape[1:3], _LEVELS))
        rows, columns = np.indices(levels.shape)[1:]
        np.add.at(total, (rows, columns, levels), chroma)
        np.add.at(count, (rows, columns, levels), 1)
    mean = total / np.maximum(count, 1)[..., None]

    def usual(luminance: np.ndarray) -> np.ndarray:
        levels = _level(luminance)
        rows, columns = np.indices(levels.shape)[1:]
        return mean[rows, columns, levels].astype(np.float32)

    return usual


def _level(luminance: np.ndarray) -> np.ndarray:
    mean = space_to_depth(luminance).mean(axis=-1)
    return np.minimum((mean * _LEVELS).astype(int), _LEVELS - 1)
