"""Data for the comparison of a classifier on the latent with nearest neighbours on pixels."""

from __future__ import annotations

import dataclasses
from typing import Any

from aecore.tasks.classify import LATENT
from aecore.training.presets import HEAD_ALONE
from ui.server.lessons import MNIST_URL, TEST_URL
from ui.server.routes import url_of_model
from ui.services import lessons, model_store
from ui.services.browser_training import for_digits
from ui.services.bundle import bundle_url
from ui.services.frontend_assets import noun_of
from ui.state.visitor import current


def data() -> dict[str, Any] | None:
    """Return the model, the head that learns, and where labelled digits come from; None where images are no digits."""
    name = current().model
    model = model_store.load(name)
    if noun_of(model) != "digit":
        return None
    digits = for_digits()
    return {
        "worker": bundle_url("few_labels", "worker"),
        "model": {"url": url_of_model(name), "label": model_store.label(name), "size": model.latent_dim},
        "head": dataclasses.replace(HEAD_ALONE.spec, inputs={LATENT: (model.latent_dim,)}).to_dict(),
        "strokes": digits["strokes"],
        "pen": digits["pen"],
        "mnist": {"train": MNIST_URL, "test": TEST_URL, "count": lessons.MOST} if lessons.has_mnist() else None,
    }
