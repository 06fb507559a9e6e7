"""How a feature declares itself, on a small one in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.features import FEATURES
from ui.features.denoise.state import Noise
from ui.services import frontend_assets
from ui.services.sent_pictures import LONGEST_REPORT
from ui.state.declaration import (
    PAGES,
    Feature,
    LivePart,
    Page,
    endings_of_files,
    flag,
    install,
    installed,
    kinds_of_value,
    longest_report,
    number,
    part_key,
    slider,
    text,
    upload,
)
from ui.state.schema import State


class Lamp(State, frozen=True):
    """A small state."""

    on: bool = False


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Feature]:
    """A feature outside ui/features, installed behind the app's own."""
    folder = tmp_path / "lamp"
    folder.mkdir()
    (folder / "part.js").write_text("export default function () {}\n")
    (folder / "part.css").write_text('@import "../../frontend/lib/base.css";\n.lamp { color: red; }\n')
    feature = Feature(
        name="lamp",
        page=Page("lamp", "Lamp", script=folder / "page.py"),
        state=Lamp,
        example=Lamp(on=True),
        parts=(LivePart(data=dict, longest=100),),
        widgets=(
            *(text("lamp-name"), number("lamp-size"), flag("lamp-(on|off)"), slider("lamp-level")),
            upload(r"lamp-file-\d+", (".lamp",)),
        ),
        folder=folder,
    )
    install((*FEATURES, feature))
    yield feature
    install(FEATURES)


def test_what_is_declared_is_let_in_and_nothing_else(small: Feature) -> None:
    assert installed() == (*FEATURES, small)
    assert [one for one in installed() if one.state is Lamp] == [small]
    assert part_key(small, small.parts[0]) == "lamp-part"
    for key, kinds in {
        "lamp-part": ("json_value",),
        "lamp-part__events": ("json_trigger_value",),
        "lamp-name": ("string_value",),
        "lamp-size": ("double_value", "int_value"),
        "lamp-off": ("bool_value",),
        "lamp-level": ("double_array_value",),
        "lamp-file-17": ("file_uploader_state_value",),
        "lamp-file-x": ("trigger_value",),
        "xlamp-name": ("trigger_value",),
        "lamp-name\n": ("trigger_value",),
        "lampXpart": ("trigger_value",),
    }.items():
        assert kinds_of_value(key) == kinds, key
    assert endings_of_files("lamp-file-17") == (".lamp",)
    assert endings_of_files("lamp-name") == ()


def test_a_report_is_as_long_as_its_part_says(small: Feature) -> None:
    assert longest_report("lamp-part") == 100
    assert longest_report("denoise-photo") == LONGEST_REPORT
    assert 1_000_000 < longest_report("draw-part") == longest_report("drawing_canvas-part") < LONGEST_REPORT


def test_its_modules_and_styles_are_served_from_its_folder(small: Feature) -> None:
    with_it = frontend_assets.version()
    assert frontend_assets.modules()["features/lamp/part.js"] == small.home / "part.js"
    assert ".lamp { color: red; }" in frontend_assets.style("lamp")
    install(FEATURES)
    assert "features/lamp/part.js" not in frontend_assets.modules()
    assert frontend_assets.version() != with_it


def test_what_is_not_installed_is_not_known(small: Feature) -> None:
    install(FEATURES)
    assert kinds_of_value("lamp-name") == ("trigger_value",)
    assert not [one for one in installed() if one.state is Lamp]
    assert [one.name for one in installed() if one.state is Noise] == ["denoise"]


def test_its_script_and_its_folder_lie_where_they_are_said_to_or_where_all_do(small: Feature) -> None:
    assert small.script == small.home / "page.py"
    usual = Feature("lamp", page=Page("lamp", "Lamp"))
    assert usual.script == PAGES / "lamp.py"
    assert usual.home == frontend_assets.FEATURES / "lamp"


@pytest.mark.parametrize("name", ["", "Lamp", "a lamp", "../x", "x" * 17, "1", "é"])
def test_a_name_is_a_short_word(name: str) -> None:
    with pytest.raises(ValueError, match="a short word"):
        Feature(name)


def test_a_state_comes_with_an_example() -> None:
    with pytest.raises(ValueError, match="without an example"):
        Feature("lamp", state=Lamp)
    with pytest.raises(ValueError, match="or the reverse"):
        Feature("lamp", example=Lamp())
