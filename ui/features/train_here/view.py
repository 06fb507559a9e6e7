"""Data for the trainings in the browser, and the handler of their models."""

from __future__ import annotations

from typing import Any

from aecore.training.presets import PRESETS
from ui.features.train.state import current_training
from ui.server.lessons import MNIST_URL, own_url
from ui.server.routes import url_of_model
from ui.services import lessons, model_names, model_store, own_data
from ui.services.browser_training import for_digits, networks_for
from ui.services.bundle import bundle_url
from ui.services.frontend_assets import image_to_base64
from ui.state.table import choose_model, usable_models
from ui.state.visitor import current

_REFERENCES = ("default", "book")  # models whose errors are lines beside those of a training


def data() -> dict[str, Any]:
    """Return the networks that a visitor can train, what they can learn from, and the visitor's digit, as JSON."""
    visitor, secret = current(), current_training().pictures
    known = [name for name in _REFERENCES if name in usable_models()]
    return {
        "worker": bundle_url("train_here", "worker"),
        **for_digits(),
        "image": image_to_base64(visitor.image),
        "mnist": {"url": MNIST_URL, "count": lessons.MOST} if lessons.has_mnist() else None,
        "own": _own_pictures(secret) if secret else None,
        "references": [_reference(name) for name in known],
    }


def _reference(name: str) -> dict[str, Any]:
    numbers = PRESETS[name].spec.latent_dim  # a model's file need not be read for that
    return {"name": name, "label": model_names.label(name), "url": url_of_model(name), "numbers": numbers}


def _own_pictures(secret: str) -> dict[str, Any] | None:
    found = own_data.about(secret)
    if found is None:
        return None
    networks = networks_for(tuple(found["shape"]))
    return {"url": own_url(secret), "name": found["name"], "count": found["count"], "presets": networks}


def take_model(report: object) -> None:
    """Choose a model on every page that this browser has trained, by its name; ignores any other report."""
    name = report.get("name") if isinstance(report, dict) else None
    if isinstance(name, str) and model_store.exists(name):
        choose_model(name)
