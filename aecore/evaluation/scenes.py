"""The measures of the model of scenes, beside reading without learning, and their table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from aecore.core import manifest, pretrained
from aecore.core.boxes import overlaps
from aecore.core.model_file import write_atomically
from aecore.core.progress import Say
from aecore.data import films
from aecore.data.dataset import Dataset, Split, to_bytes, to_float
from aecore.data.scenes import Scene
from aecore.evaluation.result_cache import ResultCache, digest
from aecore.evaluation.scene_baseline import Components
from aecore.evaluation.scene_measures import Labelled, mean_average_precision, mean_iou
from aecore.evaluation.tables import Table
from aecore.evaluation.track_measures import Frame, Tracked, tracked
from aecore.tasks import Autoencoder, SceneReader, Tracker, load
from aecore.tasks.scene import Detection
from aecore.tasks.scene_digits import describe, redraw

STILLS, FILMS = 1_000, 100  # scenes, and films of twenty frames, of each kind
_EVERY = 5  # frames of films that detection is measured on: neighbours are alike
SEED = {"validation": 1_000_000, "test": 2_000_000}  # of the first film; training has other random numbers
_LEAST = 0.02  # the score of detections that count for precision

_MEASURING = (
    "core/boxes core/forward core/layers core/model core/model_file core/network core/spec core/tensor_file "
    "data/dataset data/drawing data/films data/mnist data/scenes evaluation/scene_baseline evaluation/scene_measures "
    "evaluation/scenes evaluation/track_measures tasks/autoencoder tasks/scene tasks/scene_digits tasks/tracker"
)
_SOURCES = [Path(__file__).parents[1] / f"{module}.py" for module in _MEASURING.split()]


@dataclass(frozen=True)
class Figure:
    """One measure on one kind of scenes: of the model, of reading without learning, and what is aimed at."""

    name: str
    model: float
    baseline: float | None
    goal: float | None

    @property
    def is_reached(self) -> bool:
        """Whether the model reaches the goal: at most, for errors; at least, for all others."""
        return self.goal is None or (self.model <= self.goal if "error" in self.name else self.model >= self.goal)


@dataclass(frozen=True)
class Figures:
    """All figures on a split's digits."""

    split: str
    rows: list[dict[str, str | float | None]]

    def figures(self) -> list[Figure]:
        """Return the figures."""
        return [Figure(**row) for row in self.rows]  # type: ignore[arg-type]

    def table(self) -> Table:
        """Return the measures as a table."""
        lines = [
            (
                row.name,
                f"{row.model:.3f}",
                "-" if row.baseline is None else f"{row.baseline:.3f}",
                "-" if row.goal is None else f"{row.goal:.3f}{'' if row.is_reached else ' (missed)'}",
            )
            for row in self.figures()
        ]
        note = (
            f"Scenes of MNIST's {self.split} digits, on seeds that nothing was chosen on: {STILLS:,} still scenes and "
            f"{FILMS} films of {films.FRAMES} frames of each kind. Segmentation: mean IoU over ten classes. Detection: "
            f"mAP at IoU 0.5 over ten classes, all points, in every {_EVERY}th frame; IoU of the boxes that "
            "match. Tracking: MOTA (Bernardin and Stiefelhagen, 2008) and IDF1 (Ristani et al., 2016), boxes match at "
            "IoU 0.5. Without learning: connected ink is a digit, whose class is that of the most similar of 2,000 "
            "training digits; the nearest centre is the same digit. Redrawn scenes: squared error in the boxes, "
            "divided by that of `default` for the same digits, each seen alone; less is better."
        )
        return Table("Scenes", note, ("measure", "`scene`", "without learning", "goal"), lines, "")


def report(folder: Path | None, data: Dataset, say: Say, keep: Path, card: bool = False) -> Table | None:
    """Return the table of the pretrained model of scenes, and write it into a folder as scenes.md and scenes.json.

    `keep` is the file of what an earlier run found, for a model that did not change; with `card`, the figures are
    written into the model's card. None where there is no such model. Raises ModelFileError and WriteError.
    """
    if not pretrained.available("scene"):
        return None
    reader, default = load("scene"), load()
    key = f"scenes {digest(reader.weights)} {digest(default.weights)} {digest({'test': data.test.images})}"
    found = ResultCache(keep, _SOURCES).get(key, Figures, lambda: measure(reader, default, data, "test", say))
    if folder:
        head = "# Scenes\n\nWritten by `python -m aecore.evaluate --write FOLDER`; not to be edited by hand."
        write_atomically(folder / "scenes.md", f"{head}\n\n{found.table().section()}\n".encode())
        write_atomically(folder / "scenes.json", f"{json.dumps(asdict(found), indent=2)}\n".encode())
    if card:
        write_card(pretrained.path("scene"), reader, found)
    return found.table()


def write_card(path: Path, reader: SceneReader, found: Figures) -> None:
    """Write the figures, and which of them miss their goal, into the card of a model's file, and into the manifest.

    The bytes of the weights do not change. Raises ModelFileError when the file now holds another model.
    """
    figures = {row.name: round(row.model, 4) for row in found.figures()}
    missed = {row.name: row.goal for row in found.figures() if not row.is_reached}
    manifest.add_to_card(path, reader, {found.split: figures, "missed_goals": missed})


