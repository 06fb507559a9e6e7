"""The evaluation of heads: how many digits each tells from the latent alone."""

from __future__ import annotations

import numpy as np

from aecore.data.dataset import Split
from aecore.evaluation import measures
from aecore.evaluation.findings import HeadRow
from aecore.tasks import Autoencoder, Head


def evaluate_head(
    name: str, head: Head, file_bytes: int, model: Autoencoder, validation: Split, test: Split
) -> HeadRow:
    """Return the results of the head, whose file has so many bytes, of the model with this name."""
    latents = model.encode(test.as_float())
    return HeadRow(
        name=name,
        weights=head.spec.parameter_count,
        bytes=file_bytes,
        validation_accuracy=accuracy(head, model.encode(validation.as_float()), validation),
        test_accuracy=accuracy(head, latents, test),
        test_mse=measures.mse(test.as_float(), model.decode(latents)),
    )


def accuracy(head: Head, latents: np.ndarray, split: Split) -> float:
    """Return the fraction of a split's digits that a head tells from their latents (N, latent_dim)."""
    return float(np.mean(head.classify(latents).argmax(axis=1) == split.known_labels()))
