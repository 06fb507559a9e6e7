"""How a feature declares itself, and the features that are installed.

Whatever lies below the features - link, reconnect, input guard, rooms - asks here, and none of it names one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ui.services import frontend_assets
from ui.state.schema import State

PAGES = Path(__file__).parents[2] / "pages"
_USUAL_JSON = 2_500_000  # characters; a canvas scribbled full has a tenth


@dataclass(frozen=True)
class Page:
    """A page: its address below the root ("" for the first), title and icon.

    `script` is read from top to bottom for it, pages/NAME.py unless said otherwise. A link with the parameter and
    value of `opened_by` leads there, whatever page it is of.
    """

    address: str
    title: str
    icon: str
    script: Path | None = None
    opened_by: tuple[str, str] | None = None


@dataclass(frozen=True)
class LivePart:
    """What of a feature lives in the browser: `part.js` in its folder, shown with `ui.widgets.live_part.show`.

    `data` returns what the module gets, JSON, or None where there is nothing to show. `on` says what to do with what it
    reports, by the report's name; without "settled" there, that report becomes the feature's state. `longest` bounds a
    report, in characters of JSON.
    """

    data: Callable[[], dict[str, Any] | None]
    on: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    module: str = "part"
    longest: int = _USUAL_JSON


@dataclass(frozen=True)
class Widget:
    """Which widgets a browser may send values for: a regular expression of their keys, and Streamlit's kinds of value.

    `endings` are those of the files that an uploader takes.
    """

    keys: str
    kinds: tuple[str, ...]
    endings: tuple[str, ...] = ()


def text(keys: str) -> Widget:
    """Return the widgets of these keys as such that hold a text: inputs and choices."""
    return Widget(keys, ("string_value",))


def number(keys: str) -> Widget:
    """Return the widgets of these keys as such that hold a number."""
    return Widget(keys, ("double_value", "int_value"))


def flag(keys: str) -> Widget:
    """Return the widgets of these keys as such that are on or off."""
    return Widget(keys, ("bool_value",))


def slider(keys: str) -> Widget:
    """Return the widgets of these keys as sliders with one thumb."""
    return Widget(keys, ("double_array_value",))


def upload(keys: str, endings: tuple[str, ...]) -> Widget:
    """Return the widgets of these keys as uploaders of one file with a name that ends so."""
    return Widget(keys, ("file_uploader_state_value",), endings)


@dataclass(frozen=True)
class TalkScene:
    """What a talk can show of a feature: `scene.js` in its folder draws it.

    `parts` are what the camera can be on, `animations` the kinds that move it; with `moves` it needs one of them.
    `model` is the model shown unless the talk names one.
    """

    parts: tuple[str, ...]
    animations: tuple[str, ...]
    moves: bool = False
    model: str | None = None


@dataclass(frozen=True)
class Feature:
    """A feature: `name` is its folder's, its state's in rooms, and its page script's.

    Without a page it is on every page, shown by `on_every_page(address)`, and its state is in every link. `example` is
    one valid state; the tests of link, reconnect, input guard and hostile input run over all examples.
    """

    name: str
    page: Page | None = None
    state: type[State] | None = None
    example: State | None = None
    parts: tuple[LivePart, ...] = ()
    widgets: tuple[Widget, ...] = ()
    scene: TalkScene | None = None
    on_every_page: Callable[[str], None] | None = None
    folder: Path | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,15}", self.name):
            raise ValueError(f"a feature's name is a short word, not {self.name!r:.40}")
        if (self.state is None) != (self.example is None):
            raise ValueError(f"the feature {self.name} declares a state without an example, or the reverse")

    @property
    def script(self) -> Path:
        """Where the page's script is."""
        return (self.page and self.page.script) or PAGES / f"{self.name}.py"

    @property
    def home(self) -> Path:
        """The feature's folder."""
        return self.folder or frontend_assets.FEATURES / self.name


_installed: list[Feature] = []
_shared: list[Widget] = [Widget(r"canvas-\d+", ("json_value",)), text("model-choice")]


def install(features: tuple[Feature, ...]) -> None:
    """Make these the app's features, in the order of its navigation; done once, it costs nothing again."""
    if tuple(_installed) == features:
        return
    _installed[:] = features
    frontend_assets.add_features({feature.name: feature.home for feature in features})
    kinds_of_value.cache_clear()
    longest_report.cache_clear()


def installed() -> tuple[Feature, ...]:
    """Return the app's features."""
    return tuple(_installed)


def feature_of(state: type[State]) -> Feature:
    """Return the feature that declares a state; raises LookupError."""
    for feature in _installed:
        if feature.state is state:
            return feature
    raise LookupError(f"no feature that is installed declares {state.__name__}")


def part_key(feature: Feature, part: LivePart) -> str:
    """Return the key of a live part among the widgets."""
    return f"{feature.name}-{part.module}"


def _widgets() -> list[Widget]:
    keys = [part_key(feature, part) for feature in _installed for part in feature.parts]
    live = [Widget(re.escape(key), ("json_value",)) for key in keys]
    live += [Widget(re.escape(f"{key}__events"), ("json_trigger_value",)) for key in keys]
    return [*_shared, *live, *(widget for feature in _installed for widget in feature.widgets)]


@lru_cache(maxsize=1024)
def kinds_of_value(key: str) -> tuple[str, ...]:
    """Return what kinds of value a browser may send for the widget of this key, by Streamlit's names for them.

    A widget that nobody declares is a button.
    """
    found = (one.kinds for one in _widgets() if re.fullmatch(one.keys, key, re.ASCII))
    return next(found, ("trigger_value",))


@lru_cache(maxsize=64)
def longest_report(key: str) -> int:
    """Return how many characters of JSON the widget of this key may send."""
    parts = {part_key(feature, part): part.longest for feature in _installed for part in feature.parts}
    return parts.get(key, _USUAL_JSON)


def endings_of_files(key: str) -> tuple[str, ...]:
    """Return how the names of the files end that the uploader of this key takes."""
    return next((one.endings for one in _widgets() if re.fullmatch(one.keys, key, re.ASCII)), ())