def measure(reader: SceneReader, default: Autoencoder, data: Dataset, split: str, say: Say) -> Figures:
    """Return all figures on the digits of a split, "validation" or "test"."""
    digits: Split = getattr(data, split)
    plain, seed = Components(data.train), SEED[split]
    rows: list[Figure] = []
    for name, goal, kind in (("apart, as M2NIST", 0.95, films.apart), ("two that cross", 0.90, films.crossing)):
        say(f"scenes, segmentation: {name}")
        scenes = list(kind(digits, STILLS, seed))
        rows.append(Figure(f"segmentation, {name}: mean IoU", *_segmented(reader, plain, scenes), goal))
    for count, goal in ((2, 0.98), (3, 0.93)):
        say(f"scenes, detection: {count} digits")
        scenes = [scene for i in range(FILMS) for scene in films.moving_mnist(digits, count, seed + i)[::_EVERY]]
        rows.append(
            Figure(f"segmentation, Moving MNIST, {count} digits: mean IoU", *_segmented(reader, plain, scenes), None)
        )
        (precision, iou), (other, _) = (
            _detected(reader, scenes),
            _scored(scenes, [plain.detect(s.image) for s in scenes]),
        )
        rows.append(Figure(f"detection, Moving MNIST, {count} digits: mAP", precision, other, goal))
        rows.append(Figure(f"detection, Moving MNIST, {count} digits: IoU", iou, None, 0.90))
    kinds: tuple[tuple[str, Callable[[int], list[Scene]], float, float | None], ...] = (
        ("MNIST-MOT", lambda i: films.mnist_mot(digits, i), 0.985, 0.99),
        ("Moving MNIST, 2 digits", lambda i: films.moving_mnist(digits, 2, i), 0.97, 0.97),
        ("Moving MNIST, 3 digits", lambda i: films.moving_mnist(digits, 3, i), 0.92, None),
    )
    for name, film, mota, idf1 in kinds:
        ours, others = Tracked(), Tracked()
        for i in range(FILMS):
            scenes = film(seed + i)
            ours += tracked(list(_followed(Tracker(reader, default), scenes)))
            pairs = zip(scenes, plain.track([scene.image for scene in scenes]), strict=True)
            others += tracked([_frame(scene, *found) for scene, found in pairs])
            say(f"scenes, tracking, {name}: film {i + 1} of {FILMS}")
        rows.append(Figure(f"tracking, {name}: MOTA", ours.mota, others.mota, mota))
        rows.append(Figure(f"tracking, {name}: IDF1", ours.idf1, others.idf1, idf1))
    say("scenes, redrawing")
    rows.append(
        Figure("redrawing, Moving MNIST, 2 digits: error", redrawing_error(reader, default, digits, seed), None, 2.0)
    )
    return Figures(split, [asdict(row) for row in rows])


def _segmented(reader: SceneReader, plain: Components, scenes: Sequence[Scene]) -> tuple[float, float]:
    """Return the mean IoU of the model, and without learning."""
    wanted = np.stack([scene.classes for scene in scenes])
    made = reader.segment(_pictures(scenes))
    return mean_iou(wanted, made), mean_iou(wanted, np.stack([plain.segment(scene.image) for scene in scenes]))


def _detected(reader: SceneReader, scenes: Sequence[Scene]) -> tuple[float, float]:
    """Return the mean average precision of the model, and the mean IoU of its boxes."""
    found = [labelled(one) for one in reader.detect(_pictures(scenes), _LEAST)]
    return _scored(scenes, found)


def _scored(scenes: Sequence[Scene], found: Sequence[Labelled]) -> tuple[float, float]:
    figures = mean_average_precision([(scene.boxes, scene.digits) for scene in scenes], found)
    return figures.precision, figures.iou


def labelled(found: Sequence[Detection]) -> Labelled:
    """Return detections as boxes (K, 4), digits (K,) and scores (K,)."""
    boxes = np.array([one.box for one in found], float).reshape(-1, 4)
    return boxes, np.array([one.digit for one in found], int), np.array([one.score for one in found], float)


def _followed(tracker: Tracker, scenes: Iterable[Scene]) -> Iterator[Frame]:
    for scene in scenes:
        tracks = tracker.update(to_float(scene.image))
        boxes = np.array([track.box for track in tracks], float).reshape(-1, 4)
        yield _frame(scene, np.array([track.id for track in tracks], int), boxes)


def _frame(scene: Scene, identities: np.ndarray, boxes: np.ndarray) -> Frame:
    fit = np.array([overlaps(box, boxes) for box in scene.boxes.astype(float)]).reshape(len(scene.boxes), len(boxes))
    return scene.identities, identities, fit


def redrawing_error(reader: SceneReader, default: Autoencoder, digits: Split, seed: int) -> float:
    """Return the squared error of scenes redrawn from what was found, divided by that of the digits seen alone.

    Both in the boxes of the digits, of two digits in frames of Moving MNIST.
    """
    own = Split(to_bytes(default.reconstruct(digits.as_float())), digits.labels)
    ours = alone = 0.0
    for i in range(FILMS):
        shown = films.moving_mnist(digits, 2, seed + i)[::_EVERY]
        best = films.moving_mnist(own, 2, seed + i)[::_EVERY]
        pictures = _pictures(shown)
        for scene, other, classes, found in zip(shown, best, *reader.read(pictures), strict=True):
            picture = to_float(scene.image)
            redrawn = redraw(picture.shape, describe(picture, found, classes, default), default)
            inside = np.zeros(picture.shape, bool)
            for top, left, bottom, right in scene.boxes:
                inside[top:bottom, left:right] = True
            ours += float(np.square(redrawn - picture)[inside].sum())
            alone += float(np.square(to_float(other.image) - picture)[inside].sum())
    return ours / alone


def _pictures(scenes: Sequence[Scene]) -> np.ndarray:
    return to_float(np.stack([scene.image for scene in scenes]))
