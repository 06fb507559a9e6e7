"""Follows the digits of a film: predicted places, latents and classes, assigned by the Hungarian algorithm.

Everything but the two models is plain arithmetic in double precision, so that JavaScript can give the same results.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from aecore.core.boxes import covered, overlaps
from aecore.data.scenes import TILE
from aecore.tasks.autoencoder import Autoencoder
from aecore.tasks.scene import CONFIDENT, Detection, SceneReader, check_scene
from aecore.tasks.scene_digits import own_crops

FAINT = 0.1  # the least score of a detection that can show where a digit is that was seen before
_DIGITS = 10
_NEVER = 1e6  # the cost of a pair that cannot be
_REACH = 10.0  # pixels from where a digit is expected, at most,
_REACH_UNSEEN = 1.0  # and more for each frame in which it was not seen
_LATENT_WEIGHT, _LATENT_MOST = 8.0, 6.0  # pixels for a mean squared distance of latents of 1, and at most
_CLASS_WEIGHT = 6.0  # pixels for a class without a vote
_GAIN = 0.5  # of the difference between expected and measured place, for the velocity
_BOUNCE = 6.0  # pixels: a larger difference is a new direction
_LEARN = 0.5  # of the newest latent, in the mean
_RIVAL = 1.0  # of a detection's score: what has less is no other digit, and
_STRONG, _INSIDE = 0.6, 0.7  # a new box, so much of which is inside that of one so much as strong, is a part of it
_MEETING = 0.35  # of a box that others cover: more makes a digit's crop unreliable
_HIDDEN = 0.5  # of a box that others cover: more may hide a digit
_KEEP, _KEEP_HIDDEN = 2, 10  # frames for which a digit is remembered that is not seen: in the open, and behind others
_SHOWN = 2  # times that a digit must have been seen, to be reported where it is hidden
_BIRTH, _BIRTH_AMONG = 0.35, 0.5  # scores of a digit that is new: in the open, and where others are
_FAINT_OVERLAP = 0.2  # of a faint detection's box with where a digit of its class is expected, at least
_TWICE = 0.5  # a new digit's box is not one that is followed already


class Track(NamedTuple):
    """A digit of a film, in one frame: its identity, box (top, left, bottom, right), digit 0-9, and latent (D,)."""

    id: int
    box: tuple[float, float, float, float]
    digit: int
    latent: np.ndarray


@dataclass
class _State:
    id: int
    box: np.ndarray
    latent: np.ndarray
    votes: np.ndarray
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(2))
    seen: int = 1
    unseen: int = 0
    confirmed: bool = True

    def cost(self, one: Detection, latent: np.ndarray) -> float:
        """Return how badly a detection fits, in pixels."""
        away = float(np.hypot(*self.difference(np.array(one.box))))
        if away > _REACH + _REACH_UNSEEN * self.unseen:
            return _NEVER
        apart = float(np.mean((self.latent - latent) ** 2))
        doubt = 1 - self.votes[one.digit] / self.votes.sum()
        return away + min(_LATENT_WEIGHT * apart, _LATENT_MOST) + _CLASS_WEIGHT * float(doubt)

    def faint_cost(self, one: Detection) -> float:
        """Return how far a detection of a low score is from where this digit is expected, in pixels."""
        same = int(self.votes.argmax()) == one.digit and self.unseen <= _KEEP
        near = overlaps(self.box, np.array([one.box]))[0] >= _FAINT_OVERLAP
        return float(np.hypot(*self.difference(np.array(one.box)))) if same and near else _NEVER

    def difference(self, box: np.ndarray) -> np.ndarray:
        """Return from where it is expected to where a box is, rows and columns of the centres."""
        away = (box - self.box) / 2
        difference: np.ndarray = away[:2] + away[2:]
        return difference

    def see(self, one: Detection, alone: bool, latent: np.ndarray | None = None) -> None:
        """Take a detection that was assigned; its latent and class count little where other digits meet it."""
        box = np.array(one.box)
        difference = self.difference(box) / (self.unseen + 1)
        gain = np.where((np.abs(difference) > _BOUNCE) | (self.seen == 1), 1.0, _GAIN)
        self.velocity = self.velocity + gain * difference
        self.box = box
        if alone and latent is not None:
            self.latent = self.latent + _LEARN * (latent - self.latent)
        self.votes[one.digit] += one.score * (1.0 if alone else 0.3)
        self.seen, self.unseen, self.confirmed = self.seen + 1, 0, True


class Tracker:
    """Gives the digits of a film identities, which they keep while they are hidden behind each other."""

    def __init__(self, reader: SceneReader, autoencoder: Autoencoder) -> None:
        self._reader, self._autoencoder = reader, autoencoder
        self._states: list[_State] = []
        self._born = 0

    def update(self, frame: np.ndarray) -> list[Track]:
        """Return the digits in the film's next frame (H, W) float in [0, 1], 32 to 256 px a side; raises ValueError."""
        frame = check_scene(frame)
        (classes,), (all_found,) = self._reader.read(frame[None], FAINT)
        found = [one for one in all_found if one.score >= CONFIDENT]
        images = np.array([one.image for one in own_crops(frame, found, classes)], np.float32).reshape(-1, TILE, TILE)
        return self.follow(found, self._autoencoder.encode(images), frame.shape, all_found[len(found) :])

    def follow(
        self,
        found: Sequence[Detection],
        latents: np.ndarray,
        size: Sequence[int],
        faint: Sequence[Detection] = (),
    ) -> list[Track]:
        """Return the digits in the next frame, of this height and width, where these were found with latents (K, D).

        `faint` are detections of too low a score for a new digit: they show where one is that is followed already.
        Zhang et al., "ByteTrack", 2022.
        """
        boxes = np.array([one.box for one in found], float).reshape(-1, 4)
        scores = np.array([one.score for one in found])
        alone, inside = [], []
        for j, box in enumerate(boxes):
            others = np.arange(len(found)) != j
            alone.append(covered(box, boxes[others & (scores >= _RIVAL * scores[j])]) <= _MEETING)
            inside.append(covered(box, boxes[others & (scores >= _STRONG * scores[j])]) > _INSIDE)
        for state in self._states:
            state.box = state.box + np.tile(state.velocity, 2)
        cost = [[state.cost(one, latent) for one, latent in zip(found, latents, strict=True)] for state in self._states]
        pairs = dict(_assigned(np.array(cost).reshape(len(self._states), len(found))))
        for i, j in pairs.items():
            self._states[i].see(found[j], alone[j], latents[j].astype(float))
        lost = [state for i, state in enumerate(self._states) if i not in pairs]
        cost = [[state.faint_cost(one) for one in faint] for state in lost]
        pairs_of_lost = dict(_assigned(np.array(cost).reshape(len(lost), len(faint))))
        for i, state in enumerate(lost):
            if i in pairs_of_lost:
                state.see(faint[pairs_of_lost[i]], alone=False)
            else:
                state.unseen += 1
        self._states = [state for state in self._states if self._is_remembered(state, size)]
        first = not self._states
        for j in sorted(set(range(len(found))) - set(pairs.values())):
            if first or not inside[j]:
                self._begin(found[j], latents[j].astype(float), alone[j], first)
        return [
            Track(state.id, tuple(state.box.tolist()), int(state.votes.argmax()), state.latent.astype(np.float32))
            for state in self._states
            if state.confirmed and (not state.unseen or (state.seen >= _SHOWN and self._is_hidden(state)))
        ]

    def _others(self, state: _State) -> np.ndarray:
        return np.array([other.box for other in self._states if other is not state and not other.unseen]).reshape(-1, 4)

    def _is_hidden(self, state: _State) -> bool:
        return covered(state.box, self._others(state)) > _HIDDEN

    def _is_remembered(self, state: _State, size: Sequence[int]) -> bool:
        middle = (state.box[:2] + state.box[2:]) / 2
        if not state.unseen:
            return True
        if not state.confirmed or not all(0 <= m < n for m, n in zip(middle, size, strict=True)):
            return False
        return state.unseen <= (_KEEP_HIDDEN if self._is_hidden(state) else _KEEP)

    def _begin(self, one: Detection, latent: np.ndarray, alone: bool, first: bool) -> None:
        box = np.array(one.box)
        followed = np.array([state.box for state in self._states]).reshape(-1, 4)
        if one.score < (_BIRTH if alone else _BIRTH_AMONG) or (overlaps(box, followed) > _TWICE).any():
            return
        votes = np.full(_DIGITS, 0.01)
        votes[one.digit] += one.score
        self._states.append(_State(self._born, box, latent, votes, confirmed=alone or first))
        self._born += 1


def _assigned(cost: np.ndarray) -> Iterable[tuple[int, int]]:
    """Yield the pairs of rows and columns whose costs (N, M) have the smallest sum, without those that cannot be."""
    from scipy.optimize import linear_sum_assignment  # here: it takes 20 MB, and few visitors make films

    for i, j in zip(*linear_sum_assignment(cost), strict=True):
        if cost[i, j] < _NEVER:
            yield int(i), int(j)
