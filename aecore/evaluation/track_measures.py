"""MOTA and IDF1 of tracks.

MOTA: Bernardin and Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics", 2008.
IDF1: Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", 2016.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

ENOUGH = 0.5
_NEVER = 1e6  # the cost of a pair that does not match

# One frame: identities that are there (K,), identities that were found (L,), and how well each pair fits, (K, L).
Frame = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass
class Tracked:
    """Counts over all frames of films, from which the two measures follow."""

    there: int = 0
    found: int = 0
    missed: int = 0
    false: int = 0
    switched: int = 0
    identified: int = 0

    @property
    def mota(self) -> float:
        """Multiple object tracking accuracy: 1 - (missed + false + switched identities) / there."""
        return 1 - (self.missed + self.false + self.switched) / max(self.there, 1)

    @property
    def idf1(self) -> float:
        """The F1 score of identities: of the one-to-one assignment of identities that is best over the whole film."""
        return 2 * self.identified / max(self.there + self.found, 1)

    def __add__(self, other: Tracked) -> Tracked:
        return Tracked(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


def tracked(film: Sequence[Frame], enough: float = ENOUGH) -> Tracked:
    """Return the counts of one film; pairs that fit by at least `enough` may match.

    What matched in the frame before stays matched while it fits; the others are assigned so that most match, best.
    """
    out, before = Tracked(), dict[int, int]()  # the found identity that each true one matched last
    pairs: Counter[tuple[int, int]] = Counter()
    for there, found, fit in film:
        out.there += len(there)
        out.found += len(found)
        pairs.update((int(there[i]), int(found[j])) for i, j in np.argwhere(fit >= enough))
        now = _matches(there, found, fit, enough, before)
        out.missed += len(there) - len(now)
        out.false += len(found) - len(now)
        out.switched += sum(before.get(one, other) != other for one, other in now.items())
        before |= now
    if pairs:
        true, made = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
        counts = np.array([[pairs[one, other] for other in made] for one in true])
        out.identified = int(counts[linear_sum_assignment(-counts)].sum())
    return out


def _matches(
    there: np.ndarray, found: np.ndarray, fit: np.ndarray, enough: float, before: dict[int, int]
) -> dict[int, int]:
    """Return the found identity of each true one that has one."""
    now = {}
    place = {int(identity): j for j, identity in enumerate(found)}
    for i, one in enumerate(there):
        j = place.get(before.get(int(one), -1))
        if j is not None and fit[i, j] >= enough:
            now[int(one)] = int(found[j])
    rows = [i for i, one in enumerate(there) if int(one) not in now]
    columns = [j for j, other in enumerate(found) if int(other) not in now.values()]
    cost = np.where(fit >= enough, 1 - fit, _NEVER)[np.ix_(rows, columns)]
    for i, j in zip(*linear_sum_assignment(cost), strict=True):
        if cost[i, j] < _NEVER:
            now[int(there[rows[i]])] = int(found[columns[j]])
    return now
