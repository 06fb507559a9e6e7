"""The classes with which a feature declares itself, and the list of installed features.

The modules below the features (link, reconnect, input guard, rooms) read the declarations here and name no feature.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from starlette.routing import Route

from ui.services import frontend_assets
from ui.state.schema import State

PAGES = Path(__file__).parents[2] / "pages"
_USUAL_JSON = 2_500_000  # characters; a canvas full of strokes has a tenth of it


@dataclass(frozen=True)
class Page:
    """A page: its address below the root ("" for the first), and its title in the navigation, in the group `group`.

    `heading` is the page's h1, by default the title, and `sentence` explains it. `invitation` is the link to this page
    at the end of the one before it, which without it leads to the next page that has one.
    `script` is the file that Streamlit runs for it, by default pages/NAME.py. `opened_by` is a query parameter and its
    value: a link with them opens this page, whatever page its path names.
    """

    address: str
    title: str
    group: str = "Play"
    heading: str = ""
    sentence: str = ""
    invitation: str = ""
    script: Path | None = None
    opened_by: tuple[str, str] | None = None


@dataclass(frozen=True)
class LivePart:
    """The part of a feature that runs in the browser: `part.js` in its folder, shown by `ui.widgets.live_part.show`.

    `data` returns the module's data as plain JSON, or None where there is nothing to show. `on` maps the name of a
    report to its handler; without a handler for "settled", that report becomes the feature's state. `longest` is the
    maximum length of a report in characters of JSON. `shown_on` are the other features whose pages
    show it, by name: their browsers ask for its module before Streamlit does.
    """

    data: Callable[[], dict[str, Any] | None]
    on: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    module: str = "part"
    shown_on: tuple[str, ...] | Literal["everywhere"] = ()
    longest: int = _USUAL_JSON


@dataclass(frozen=True)
class Widget:
    """Widgets that a browser may send values for: a regular expression for their keys, and Streamlit's value types.

    `endings` are the file name endings that an uploader accepts.
    """

    keys: str
    kinds: tuple[str, ...]
    endings: tuple[str, ...] = ()


def text(keys: str) -> Widget:
    """Return a declaration of the widgets with these keys: text inputs and choices."""
    return Widget(keys, ("string_value",))


def number(keys: str) -> Widget:
    """Return a declaration of the widgets with these keys: number inputs."""
    return Widget(keys, ("double_value", "int_value"))


def flag(keys: str) -> Widget:
    """Return a declaration of the widgets with these keys: checkboxes and toggles."""
    return Widget(keys, ("bool_value",))


def slider(keys: str) -> Widget:
    """Return a declaration of the widgets with these keys: sliders with one thumb."""
    return Widget(keys, ("double_array_value",))


def upload(keys: str, endings: tuple[str, ...]) -> Widget:
    """Return a declaration of the widgets with these keys: uploaders of one file with one of these endings."""
    return Widget(keys, ("file_uploader_state_value",), endings)


@dataclass(frozen=True)
class TalkScene:
    """A feature's scene in talks, drawn by `scene.js` in its folder.

    `parts` are the parts that the camera can show, `animations` the kinds of animation; with `moves` a scene must have
    one. `model` is the default model. A scene that shows one of `pictures` (`ui.services.pictures`), or several digits,
    `most_digits` of them at most, has no `digit`, and that model only; the same holds for one of a recording
    (`ui.services.recordings`). `second` is another model that it needs; `data` returns what else it needs, as JSON.
    `fields` returns those of the scene that shows what the visitor sees on the feature's page, besides line and page.
    """

    parts: tuple[str, ...]
    animations: tuple[str, ...]
    moves: bool = False
    model: str | None = None
    pictures: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    most_digits: int = 1
    second: str | None = None
    data: Callable[[], dict[str, Any]] | None = None
    fields: Callable[[], Mapping[str, Any]] = dict


@dataclass(frozen=True)
class Tool:
    """A button beside the heading of every page. `tool.js` in the feature's folder is loaded when it is pressed.

    A link with the query parameter `opened_by` presses it, too. `data` returns what the module needs as plain JSON, the
    same for all visitors. One that is `offered` stands out until it was pressed once, and is not there for those who
    follow a presenter, nor at an exhibition.
    """

    label: str
    title: str
    data: Callable[[], dict[str, Any]] = dict
    opened_by: str = ""
    offered: bool = False


@dataclass(frozen=True)
class TourStep:
    """A step of the guided tour, on the page of the feature that declares it; `order` is its place among all steps.

    `target` are CSS selectors of what it is about, in the page or in a live part; the step is done when the visitor has
    used what the first one selects. `watch` is what the card leaves free besides, if it can. `press` says what is
    pressed when the step begins, by what has to be there for that: both are selectors. With `names_images`, title and
    text are about the images of the visitor's model, whatever these are. `scene` are the fields of its scene where the
    tour is given as a talk, besides the line, which is its title.
    """

    order: int
    title: str
    text: str
    target: tuple[str, ...]
    watch: tuple[str, ...] = ()
    press: Mapping[str, str] = field(default_factory=dict)
    names_images: bool = False
    scene: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Feature:
    """A feature. Its folder, its page script, and its state in rooms have the same `name`.

    A feature without a page is on every page, shown by `on_every_page(address)`, and its state is in every link.
    `first_frame` returns HTML that its page shows until Streamlit has loaded, and `first_frame.js` makes it work; links
    with query parameters besides `first_parameters` do without.
    `foot(feature)` shows something at the foot of every feature's page. `in_talk` names the feature whose scene shows
    this one's page in a talk, by default its own, and where that is none, the digit.
    `routes` are HTTP routes of its own, below the app's root.
    `picture` is a CSS selector of the canvas that is its page's picture when that is shared, by default the digit.
    `example` is a valid state: the tests of link, reconnect, input guard and hostile input run over all examples.
    """

    name: str
    page: Page | None = None
    state: type[State] | None = None
    example: State | None = None
    parts: tuple[LivePart, ...] = ()
    widgets: tuple[Widget, ...] = ()
    scene: TalkScene | None = None
    on_every_page: Callable[[str], None] | None = None
    first_frame: Callable[[], str] | None = None
    first_parameters: tuple[str, ...] = ("model", "z", "digit")
    tool: Tool | None = None
    tour: tuple[TourStep, ...] = ()
    picture: str = ""
    foot: Callable[[Feature], None] | None = None
    in_talk: str = ""
    routes: tuple[Route, ...] = ()
    folder: Path | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,15}", self.name):
            raise ValueError(f"a feature's name is a short word, not {self.name!r:.40}")
        if (self.state is None) != (self.example is None):
            raise ValueError(f"the feature {self.name} declares a state without an example, or the reverse")

    @property
    def script(self) -> Path:
        """The path of the page's script."""
        return (self.page and self.page.script) or PAGES / f"{self.name}.py"

    @property
    def home(self) -> Path:
        """The path of the feature's folder."""
        return self.folder or frontend_assets.FEATURES / self.name


