from __future__ import annotations

import numpy as np
import pytest

from aecore.evaluation.scene_measures import average_precision, matched, mean_average_precision, mean_iou

# Padilla, Netto and da Silva, "A Survey on Performance Metrics for Object-Detection Algorithms", 2020: seven images
# with fifteen true boxes; each detection's confidence in percent, and whether it is right.
DETECTIONS = [
    *((95, True), (95, False), (91, True), (88, False), (84, False), (80, False), (78, False), (74, False)),
    *((71, False), (70, True), (67, False), (62, True), (54, True), (48, True), (45, False), (45, False)),
    *((44, False), (44, False), (43, False), (38, False), (35, False), (23, False), (18, True), (14, False)),
]


def test_the_published_example_of_average_precision() -> None:
    scores, right = (np.array(column) for column in zip(*DETECTIONS, strict=True))
    assert average_precision(scores, right, 15) == pytest.approx(
        0.2456, abs=1e-4
    )  # published with four decimals cut off


def test_average_precision_needs_all_and_nothing_else() -> None:
    scores = np.array([0.9, 0.8, 0.7])
    assert average_precision(scores, np.array([True, True, False]), 2) == 1
    assert average_precision(scores, np.array([True, False, True]), 2) == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert average_precision(scores, np.array([True, True, True]), 6) == 0.5
    assert average_precision(np.zeros(0), np.zeros(0, bool), 3) == 0


def test_a_true_box_counts_once() -> None:
    true = np.array([[0.0, 0, 10, 10], [20.0, 0, 30, 10]])
    boxes = np.array([[0.0, 0, 10, 9], [0.0, 0, 10, 10], [20.0, 4, 30, 14]])
    right, iou = matched(boxes, np.array([0.9, 0.8, 0.7]), true)
    assert right.tolist() == [True, False, False]
    np.testing.assert_allclose(iou, [0.9, 1, 60 / 140])


def test_truth_is_found_perfectly_and_nothing_not_at_all() -> None:
    boxes, digits = np.array([[0.0, 0, 10, 10], [5.0, 5, 20, 9]]), np.array([3, 4])
    wanted = [(boxes, digits)] * 3
    perfect = mean_average_precision(wanted, [(boxes, digits, np.ones(2))] * 3)
    assert (perfect.precision, perfect.iou) == (1, 1)
    nothing = mean_average_precision(wanted, [(boxes[:0], digits[:0], np.zeros(0))] * 3)
    assert nothing.precision == 0
    other = mean_average_precision(wanted, [(boxes, digits[::-1], np.ones(2))] * 3)
    assert other.precision == 0


def test_mean_iou_is_the_mean_over_the_classes_that_occur() -> None:
    wanted = np.array([[1, 1, 1, 0], [2, 2, 0, 0]])
    assert mean_iou(wanted, wanted) == 1
    made = np.array([[1, 1, 2, 0], [2, 2, 0, 0]])
    assert mean_iou(wanted, made) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert mean_iou(wanted, np.zeros_like(wanted)) == 0
