from __future__ import annotations

import numpy as np
import pytest

import aecore
from aecore.data.scenes import Placed, compose, ink_box
from aecore.tasks import Autoencoder
from aecore.tasks.scene import Detection
from aecore.tasks.scene_digits import crop, crop_all, describe, redraw
from tests.aecore.readers import frame_of, two_frames

BOX = (10.0, 24.0, 30.0, 36.0)


@pytest.fixture(scope="module")
def default() -> Autoencoder:
    model: Autoencoder = aecore.load()
    return model


def shown(digits: dict[int, tuple[int, int]], model: Autoencoder) -> tuple[np.ndarray, np.ndarray, list[Detection]]:
    """Return a scene of the model's own digits, decoded, at these corners; who owns its ink; and what is there."""
    latents = {digit: model.mixture.sample(40, np.random.default_rng(digit))[digit] for digit in digits}
    tiles = {digit: np.rint(model.decode(z[None])[0] * 255).astype(np.uint8) for digit, z in latents.items()}
    scene = compose((64, 64), [Placed(tiles[digit], digit, *corner) for digit, corner in digits.items()])
    found = [
        Detection(tuple(map(float, box)), int(digit), 1.0) for box, digit in zip(scene.boxes, scene.digits, strict=True)
    ]
    return scene.image / np.float32(255), scene.classes, found


def test_a_digit_of_mnists_size_is_cut_out_as_it_is() -> None:
    picture = compose((64, 64), [Placed(frame_of(255), 3, 6, 16)]).image / np.float32(255)
    cut = crop(picture, BOX)
    assert cut.factor == 1
    top, left = (int(n) for n in cut.corner)
    np.testing.assert_array_equal(cut.image, picture[top : top + 28, left : left + 28])
    np.testing.assert_allclose(np.argwhere(cut.image).mean(axis=0), 14, atol=0.5)


@pytest.mark.parametrize("side", [10, 44])
def test_other_sizes_become_mnists(side: int) -> None:
    image = np.zeros((64, 64), np.float32)
    image[5 : 5 + side, 8 : 8 + side // 2] = 1
    cut = crop(image, (5.0, 8.0, 5.0 + side, 8.0 + side // 2))
    top, left, bottom, right = ink_box((cut.image * 255).astype(np.uint8)) or (0, 0, 0, 0)
    assert bottom - top == pytest.approx(20, abs=2)
    assert right - left == pytest.approx(10, abs=2)
    middle = np.argwhere(cut.image).mean(axis=0)
    np.testing.assert_allclose(middle, 14, atol=1)
    np.testing.assert_allclose(cut.corner + (middle + 0.5) / cut.factor, (5 + side / 2, 8 + side / 4), atol=1)


def test_what_is_empty_or_outside_is_black() -> None:
    empty = np.zeros((40, 40), np.float32)
    assert not crop_all(empty, [BOX, (100.0, 100.0, 120.0, 110.0), (-30.0, -30.0, -10.0, -10.0)]).any()
    assert crop_all(empty, []).shape == (0, 28, 28)


def test_a_digit_apart_is_redrawn_where_it_was(default: Autoencoder) -> None:
    picture, classes, found = shown({4: (2, 3), 7: (33, 34)}, default)
    redrawn = redraw(picture.shape, describe(picture, found, classes, default), default)
    assert np.mean((redrawn - picture) ** 2) < 0.002 < np.mean(picture**2) / 10


def test_the_boxes_that_were_found_redraw_nearly_the_same(default: Autoencoder) -> None:
    picture, classes, found = shown({4: (2, 3), 7: (33, 34)}, default)
    described = describe(picture, found, classes, default)
    for (box, _), one in zip(described, found, strict=True):
        np.testing.assert_allclose(box, one.box, atol=1.5)
    redrawn = redraw(picture.shape, [(one.box, z) for one, (_, z) in zip(found, described, strict=True)], default)
    assert np.mean((redrawn - picture) ** 2) < 0.01


def test_hidden_ink_is_filled_in(default: Autoencoder) -> None:
    picture, classes, found = shown({4: (10, 10), 7: (16, 14)}, default)
    redrawn = redraw(picture.shape, describe(picture, found, classes, default), default)
    boxes = [one.box for one in found]
    blind = list(zip(boxes, default.encode(crop_all(picture, boxes)), strict=True))
    error, other = (np.mean((made - picture) ** 2) for made in (redrawn, redraw(picture.shape, blind, default)))
    assert error < other / 2


def test_a_larger_box_makes_a_larger_digit(default: Autoencoder) -> None:
    latent = default.mixture.sample(1, np.random.default_rng(0))[0]
    for box in ((5.0, 6.0, 45.0, 36.0), (20.0, 30.0, 32.0, 40.0)):
        made = redraw((64, 64), [(box, latent)], default)
        top, left, bottom, right = ink_box((made * 255).astype(np.uint8)) or (0, 0, 0, 0)
        assert max(bottom - top, right - left) == pytest.approx(max(box[2] - box[0], box[3] - box[1]), abs=2)
        np.testing.assert_allclose([top + bottom, left + right], [box[0] + box[2], box[1] + box[3]], atol=2)


def test_the_brightest_digit_is_seen_and_none_is_black(default: Autoencoder) -> None:
    picture, classes, found = shown({4: (10, 10), 7: (16, 14)}, default)
    described = describe(picture, found, classes, default)
    each = [redraw((64, 64), [one], default) for one in described]
    np.testing.assert_allclose(redraw((64, 64), described, default), np.maximum(*each), atol=1e-5)
    assert not redraw((64, 64), [], default).any()
    assert describe(picture, [], classes, default) == []


def test_what_does_not_fit_is_refused_with_a_sentence(default: Autoencoder) -> None:
    scene = two_frames()
    picture = scene.image / np.float32(255)
    with pytest.raises(ValueError, match=r"wanted classes \(64, 64\).*got shape \(3, 3\)"):
        describe(picture, [], np.zeros((3, 3), np.uint8), default)
    with pytest.raises(ValueError, match=r"wanted a scene \(H, W\).*got shape \(1, 64, 64\)"):
        describe(picture[None], [], scene.classes, default)
    with pytest.raises(ValueError, match="wanted latents"):
        redraw((64, 64), [(BOX, np.zeros(3, np.float32))], default)
