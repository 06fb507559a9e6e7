"""What an epoch is trained on, without training."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from aecore.core.spec import Spec
from aecore.data.augment import WarpPool, warp_pool
from aecore.data.corruption import corrupt
from aecore.data.dataset import Split
from aecore.tasks.denoise import Denoise
from aecore.tasks.scene_stage import ReadScenes
from aecore.training import epochs as epochs_module
from aecore.training.epochs import Epochs
from aecore.training.presets import PRESETS, Preset
from tests.aecore.tasks.examples import OUTLINE, squares

COUNT = 70
PLAIN = replace(PRESETS["book"], epochs=20, batch=16)


@pytest.fixture(scope="module")
def split(blobs: np.ndarray) -> Split:
    return Split(np.rint(blobs[:COUNT] * 255).astype(np.uint8), np.arange(COUNT).astype(np.uint8))


def of_epoch(preset: Preset, split: Split, epoch: int = 0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """All inputs and targets of an epoch, (N, 28, 28) each."""
    batches = list(Epochs(preset, split, seed).batches(epoch))
    assert len(batches) == Epochs(preset, split, seed).steps
    assert {len(inputs["image"]) for inputs, _ in batches[:-1]} == {preset.batch}
    pairs = [(inputs["image"][..., 0], targets["decoder"][..., 0]) for inputs, targets in batches]
    given, wanted = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return given, wanted


def rows(images: np.ndarray) -> list[bytes]:
    return sorted(image.tobytes() for image in images)


def test_an_epoch_shows_every_image_once_in_an_order_of_its_own(split: Split) -> None:
    (given, wanted), (_, other) = (of_epoch(PLAIN, split, epoch) for epoch in (0, 1))
    assert rows(given) == rows(wanted) == rows(split.as_float()) == rows(other)
    assert not np.array_equal(wanted, other)


@pytest.mark.parametrize("preset", [PLAIN, replace(PLAIN, task=Denoise(), input_noise=0.1)])
def test_the_seed_and_the_number_make_the_epoch(preset: Preset, split: Split) -> None:
    np.testing.assert_array_equal(of_epoch(preset, split, 3), of_epoch(preset, split, 3))
    assert not np.array_equal(of_epoch(preset, split, 3, seed=1), of_epoch(preset, split, 3))


@pytest.mark.parametrize("task", [PLAIN.task, Denoise("occlusion", 0.5)])
def test_what_does_not_fit_into_memory_comes_in_pieces(
    split: Split, task: Denoise, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset = replace(PLAIN, task=task)
    whole = of_epoch(preset, split)
    monkeypatch.setattr(epochs_module, "AT_ONCE", 20 * 28 * 28)  # one batch at a time
    pieces = of_epoch(preset, split)
    np.testing.assert_array_equal(pieces[1], whole[1])  # the same images in the same order
    assert np.array_equal(pieces[0], whole[0]) == (task is PLAIN.task)  # each piece draws its own corruption


def test_a_denoiser_is_given_the_corrupted_and_asked_for_the_clean(split: Split) -> None:
    given, wanted = of_epoch(replace(PLAIN, task=Denoise("salt_and_pepper", 0.5)), split)
    assert rows(wanted) == rows(split.as_float())
    changed = given != wanted
    assert 0.2 < changed.mean() < 0.55
    assert set(np.unique(given[changed])) <= {0, 1}
    np.testing.assert_array_equal(corrupt(wanted, "salt_and_pepper", 0, np.random.default_rng(0)), wanted)


def test_warped_copies_take_the_place_of_some_originals_but_not_at_first_and_fewer_at_the_end(split: Split) -> None:
    preset = replace(PLAIN, warped_copies=2, warped_fraction=0.8, epochs=10)
    known = set(rows(split.as_float()))
    fractions = [np.mean([image.tobytes() not in known for image in of_epoch(preset, split, i)[1]]) for i in range(10)]
    assert fractions[0] == 0
    assert np.mean(fractions[1:7]) == pytest.approx(0.8, abs=0.06)
    assert np.mean(fractions[7:]) == pytest.approx(0.4, abs=0.1)


def test_noise_on_the_inputs_is_off_in_the_last_quarter(split: Split) -> None:
    preset = replace(PLAIN, input_noise=0.1)
    given, wanted = of_epoch(preset, split, 14)
    assert (given - wanted).std() == pytest.approx(0.1, rel=0.05)
    given, wanted = of_epoch(preset, split, 15)
    np.testing.assert_array_equal(given, wanted)


def test_drawings_join_the_images(split: Split) -> None:
    _, wanted = of_epoch(replace(PLAIN, drawings=10), split)
    assert len(wanted) == COUNT + 10
    assert set(rows(split.as_float())) < set(rows(wanted))


def test_labels_go_with_their_images_to_the_task() -> None:
    data = squares(60).train
    by_image = {image.tobytes(): label for image, label in zip(data.as_float(), data.known_labels(), strict=True)}
    for inputs, targets in Epochs(replace(OUTLINE, batch=7), data, 0).batches(2):
        for image, classes in zip(inputs["image"][..., 0], targets["classes"][..., 0], strict=True):
            np.testing.assert_array_equal(classes, by_image[image.tobytes()])


def test_specs_of_presets_take_what_their_tasks_give(split: Split) -> None:
    for preset in PRESETS.values():
        batch = preset.task.examples(split.as_float(slice(2)), None, np.random.default_rng(0))
        spec: Spec = preset.spec
        assert {name: array.shape[1:] for name, array in batch.inputs.items()} == spec.inputs
        assert {name: array.shape[1:] for name, array in batch.targets.items()} == {
            name: spec.shapes[name] for name in preset.task.outputs
        }


def test_an_epoch_may_have_fewer_batches_of_images_drawn_anew(split: Split) -> None:
    preset = replace(PLAIN, steps=2)
    first, second = (rows(of_epoch(preset, split, epoch)[1]) for epoch in (0, 1))
    assert len(first) == len(second) == 2 * preset.batch
    assert set(first) < set(rows(split.as_float()))
    assert first != second
    assert Epochs(replace(PLAIN, steps=99), split, 0).steps == Epochs(PLAIN, split, 0).steps


def test_a_fraction_of_the_images_is_shifted_by_a_pixel(split: Split) -> None:
    def moved(epoch: int) -> float:
        given = set(rows(split.as_float()))
        shown = rows(of_epoch(replace(PLAIN, shifted_fraction=0.9), split, epoch)[1])
        return sum(row not in given for row in shown) / len(shown)

    assert moved(0) > 1.4 * moved(18) > 0.2  # of twenty epochs; halved in the last


def test_photos_are_mirrored_as_well_and_grey_pictures_are_not() -> None:
    ramp = np.tile(np.linspace(0, 255, 12).astype(np.uint8), (COUNT, 12, 1))  # brighter to the right
    for images, least, most in ((ramp, 0, 0), (np.repeat(ramp[..., None], 3, axis=-1), 0.25, 0.6)):
        preset = replace(PLAIN, shifted_fraction=0.8)
        shown = [batch["image"] for batch, _ in Epochs(preset, Split(images), 0).batches(0)]
        turned = np.concatenate([some[:, 6, 1, 0] > some[:, 6, -2, 0] for some in shown])
        assert len(turned) == COUNT
        assert least <= turned.mean() <= most


def test_scenes_are_composed_of_the_digits_of_each_batch(split: Split) -> None:
    preset = replace(PLAIN, task=ReadScenes(), batch=20)
    digits = Split(split.images, (np.arange(COUNT) % 10).astype(np.uint8))
    batches = list(Epochs(preset, digits, 0).batches(1))
    assert len(batches) == 4
    first, second = (inputs["scene"].shape for inputs, _ in batches[:2])
    assert (first[1:], second[1:]) == ((64, 64, 1), (96, 96, 1))
    for inputs, targets in batches:
        count, height, width, _ = inputs["scene"].shape
        assert count < 20
        assert targets["classes"].shape == (count, height, width, 1)
        assert targets["spots"].shape == (count, height // 4, width // 4, 60)


def test_an_epoch_begins_while_later_copies_are_made(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    copies, go = 3, [threading.Event() for _ in range(3)]
    fill = WarpPool.fill

    def slowly(self: WarpPool, copy: int, start: int) -> None:
        assert go[copy].wait(60)
        fill(self, copy, start)

    monkeypatch.setattr(WarpPool, "fill", slowly)
    epochs = Epochs(replace(PLAIN, epochs=4, warped_copies=copies, warped_fraction=1.0), split, 0)

    def shown(epoch: int) -> list[bytes]:
        images = np.concatenate([inputs["image"] for inputs, _ in epochs.batches(epoch)])
        return [image.tobytes() for image in np.rint(255 * images).astype(np.uint8).reshape(-1, 784)]

    first = shown(0)
    epochs.go_on()
    go[0].set()
    second = shown(1)
    for event in go:
        event.set()
    last = shown(3)
    made = [split.images, *warp_pool(split.images, copies, 0)]
    known = [{image.tobytes() for image in copy} for copy in made]

    def of(images: list[bytes]) -> set[int]:
        return {next(k for k, copy in enumerate(known) if image in copy) for image in images}

    assert of(first) == {0}
    assert of(second) == {1}
    assert of(last) >= {1, 2, 3}
