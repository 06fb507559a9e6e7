"""Data for the browser's live parts: modules, style sheets, descriptions of models. Does not use Streamlit."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from aecore import tasks
from aecore.core import pretrained
from aecore.core.layers import Layer
from aecore.core.model_file import ModelFileError
from aecore.core.spec import Spec
from aecore.data.mnist import DIGITS
from aecore.latent.directions import load_directions
from aecore.tasks import Autoencoder
from ui.services.image_bytes import from_bytes, to_bytes

UI = Path(__file__).parents[1]
FRONTEND, FEATURES = UI / "frontend", UI / "features"
_SHEET_IMPORT = re.compile(r'^@import "([\w./]+)";\n', re.MULTILINE)
MODULE_IMPORT = re.compile(r'\bfrom "(\.[\w./]+)";')

_outside: dict[str, Path] = {}  # folders of the features outside `FEATURES`, by name


def add_features(folders: Mapping[str, Path]) -> None:
    """Serve the modules of these features too; those below ui/features are found without this."""
    _outside.clear()
    _outside.update({name: folder for name, folder in folders.items() if folder != FEATURES / name})
    modules.cache_clear()
    version.cache_clear()
    modules_for.cache_clear()


@lru_cache(maxsize=1)
def modules() -> dict[str, Path]:
    """Return the files of the JavaScript modules by the paths they are served at: "frontend/lib/paint.js"."""
    found = {path.relative_to(UI).as_posix(): path for path in UI.rglob("*.js")}
    for name, folder in _outside.items():
        found |= {f"features/{name}/{path.name}": path for path in folder.glob("*.js")}
    return found


@lru_cache(maxsize=1)
def version() -> str:
    """Return a hash of all modules and style sheets, which is part of the modules' addresses."""
    sheets = (path for folder in (UI, *_outside.values()) for path in sorted(folder.rglob("*.css")))
    files = (*(path for _, path in sorted(modules().items())), *sheets)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


@lru_cache(maxsize=64)
def modules_for(name: str) -> tuple[str, ...]:
    """Return a module and all that it needs, each once and after those that it imports, by their paths below ui/."""
    found: list[str] = []

    def visit(module: str) -> None:
        if module not in found:
            for path in MODULE_IMPORT.findall(modules()[module].read_text(encoding="utf-8")):
                visit(module_at(module, path))
            found.append(module)

    visit(name)
    return tuple(found)


def module_at(module: str, path: str) -> str:
    """Return which module another one imports by a path from its own folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(module), path))


def style(name: str, module: str = "part") -> str:
    """Return the style sheet of a feature's live part, with its imports inserted; what all have comes first."""
    own = _outside.get(name, FEATURES / name) / f"{module}.css"
    return common_style("base", "term") + (_sheet(own, name) if own.exists() else "")


def common_style(*names: str) -> str:
    """Return style sheets of `ui/frontend/lib`, one after the other."""
    return "".join((FRONTEND / "lib" / f"{name}.css").read_text(encoding="utf-8") for name in names)


def _sheet(path: Path, name: str) -> str:
    """Read a style sheet and insert its imports. Their paths are relative to ui/features/NAME, for any feature."""
    here = FEATURES / name if path.parent == _outside.get(name) else path.parent
    return _SHEET_IMPORT.sub(lambda found: _sheet((here / found[1]).resolve(), name), path.read_text(encoding="utf-8"))


_QUICK = 10_000_000  # multiplications: 3 ms in a browser, 12 ms with the CPU slowed four times


def describe(model: Autoencoder, name: str, url: str) -> dict[str, Any]:
    """Return a model's description for the live parts: address of its file, latent statistics, layers in words."""
    return {
        "name": name,
        "url": url,
        "statistics": model.statistics.to_dict() if model.spec.latent else None,
        **(images_in_words(model) if isinstance(model, Autoencoder) else {}),  # scenes have models of other tasks
        "shape": {name: _in_words(network.layers) for name, network in model.spec.networks.items()},
    }


def head_for_browser(name: str, url_of: Callable[[str], str]) -> dict[str, Any] | None:
    """Return the address of the head of a pretrained model and its accuracy on test digits; None where it has none."""
    head = pretrained.head(name)
    if head is None:
        return None
    return {"url": url_of(head), "accuracy": tasks.load(head).card["metrics"]["test_accuracy"]}


def images_in_words(model: Autoencoder) -> dict[str, Any]:
    """Return what a model's images are: shape, names of their classes, a noun; the size of its latent, and its pace."""
    height, width, *channels = model.image_shape
    shape = [height, width, *(channels or (1,))]
    known = {"classes": list(classes_of(model)), "noun": noun_of(model), "numbers": model.latent_dim}
    return {"image": shape, **known, "isQuick": decodes_quickly(model.spec)}


def decodes_quickly(spec: Spec) -> bool:
    """Return whether a decode keeps the frame on a slow phone too, so that latents are refined without being asked."""
    computed = spec.needed("decoder", () if spec.latent is None else (spec.latent,))
    count = sum(
        layer.multiplications(shape)
        for name in computed
        for layer, shape in zip(spec.networks[name].layers, spec.layer_shapes[name], strict=False)
    )
    return count <= _QUICK


def noun_of(model: Autoencoder) -> str:
    """Return what a model's images are called: "digit" or "picture"."""
    return "digit" if model.examples is None and model.image_shape == (28, 28) else "picture"


def classes_of(model: Autoencoder) -> Sequence[str]:
    """Return the names of the classes of a model's images; none where they have no classes."""
    if model.examples is not None:
        return model.examples.classes
    return DIGITS if noun_of(model) == "digit" else ()


def directions_for_browser(name: str) -> list[dict[str, Any]] | None:
    """Return the directions of a pretrained model, one slider each; None where it has none."""
    try:
        found = load_directions(name)
    except ModelFileError:
        return None
    return [dict(vars(attribute)) for attribute in found.attributes]


def _in_words(layers: tuple[Layer, ...]) -> str:
    kinds = [layer.label.split()[0] for layer in layers]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("conv", "dense") if kind in kinds)


def image_to_base64(image: np.ndarray | None) -> str | None:
    """Return an image in [0, 1] as base64 text, one byte per pixel and channel; None for None."""
    if image is None:
        return None
    return base64.b64encode(to_bytes(image)).decode()


def image_from_base64(text: object) -> np.ndarray | None:
    """Return the image float32 in [0, 1] that `image_to_base64` wrote, None for None; raises ValueError."""
    if text is None:
        return None
    return from_bytes(base64.b64decode(text, validate=True) if isinstance(text, str) else b"")


def latent_to_list(latent: np.ndarray) -> list[float]:
    """Return a latent (D,) as numbers rounded to two decimals."""
    return [round(float(n), 2) for n in latent]
