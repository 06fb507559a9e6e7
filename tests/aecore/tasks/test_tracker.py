"""Tracking, of digits that are found as films say, and of digits that are not found for a while."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from aecore.tasks import Autoencoder, Tracker
from aecore.tasks.scene import Detection
from aecore.tasks.tracker import Track
from tests.aecore.readers import small_reader, two_frames

SIZE = (64, 64)
ONE, OTHER = np.zeros(16, np.float32), np.full(16, 2, np.float32)

Shown = dict[str, tuple[float, float]]  # by the letter of a digit: where its upper left corner is


@pytest.fixture
def tracker(tiny: Autoencoder) -> Tracker:
    return Tracker(small_reader(), tiny)


def follow(tracker: Tracker, shown: Shown, score: float = 0.9) -> list[Track]:
    """Show the next frame: "a", a 3 of its own look, and "b", a 7, each 20 x 12 pixels."""
    found, latents = [], []
    for letter, (top, left) in shown.items():
        found.append(Detection((top, left, top + 20.0, left + 12.0), 3 if letter == "a" else 7, score))
        latents.append(ONE if letter == "a" else OTHER)
    return tracker.follow(found, np.array(latents).reshape(-1, 16), SIZE)


def names(tracks: Sequence[Track]) -> dict[int, int]:
    """Return the identity of each digit."""
    assert len({track.id for track in tracks}) == len(tracks)
    return {track.digit: track.id for track in tracks}


def test_digits_keep_their_identities_while_they_cross(tracker: Tracker) -> None:
    first = names(follow(tracker, {"a": (10, 2), "b": (14, 46)}))
    assert sorted(first) == [3, 7]
    for i in range(1, 15):
        tracks = follow(tracker, {"a": (10, 2 + 3 * i), "b": (14, 46 - 3 * i)})
        assert names(tracks) == first
        assert [track.box[1] for track in sorted(tracks, key=lambda track: track.digit)] == [2 + 3 * i, 46 - 3 * i]


def test_a_digit_that_is_hidden_is_expected_where_it_goes(tracker: Tracker) -> None:
    first = names(follow(tracker, {"a": (10, 2), "b": (14, 46)}))
    for i in range(1, 15):
        hidden = 7 <= i <= 8
        shown: Shown = {"a": (10, 2 + 3 * i)} if hidden else {"a": (10, 2 + 3 * i), "b": (14, 46 - 3 * i)}
        tracks = follow(tracker, shown)
        assert names(tracks) == first
        (other,) = (track for track in tracks if track.digit == 7)
        np.testing.assert_allclose(other.box[:2], (14, 46 - 3 * i), atol=0.5)


def test_looks_decide_where_places_do_not(tracker: Tracker) -> None:
    first = names(follow(tracker, {"a": (10, 20), "b": (10, 26)}))
    follow(tracker, {"a": (10, 20), "b": (10, 26)})
    tracks = follow(tracker, {"a": (10, 25), "b": (10, 21)})
    assert names(tracks) == first


def test_a_digit_that_leaves_is_forgotten_and_a_new_one_is_another(tracker: Tracker) -> None:
    for i in range(8):
        before = names(follow(tracker, {"a": (10, 30 + 4 * i)}))
    for _ in range(6):
        assert follow(tracker, {}) == []
    after = names(follow(tracker, {"a": (10, 58)}))
    assert before[3] != after[3]


def test_a_digit_is_known_again_after_a_frame_without_it(tracker: Tracker) -> None:
    for i in range(5):
        before = names(follow(tracker, {"a": (10, 4 * i)}))
    assert follow(tracker, {}) == []
    assert names(follow(tracker, {"a": (10, 24)})) == before


def test_what_is_hardly_found_is_not_followed(tracker: Tracker) -> None:
    assert follow(tracker, {"a": (10, 10)}, score=0.31) == []
    first = names(follow(tracker, {"a": (10, 12)}))
    assert names(follow(tracker, {"a": (10, 14)}, score=0.31)) == first


def test_what_is_hardly_found_shows_where_a_digit_is_that_is_followed(tracker: Tracker) -> None:
    def faintly(left: float, digit: int) -> list[Track]:
        found = [Detection((10.0, left, 30.0, left + 12.0), digit, 0.12)]
        return tracker.follow([], np.zeros((0, 16)), SIZE, found)

    assert faintly(10, 3) == []  # a new digit needs more
    for i in range(3):
        first = names(follow(tracker, {"a": (10, 10 + 2 * i)}))
    assert [track.box[1] for track in faintly(16, 3)] == [16.0]
    assert names(faintly(18, 3)) == first
    assert faintly(20, 7) == []  # another digit


def test_most_votes_say_which_digit_it_is(tracker: Tracker) -> None:
    for i in range(6):
        follow(tracker, {"a": (10, 2.0 * i)})
    (track,) = tracker.follow([Detection((10.0, 12.0, 30.0, 24.0), 8, 0.9)], ONE[None], SIZE)
    assert (track.id, track.digit) == (0, 3)


def test_frames_are_read_and_films_begin_anew(tiny: Autoencoder) -> None:
    frame = two_frames().image / np.float32(255)
    results = []
    for _ in range(2):
        tracker = Tracker(small_reader(), tiny)
        results.append([tracker.update(frame) for _ in range(3)])
    for one, other in zip(*results, strict=True):
        assert [track[:3] for track in one] == [track[:3] for track in other]
        assert all(track.latent.shape == (4,) for track in one)


@pytest.mark.parametrize("frame", [np.zeros((1, 64, 64)), np.zeros((20, 64)), [[0.0]], np.full((64, 64), 2.0)])
def test_other_frames_are_refused(frame: Any, tracker: Tracker) -> None:
    with pytest.raises(ValueError, match="wanted"):
        tracker.update(frame)


def test_a_part_of_a_digit_is_no_digit(tracker: Tracker) -> None:
    follow(tracker, {"a": (10, 10)})
    for i in range(1, 5):
        top, left = 10.0, 10.0 + 2 * i
        whole, part = ((top, left, top + 20, left + 12), (top + 1, left + 4, top + 19, left + 9))
        found = [Detection(part, 1, 0.6), Detection(whole, 3, 0.5)]
        tracks = tracker.follow(found, np.array([OTHER, ONE]), SIZE)
        assert [(track.id, track.digit) for track in tracks] == [(0, 3)]
