"""What the Scenes page computes in the browser agrees with Python's SceneReader, Tracker, crops and measures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from aecore import tasks
from aecore.core.boxes import overlaps
from aecore.core.pretrained import available, sha256
from aecore.data.dataset import Split, to_bytes
from aecore.data.films import apart, crossing, moving_mnist
from aecore.data.scenes import Scene
from aecore.data.strokes import sample_image
from aecore.evaluation.track_measures import tracked
from aecore.tasks import Autoencoder, SceneReader, Tracker
from aecore.tasks.scene import Detection
from aecore.tasks.scene_digits import describe, own_crops, redraw
from tests.aecore.readers import small_reader
from tests.browser.engine_page import call, model_file, numbers, text
from ui.server.routes import model_url

SCENES = """
    const at = (name) => import(`../../features/scenes/${name}.js`);
    const sceneOf = ([values, height, width]) => ({ data: numbers(values), height, width });
"""
READER = SCENES + "const model = parseModel(bytes(given[0])), { readScene } = await at('reader');"


@pytest.fixture(scope="module")
def digits() -> Split:
    """The ten sample digits."""
    return Split(to_bytes(np.stack([sample_image(digit) for digit in range(10)])), np.arange(10, dtype=np.uint8))


@pytest.fixture(scope="module", params=["random", "scene"])
def reader(request: pytest.FixtureRequest) -> SceneReader:
    """A reader of random weights, which finds something everywhere, and the one that is shown."""
    return small_reader() if request.param == "random" else shipped()


def shipped() -> SceneReader:
    if "scene" not in available("scene"):
        pytest.skip("needs the model of scenes")
    found = tasks.load("scene")
    assert isinstance(found, SceneReader)
    return found


def default() -> Autoencoder:
    found = tasks.load("default")
    assert isinstance(found, Autoencoder)
    return found


def address(app: str) -> str:
    return f"{app}/{model_url('default', sha256('default'))}"


def file_of(reader: SceneReader) -> str:
    return text(model_file(reader.spec, reader.weights))


def picture(scene: Scene) -> np.ndarray:
    return scene.image.astype(np.float32) / np.float32(255)


def sent(image: np.ndarray) -> list[Any]:
    return [text(image.astype(np.float32)), *image.shape]


def scenes(digits: Split) -> list[np.ndarray]:
    """Scenes of several sizes: digits apart, crossing, cut by the border, three in a heap; noise."""
    rng = np.random.default_rng(5)
    found = [picture(one) for one in (*apart(digits, 4, 1), *crossing(digits, 4, 2), *moving_mnist(digits, 3, 3, 4))]
    return [*found, found[0][:61, :75], rng.random((33, 70), np.float32), np.zeros((32, 48), np.float32)]


def plain(found: list[Detection]) -> list[dict[str, Any]]:
    """Return detections as the browser has them."""
    return [{"box": list(one.box), "digit": one.digit, "score": one.score} for one in found]


def box_of(numbers: np.ndarray) -> tuple[float, float, float, float]:
    top, left, bottom, right = (float(n) for n in numbers)
    return top, left, bottom, right


def test_segment_and_detect_agree(modules: Page, reader: SceneReader, digits: Split) -> None:
    pictures, least = scenes(digits), 0.3 if len(reader.spec.networks) > 3 else 0.02
    body = (
        READER
        + """
        return given[1].map((one) => {
            const { classes, found } = readScene(model, sceneOf(one), given[2]);
            return [Array.from(classes), found];
        });
    """
    )
    made = call(modules, body, file_of(reader), [sent(one) for one in pictures], least)
    total = 0
    for image, (classes, found) in zip(pictures, made, strict=True):
        (wanted_classes,), (wanted,) = reader.read(image[None], least)
        assert (np.array(classes) != wanted_classes.ravel()).sum() <= 1  # two classes may be equally likely
        assert [one["digit"] for one in found] == [one.digit for one in wanted]
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(one["box"], other.box, atol=0.01)
            assert one["score"] == pytest.approx(other.score, abs=1e-3)
        total += len(found)
    assert total >= 10


def test_crops_latents_and_redrawn_scenes_agree(app: str, modules: Page, digits: Split) -> None:
    autoencoder = default()
    some = [*apart(digits, 3, 4), *crossing(digits, 5, 5)]
    big = [np.kron(picture(one), np.ones((2, 2), np.float32)) for one in some[:2]]  # digits are resized
    pictures = [picture(one) for one in some] + big
    found = [truth(one, 1) for one in some] + [truth(one, 2) for one in some[:2]]
    classes = [one.classes for one in some] + [np.kron(one.classes, np.ones((2, 2), np.uint8)) for one in some[:2]]
    body = (
        SCENES
        + """
        const { ownCrops, describe, redraw } = await at('crops'), autoencoder = await (await loadModel(given[0])).whole;
        return given[1].map(([picture, found, classes]) => {
            const scene = sceneOf(picture), list = describe(scene, found, classes, autoencoder);
            const cut = ownCrops(scene, found, classes);
            const crops = cut.map(({ image, corner, factor }) => [text(image), corner, factor]);
            const plain = list.map(({ box, latent }) => ({ box, latent: Array.from(latent) }));
            return { list: plain, crops, redrawn: text(redraw(scene, list, autoencoder).data) };
        });
    """
    )
    given = [
        [sent(image), plain(each), owner.ravel().tolist()]
        for image, each, owner in zip(pictures, found, classes, strict=True)
    ]
    made = call(modules, body, address(app), given)
    for image, each, owner, one in zip(pictures, found, classes, made, strict=True):
        for (crop, corner, factor), wanted in zip(one["crops"], own_crops(image, each, owner), strict=True):
            np.testing.assert_allclose(numbers(crop), wanted.image.ravel(), atol=1e-6)
            np.testing.assert_allclose([*corner, factor], [*wanted.corner, wanted.factor], atol=1e-9)
        listed = describe(image, each, owner, autoencoder)
        for digit, (box, latent) in zip(one["list"], listed, strict=True):
            np.testing.assert_allclose(digit["latent"], latent, atol=1e-3)
            np.testing.assert_allclose(digit["box"], box, atol=1)
        redrawn = numbers(one["redrawn"]).reshape(image.shape)
        assert np.abs(redrawn - redraw(image.shape, listed, autoencoder)).mean() < 1e-3


def truth(scene: Scene, times: int) -> list[Detection]:
    """Return the digits of a scene that was enlarged so many times."""
    pairs = zip(scene.boxes, scene.digits, strict=True)
    return [Detection(box_of(box * times), int(digit), 0.9) for box, digit in pairs]


# ---- films -----------------------------------------------------------------------------------------------------

Found = tuple[list[Detection], np.ndarray, list[Detection]]


def found_on(film: list[Scene], rng: np.random.Generator) -> list[Found]:
    """Return the truth of a film with jitter, misses, wrong classes, false alarms, noisy latents and faint finds."""
    own = rng.standard_normal((10, 16))
    out = []
    for scene in film:
        found: list[Detection] = []
        faint: list[Detection] = []
        latents: list[np.ndarray] = []
        for box, digit in zip(scene.boxes, scene.digits, strict=True):
            if rng.random() < 0.1:
                if rng.random() < 0.5:
                    faint.append(Detection(box_of(box + rng.normal(0, 2, 4)), int(digit), float(rng.uniform(0.1, 0.3))))
                continue
            read = int(digit) if rng.random() < 0.95 else int(rng.integers(10))
            place = box_of(box + rng.normal(0, 0.7, 4))
            found.append(Detection(place, read, float(rng.uniform(0.3, 1))))
            latents.append(own[digit] + rng.normal(0, 0.3, 16))
        if rng.random() < 0.05:
            found.append(Detection((5.0, 5.0, 24.0, 20.0), 1, 0.6))
            latents.append(rng.standard_normal(16))
        out.append((found, np.array(latents, np.float32).reshape(-1, 16), faint))
    return out


FOLLOW = (
    SCENES
    + """
    const { Tracker } = await at('tracker'), { Tracked } = await at('track_measures');
    return given[0].map(([film, truth]) => {
        const tracker = new Tracker(null, null), counts = new Tracked();
        const frames = film.map(([found, latents, faint], i) => {
            const tracks = tracker.follow(found, latents, { height: 64, width: 64 }, faint);
            counts.add(truth[i], tracks);
            return tracks;
        });
        return [frames, { ...counts, mota: counts.mota, idf1: counts.idf1 }];
    });