_installed: list[Feature] = []
_shared: list[Widget] = [text("model-choice")]


def install(features: tuple[Feature, ...]) -> None:
    """Make these the app's features, in the order of the navigation. A repeated call does nothing."""
    if tuple(_installed) == features:
        return
    _installed[:] = features
    frontend_assets.add_features({feature.name: feature.home for feature in features})
    kinds_of_value.cache_clear()
    longest_report.cache_clear()


def installed() -> tuple[Feature, ...]:
    """Return the app's features, in the order of the navigation."""
    return tuple(_installed)


def groups_of_pages() -> dict[str, list[Feature]]:
    """Return the features that have a page, by the page's group, both in the order of the navigation."""
    groups: dict[str, list[Feature]] = {}
    for feature in _installed:
        if feature.page:
            groups.setdefault(feature.page.group, []).append(feature)
    return groups


def steps_of_tour() -> list[tuple[Page, TourStep]]:
    """Return the steps that all features declare, each with its page, in their order."""
    found = [(one.page, step) for one in _installed if one.page for step in one.tour]
    return sorted(found, key=lambda one: one[1].order)


def page_after(feature: Feature) -> Page | None:
    """Return the page that a feature's page leads to: the next one that invites, after the last one the first."""
    pages = [one for group in groups_of_pages().values() for one in group]
    place = pages.index(feature)
    following = (one.page for one in pages[place + 1 :] + pages[:place])
    return next((page for page in following if page and page.invitation), None)


def part_key(feature: Feature, part: LivePart) -> str:
    """Return the widget key of a live part."""
    return f"{feature.name}-{part.module}"


def _widgets() -> list[Widget]:
    keys = [part_key(feature, part) for feature in _installed for part in feature.parts]
    live = [Widget(re.escape(key), ("json_value",)) for key in keys]
    live += [Widget(re.escape(f"{key}__events"), ("json_trigger_value",)) for key in keys]
    return [*_shared, *live, *(widget for feature in _installed for widget in feature.widgets)]


@lru_cache(maxsize=1024)
def kinds_of_value(key: str) -> tuple[str, ...]:
    """Return the types of value, by Streamlit's names, that a browser may send for the widget of this key.

    A widget that is not declared is a button.
    """
    found = (one.kinds for one in _widgets() if re.fullmatch(one.keys, key, re.ASCII))
    return next(found, ("trigger_value",))


@lru_cache(maxsize=64)
def longest_report(key: str) -> int:
    """Return the maximum number of characters of JSON that the widget of this key may send."""
    parts = {part_key(feature, part): part.longest for feature in _installed for part in feature.parts}
    return parts.get(key, _USUAL_JSON)


def endings_of_files(key: str) -> tuple[str, ...]:
    """Return the file name endings that the uploader of this key accepts."""
    return next((one.endings for one in _widgets() if re.fullmatch(one.keys, key, re.ASCII)), ())
