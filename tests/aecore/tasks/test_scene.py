"""Reading scenes: from maps as they should be, and with a small model that reads nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aecore.core.model_file import ModelFileError, save_model
from aecore.core.spec import Conv2D, Network, Spec
from aecore.data.scenes import Placed, Scene, compose
from aecore.tasks import SceneReader, load_model
from aecore.tasks.scene import Detection, detections, owners, tightened
from aecore.tasks.scene_targets import CELL, CHANNELS, DIGITS, spot_targets
from tests.aecore.readers import SPEC, frame_of, small_reader, two_frames
from tests.architectures import random_weights


def perfect_maps(scene: Scene) -> np.ndarray:
    """Return the maps of centres of a network that knows the truth, and is sure of it."""
    target = spot_targets([scene])[0]
    maps = target[..., :CHANNELS].copy()
    maps[..., :DIGITS] = np.where(target[..., :DIGITS] > 0.999, 4, -6)
    return maps


def found_in(scene: Scene) -> list[Detection]:
    """Return the truth as detections."""
    return [
        Detection((float(box[0]), float(box[1]), float(box[2]), float(box[3])), int(digit), 0.9)
        for box, digit in zip(scene.boxes, scene.digits, strict=True)
    ]


@pytest.mark.parametrize("gap", [5, 0, -6, -12])
def test_what_the_maps_say_is_found_with_tight_boxes(gap: int) -> None:
    scene = two_frames(gap)
    found = detections(perfect_maps(scene), scene.image.shape, 0.3)
    assert sorted(one.digit for one in found) == [3, 7]
    for one in found:
        truth = scene.boxes[scene.digits == one.digit][0]
        np.testing.assert_allclose(one.box, truth, atol=1e-4)
        assert one.score == pytest.approx(1 / (1 + np.exp(-4)))


def test_digits_of_different_classes_are_found_in_one_place() -> None:
    scene = compose((64, 64), [Placed(frame_of(200, 20, 16), 3, 8, 2), Placed(frame_of(250, 12, 14), 7, 8, 2)])
    found = detections(perfect_maps(scene), scene.image.shape, 0.3)
    assert sorted(one.digit for one in found) == [3, 7]


def test_of_nearly_equal_boxes_the_worse_one_is_doubted() -> None:
    scene = compose((64, 64), [Placed(frame_of(200), 3, 8, 2), Placed(frame_of(250), 7, 8, 2)])
    maps = perfect_maps(scene)
    maps[..., 7] -= 1
    sure, doubted = detections(maps, scene.image.shape, 0.3)
    assert (sure.digit, doubted.digit) == (3, 7)
    assert sure.score > 0.9
    assert doubted.score == pytest.approx(0.7 / (1 + np.exp(-3)))
    assert [one.digit for one in detections(maps, scene.image.shape, 0.7)] == [3]


def test_of_equal_boxes_of_one_class_the_better_one_stays() -> None:
    maps = np.full((16, 16, CHANNELS), -6, np.float32)
    maps[8, 6, 4], maps[8, 8, 4] = 3, 2
    maps[..., DIGITS:] = 2
    (one,) = detections(maps, (64, 64), 0.3)
    assert one.box == (34 - 16, 26 - 16, 34 + 16, 26 + 16)


def test_only_what_is_likely_enough_is_found_the_best_first() -> None:
    scene = two_frames()
    maps = perfect_maps(scene)
    maps[..., 7] -= 4.5
    assert [one.digit for one in detections(maps, scene.image.shape, 0.1)] == [3, 7]
    assert [one.digit for one in detections(maps, scene.image.shape, 0.7)] == [3]


def test_boxes_end_at_the_border() -> None:
    maps = np.full((16, 16, CHANNELS), -6, np.float32)
    maps[0, 15, 4] = 3
    maps[..., DIGITS:] = 4
    (one,) = detections(maps, (64, 64), 0.3)
    assert one.box == (0, 62 - 32, 2 + 32, 64)


def test_ink_belongs_to_the_class_that_is_likeliest_and_to_digits_that_were_found() -> None:
    scene = two_frames(5)
    image = scene.image / np.float32(255)
    logits = np.zeros((64, 64, DIGITS), np.float32)
    logits[..., 1] = 2.0
    ink = image * 255 > 64
    np.testing.assert_array_equal(owners(image, logits, []), np.where(ink, 2, 0))
    np.testing.assert_array_equal(owners(image, logits, found_in(scene)), scene.classes)
    logits[..., 1] = 12.0  # so sure that no box changes it
    np.testing.assert_array_equal(owners(image, logits, found_in(scene)), np.where(ink, 2, 0))


def test_where_boxes_cross_pixels_decide() -> None:
    scene = two_frames(-6)
    image = scene.image / np.float32(255)
    logits = np.zeros((64, 64, DIGITS), np.float32)
    logits[..., 3], logits[..., 7] = scene.classes == 4, scene.classes == 8
    np.testing.assert_array_equal(owners(image, logits, found_in(scene)), scene.classes)


def test_edges_are_moved_to_ink_that_is_near_and_else_stay() -> None:
    scene = two_frames(5)
    (top, left, bottom, right), classes = scene.boxes[0].astype(float), scene.classes
    near = Detection((top - 1.4, left + 1.2, bottom + 0.3, right - 1.9), 3, 0.5)
    assert tightened(near, classes) == Detection((top, left, bottom, right), 3, 0.5)
    far = Detection((top - 6.0, left + 1.0, bottom + 6.0, right), 3, 0.5)
    assert tightened(far, classes).box == (top - 6, left, bottom + 6, right)
    other = Detection((top, left, bottom, right), 9, 0.5)
    assert tightened(other, classes) == other


@pytest.mark.parametrize("size", [(32, 32), (64, 84), (33, 70), (127, 50)])
def test_canvases_of_any_size_are_read(size: tuple[int, int]) -> None:
    reader = small_reader()
    images = np.random.default_rng(0).random((3, *size)).astype(np.float32)
    classes = reader.segment(images)
    assert (classes.shape, classes.dtype) == (images.shape, np.uint8)
    np.testing.assert_array_equal(classes > 0, images * 255 > 64)
    assert classes.max() <= DIGITS
    found = reader.detect(images, 0.0)
    assert len(found) == 3
    for one in (one for each in found for one in each):
        top, left, bottom, right = one.box
        assert 0 <= top < bottom <= size[0]
        assert 0 <= left < right <= size[1]
    again, same = reader.read(images, 0.0)
    np.testing.assert_array_equal(again, classes)
    assert same == found
    assert all(a.score >= b.score for each in found for a, b in itertools.pairwise(each))


def test_no_scene_gives_nothing() -> None:
    none = np.zeros((0, 64, 64), np.float32)
    assert small_reader().segment(none).shape == (0, 64, 64)
    assert small_reader().detect(none) == []


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.zeros((1, 31, 64)), "32 to 256 pixels a side; got 31 x 64"),
        (np.zeros((1, 64, 257)), "32 to 256 pixels a side; got 64 x 257"),
        (np.zeros((64, 64)), r"wanted images \(N, any, any\).*got shape \(64, 64\)"),
        (np.full((1, 64, 64), 255.0), "got values from 255 to 255"),
        (np.zeros((1, 64, 64), np.uint8), "got dtype uint8"),
        ([[0.0]], "got list"),
    ],
)
def test_other_scenes_are_refused_with_a_sentence(images: Any, said: str) -> None:
    for read in (small_reader().segment, small_reader().detect):
        with pytest.raises(ValueError, match=said):
            read(images)


def test_a_file_brings_the_same_model_back(tmp_path: Any) -> None:
    model = small_reader()
    save_model(model, tmp_path / "scene.safetensors")
    loaded = load_model(tmp_path / "scene.safetensors")
    assert isinstance(loaded, SceneReader)
    image = two_frames().image[None] / np.float32(255)
    np.testing.assert_array_equal(loaded.segment(image), model.segment(image))


def test_networks_that_read_no_scenes_are_refused(tmp_path: Any) -> None:
    small = {**SPEC.networks, "spots": Network(("look",), (Conv2D(49, 1),))}
    coarse = {**SPEC.networks, "spots": Network(("look",), (Conv2D(50, 1, 2),))}
    for networks in (small, coarse):
        spec = Spec(SPEC.inputs, networks)
        model = replace(small_reader(), spec=SPEC)
        object.__setattr__(model, "spec", spec)
        object.__setattr__(model, "weights", random_weights(spec))
        save_model(model, tmp_path / "odd.safetensors")
        with pytest.raises(ModelFileError, match="do not make maps of ten classes"):
            load_model(tmp_path / "odd.safetensors")
    assert CELL == 4