"""
)


@pytest.mark.parametrize("count", [6, pytest.param(100, marks=pytest.mark.proof)])
def test_identities_and_measures_agree(modules: Page, digits: Split, count: int) -> None:
    given, wanted = [], []
    for seed in range(count):
        film = moving_mnist(digits, 2 + seed % 3, seed)
        shown = found_on(film, np.random.default_rng(seed))
        tracker = Tracker(small_reader(), default())
        tracks = [tracker.follow(found, latents, (64, 64), faint) for found, latents, faint in shown]
        wanted.append((tracks, tracked(list(map(frame, film, tracks)))))
        sent_film = [[plain(found), latents.tolist(), plain(faint)] for found, latents, faint in shown]
        there = [
            [{"id": int(i), "box": box.tolist()} for i, box in zip(one.identities, one.boxes, strict=True)]
            for one in film
        ]
        given.append([sent_film, there])
    switched = 0
    for (frames, counts), (tracks, measured) in zip(call(modules, FOLLOW, given), wanted, strict=True):
        for made, each in zip(frames, tracks, strict=True):
            assert [(one["id"], one["digit"]) for one in made] == [(one.id, one.digit) for one in each]
            for one, other in zip(made, each, strict=True):
                np.testing.assert_allclose(one["box"], other.box, atol=1e-6)
                np.testing.assert_allclose(list(one["latent"]), other.latent, atol=1e-5)
        known = {name: value for name, value in asdict(measured).items() if name != "identified"}
        assert {name: counts[name] for name in known} == known
        assert counts["mota"] == pytest.approx(measured.mota)
        assert counts["idf1"] == pytest.approx(measured.idf1)
        switched += measured.switched
    assert switched > 0  # else the films were too easy to tell trackers apart


def frame(scene: Scene, tracks: list[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a frame as `tracked` takes it."""
    boxes = np.array([one.box for one in tracks], float).reshape(-1, 4)
    fit = np.array([overlaps(box.astype(float), boxes) for box in scene.boxes]).reshape(len(scene.boxes), len(tracks))
    return scene.identities, np.array([one.id for one in tracks], int), fit


