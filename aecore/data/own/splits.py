"""Makes a data set of people's pictures: three splits, and what a colleague would say about them."""

from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np

from aecore.data.dataset import Dataset, Split
from aecore.data.own.pictures import Pictures

_HELD_OUT = 0.1  # of the pictures, for validation, and as many for tests
_FEW, _FEW_OF_A_CLASS = 200, 5  # pictures


def dataset_of(pictures: Pictures, name: str = "own", title: str = "Own pictures", seed: int = 0) -> Dataset:
    """Return the pictures as a data set: a tenth for validation, and a tenth for tests where the file keeps none.

    Equal pictures come into the same split, so that no test picture was learned by heart.
    """
    rng = np.random.default_rng(seed)
    group = _groups(pictures.images)
    free = np.arange(len(pictures)) if pictures.test is None else np.flatnonzero(~pictures.test)
    test = np.zeros(0, int) if pictures.test is None else np.flatnonzero(pictures.test)
    kinds = rng.permutation(np.unique(group[free]))
    count = max(1, round(_HELD_OUT * len(kinds)))
    validation = free[np.isin(group[free], kinds[:count])]
    if not len(test):
        test = free[np.isin(group[free], kinds[count : 2 * count])]
        rest = free[np.isin(group[free], kinds[2 * count :])]
    else:
        rest = free[np.isin(group[free], kinds[count:])]
    train, held_out, tested = (
        _split(pictures, which if len(which) else free[:1]) for which in (rest, validation, test)
    )
    remark = f"split with seed {seed}"
    return Dataset(name, title, train, held_out, tested, noun="pictures", classes=pictures.classes, remark=remark)


def warnings_of(pictures: Pictures) -> list[str]:
    """Return what may spoil a training with these pictures, a sentence each."""
    out, images = [], pictures.images
    group = _groups(images)
    different = len(np.unique(group))
    if different == 1:
        out.append("All pictures are equal: a network learns just this one.")
    elif different < 0.9 * len(pictures):
        out.append(f"{len(pictures) - different:,} pictures are copies of others; equal ones stay in one split.")
    if pictures.test is not None:
        both = len(np.intersect1d(group[pictures.test], group[~pictures.test]))
        if both:
            out.append(f"{both:,} test pictures are among the training pictures, too: their error says little.")
    empty = int((images.reshape(len(images), -1).max(axis=1) == images.reshape(len(images), -1).min(axis=1)).sum())
    if empty and different > 1:
        out.append(f"{empty:,} pictures are of one colour all over.")
    if len(pictures) < _FEW:
        out.append(f"{len(pictures)} pictures are few: the network will learn them by heart.")
    if pictures.labels is not None:
        counts = Counter(pictures.labels.tolist())
        if len(counts) == 1:
            out.append("All pictures are of one class.")
        rare = [str(pictures.classes[label]) for label, count in counts.items() if count < _FEW_OF_A_CLASS]
        if rare:
            out.append(f"Fewer than {_FEW_OF_A_CLASS} pictures: class {', '.join(sorted(rare)[:5])}.")
    return out


def _groups(images: np.ndarray) -> np.ndarray:
    """Return a number for each picture, the same for equal ones."""
    digests = [hashlib.blake2b(image.tobytes(), digest_size=8).digest() for image in images]
    return np.unique(np.array(digests, "S8"), return_inverse=True)[1].reshape(-1)


def _split(pictures: Pictures, which: np.ndarray) -> Split:
    return Split(pictures.images[which], None if pictures.labels is None else pictures.labels[which].astype(np.int64))
