from __future__ import annotations

import numpy as np
import pytest

from aecore.data.scenes import Placed, compose
from aecore.tasks.scene_targets import CHANNELS, DIGITS, UNIT, class_loss, class_targets, spot_loss, spot_targets
from tests.aecore.readers import frame_of, two_frames


def test_the_heat_is_one_at_centres_and_sinks_around_them() -> None:
    scene = two_frames(5)
    heat = spot_targets([scene])[0, ..., :DIGITS]
    assert (heat == 1).sum() == 2
    for box, digit in zip(scene.boxes, scene.digits, strict=True):
        row, column = ((box[:2] + box[2:]) / 2 // 4).astype(int)
        assert heat[row, column, digit] == 1
        assert 0 < heat[row, column + 1, digit] < 1
    assert not heat[..., [0, 1, 2, 4, 5, 6, 8, 9]].any()


def test_extents_reach_from_cells_to_the_box() -> None:
    scene = compose((64, 64), [Placed(frame_of(250), 5, 9, 20)])
    target = spot_targets([scene])[0]
    weights = target[..., CHANNELS:]
    assert (weights > 0).sum() == 9
    for row, column in np.argwhere(weights[..., 5] > 0):
        extents = target[row, column, DIGITS + 20 : DIGITS + 24] * UNIT
        centre = (np.array([row, column]) + 0.5) * 4
        np.testing.assert_allclose(np.concatenate([centre - extents[:2], centre + extents[2:]]), scene.boxes[0])


def test_the_loss_of_classes_counts_ink_alone() -> None:
    wanted = class_targets([two_frames()])
    sure = 20.0 * np.eye(DIGITS, dtype=np.float32)[np.maximum(wanted[..., 0].astype(int) - 1, 0)]
    assert class_loss(np, wanted, sure).max() < 1e-6
    unsure = class_loss(np, wanted, np.zeros_like(sure))
    np.testing.assert_allclose(unsure[wanted[..., 0] > 0] / unsure.max(), 1)
    assert unsure.max() == pytest.approx(16 * np.log(10), rel=1e-5)
    assert not unsure[wanted[..., 0] == 0].any()
    assert class_loss(np, wanted, np.roll(sure, 1, axis=-1))[wanted[..., 0] > 0].min() > 100


def test_the_loss_of_centres_is_least_for_what_is_wanted() -> None:
    wanted = spot_targets([two_frames()])
    made = wanted[..., :CHANNELS].copy()
    made[..., :DIGITS] = np.where(wanted[..., :DIGITS] == 1, 12, -12)
    least = spot_loss(np, wanted, made).mean()
    assert least < 0.01
    for change in (
        lambda m: m.__setitem__((..., slice(DIGITS)), -12),  # nothing is found
        lambda m: m.__setitem__((..., 4), 12),  # another digit is found everywhere
        lambda m: m.__setitem__((..., slice(DIGITS, None)), m[..., DIGITS:] + 0.5),  # boxes are too large
    ):
        worse = made.copy()
        change(worse)
        assert spot_loss(np, wanted, worse).mean() > least + 0.5


def test_extents_are_free_where_there_is_no_centre() -> None:
    wanted = spot_targets([two_frames()])
    made = np.zeros((*wanted.shape[:3], CHANNELS), np.float32)
    before = spot_loss(np, wanted, made)
    made[..., DIGITS:].reshape(*wanted.shape[:3], DIGITS, 4)[wanted[..., CHANNELS:] == 0] = 9
    np.testing.assert_array_equal(spot_loss(np, wanted, made), before)