@pytest.mark.parametrize("count", [2, pytest.param(100, marks=pytest.mark.proof)])
def test_films_are_followed_alike(app: str, modules: Page, digits: Split, count: int) -> None:
    reader = tasks.load("scene")
    assert isinstance(reader, SceneReader)
    body = (
        READER
        + """
        const { Tracker } = await at('tracker'), autoencoder = await (await loadModel(given[1])).whole;
        const tracker = new Tracker(model, autoencoder);
        return given[2].map((one) => tracker.update(sceneOf(one)).tracks.map(({ id, box, digit }) => [id, digit, box]));
    """
    )
    for seed in range(count):
        film = [picture(one) for one in moving_mnist(digits, 2, seed, 12)]
        tracker = Tracker(reader, default())
        made = call(modules, body, file_of(reader), address(app), [sent(one) for one in film])
        for image, tracks in zip(film, made, strict=True):
            wanted = tracker.update(image)
            assert [(one[0], one[1]) for one in tracks] == [(one.id, one.digit) for one in wanted]
            for one, other in zip(tracks, wanted, strict=True):
                np.testing.assert_allclose(one[2], other.box, atol=1)


def test_assignments_are_scipys(modules: Page) -> None:
    from scipy.optimize import linear_sum_assignment

    rng = np.random.default_rng(0)
    costs = [rng.integers(0, 6, (rng.integers(1, 7), rng.integers(1, 7))).astype(float) for _ in range(200)]
    costs += [rng.random((5, 5)), np.full((3, 4), 1e6), -rng.random((4, 3))]
    body = SCENES + "const { assign } = await at('assignment'); return given[0].map(assign);"
    for cost, pairs in zip(costs, call(modules, body, [one.tolist() for one in costs]), strict=True):
        assert pairs == np.stack(linear_sum_assignment(cost), axis=1).tolist()  # ties, too
