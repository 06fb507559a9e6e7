"""Every feature's example survives what its state goes through; a feature that is added is tried with no edit here."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, get_args

import msgspec
import pytest

from tests.visitors import at_address, install_features, visiting
from ui.features import FEATURES
from ui.server.input_guard import let_in
from ui.server.rooms import RoomError, read_scene
from ui.state.declaration import Feature, installed, kinds_of_value, part_key, steps_of_tour
from ui.state.link import read_link, write_link
from ui.state.reconnect import take_back, to_keep
from ui.state.schema import NOT_IN_LINK, State
from ui.state.visitor import current, take_report
from ui.streamlit_compat import BackMsg, WidgetState

WITH_STATE = [feature for feature in FEATURES if feature.state]
WRONG = [[[]]]  # what no field of any state can be
ELSEWHERE = (
    "room",
    "drawing_canvas",
    "examples",
    "train_here",
    "few_labels",
    "wall",
)  # shown by the frame of every page, and by other features' pages


def example_of(feature: Feature) -> State:
    assert feature.example is not None
    return feature.example


def all_examples() -> list[State]:
    return [example_of(feature) for feature in WITH_STATE]


def of_each(function: Any) -> Any:
    return pytest.mark.parametrize("feature", WITH_STATE, ids=lambda feature: feature.name)(function)


@of_each
def test_an_example_is_a_state_of_its_feature_and_none_of_its_fields_is_left_at_its_default(feature: Feature) -> None:
    assert isinstance(example_of(feature), State)
    install_features()
    assert [one for one in installed() if one.state is type(example_of(feature))] == [feature]
    assert any(
        getattr(example_of(feature), field.name) != field.default for field in msgspec.structs.fields(feature.state)
    )


@of_each
def test_it_is_valid(feature: Feature) -> None:
    example = example_of(feature)
    assert example.fits(16)
    assert msgspec.convert(example.to_json(), type(example)) == example
    json.dumps(example.to_json(), allow_nan=False)


@of_each
def test_it_survives_a_report_of_the_browser(feature: Feature) -> None:
    example = example_of(feature)
    reported = json.loads(json.dumps(example.to_json()))
    assert type(example).from_report(reported, 16) == example
    with visiting() as visitor:
        take_report(type(example), {**reported, "seq": visitor.seq + 1})  # about an earlier digit
        assert visitor.state(type(example)) is None
        if "seq" not in reported:
            take_report(type(example), {**reported, "seq": visitor.seq})
            assert visitor.state(type(example)) == example


@of_each
def test_it_survives_its_link_as_far_as_the_link_carries_it(feature: Feature) -> None:
    example = example_of(feature)
    link = example.to_link()
    assert all(isinstance(value, str) for value in link.values())
    install_features()
    visitor = read_link(link)
    assert visitor.notices == []
    again = visitor.state(type(example))
    if not link:
        assert again is None or again == type(example)()
        return
    assert again is not None
    assert again.to_link() == link
    if "from_link" not in vars(type(example)) and "to_link" not in vars(type(example)):
        for field in msgspec.structs.fields(type(example)):
            carried = NOT_IN_LINK not in get_args(field.type)
            assert getattr(again, field.name) == (getattr(example, field.name) if carried else field.default)


def test_what_is_private_can_be_left_out_of_a_link_by_its_parameters() -> None:
    private = [example for example in all_examples() if example.private]
    assert private
    for example in private:
        assert example.to_link().keys() <= set(example.parameters())


@of_each
def test_it_survives_a_reload_by_its_address(feature: Feature) -> None:
    with at_address({}) as query:
        current().put(example_of(feature))
        write_link(feature)
        written = dict(query)
    with at_address(written) as query:
        assert current().notices == []
        write_link(feature)
        assert query == written


def kept_by_a_browser(address: str) -> Any:
    """Return what a browser sends to a server that does not know it, from the page of this address."""
    table = {"model": "mlp", "image": None, "latent": [0.5] * 16, "digit": None}
    return json.loads(json.dumps({**to_keep(address), **table}))


@of_each
def test_it_survives_a_killed_server(feature: Feature) -> None:
    example = example_of(feature)
    address = feature.page.address if feature.page else ""
    with visiting(*all_examples(), model="mlp"):
        kept = kept_by_a_browser(address)
    with visiting(model="mlp") as visitor:
        assert take_back(kept)
        assert visitor.state(type(example)) == example.adopted()
        assert visitor.model_of(type(example)) == "mlp"


@of_each
def test_from_other_pages_the_browser_keeps_what_it_should(feature: Feature) -> None:
    with visiting(*all_examples()):
        kept = to_keep("elsewhere")["features"]
    assert (feature.name in kept) == example_of(feature).kept_everywhere


@of_each
def test_it_survives_a_room(feature: Feature) -> None:
    install_features()
    scene = {"page": "", "model": "mlp", feature.name: example_of(feature).to_json()}
    assert json.loads(read_scene(json.dumps(scene).encode())) == json.loads(json.dumps(scene))


@of_each
def test_a_scene_with_any_field_of_it_forged_is_refused(feature: Feature) -> None:
    install_features()
    for name in example_of(feature).__struct_fields__:
        scene = {"page": "", feature.name: {**example_of(feature).to_json(), name: WRONG}}
        with pytest.raises(RoomError, match=f"What the scene says of `{feature.name}`") as refused:
            read_scene(json.dumps(scene).encode())
        assert refused.value.status == 400


@of_each
def test_with_any_field_forged_it_gets_in_nowhere(feature: Feature) -> None:
    example = example_of(feature)
    kind = type(example)
    for name in kind.__struct_fields__:
        forged = {**example.to_json(), name: WRONG}
        with visiting(model="mlp") as visitor:
            assert kind.from_report(forged) is None
            take_report(kind, {"seq": visitor.seq, **forged})
            payload = {**kept_by_a_browser(""), "visit": "0" * 16, "features": {feature.name: forged}}
            assert take_back(payload)  # the rest is taken
            assert visitor.state(kind) is None


@of_each
def test_starting_over_leaves_nothing_of_the_visitors_own(feature: Feature) -> None:
    stays = example_of(feature).started_over()
    assert stays is None or isinstance(stays, type(example_of(feature)))
    if stays is not None and feature.page:  # it only tells the browser to begin anew
        assert stays.to_link() == {}


# ---- live parts and widgets ------------------------------------------------------------------------------------

PARTS = [(feature, part) for feature in FEATURES for part in feature.parts]


@pytest.mark.parametrize(("feature", "part"), PARTS, ids=[part_key(feature, part) for feature, part in PARTS])
def test_the_guard_lets_a_live_parts_reports_pass_as_they_are(feature: Feature, part: Any) -> None:
    install_features()
    key = part_key(feature, part)
    state = example_of(feature).to_json() if feature.state else {"latent": [0.5] * 16}
    message = BackMsg()
    widgets = message.rerun_script.widget_states.widgets
    widgets.append(WidgetState(id=f"$$ID-0-{key}", json_value=json.dumps({"settled": {"seq": 3, **state}})))
    events = json.dumps([{"event": name, "value": state} for name in part.on])
    widgets.append(WidgetState(id=f"$$ID-0-{key}__events", json_trigger_value=events))
    assert let_in(message.SerializeToString()) == message.SerializeToString()
    widgets.append(WidgetState(id=f"$$ID-0-{key}", string_value="x"))
    assert let_in(message.SerializeToString()) != message.SerializeToString()


def test_a_widget_that_nobody_declares_is_a_button() -> None:
    install_features()
    assert kinds_of_value("nobody-declares-this") == ("trigger_value",)


def test_names_addresses_and_keys_are_each_used_once() -> None:
    pages = [feature.page for feature in FEATURES if feature.page]
    for values in (
        [feature.name for feature in FEATURES],
        [page.address for page in pages],
        [page.title for page in pages],
        [part_key(feature, part) for feature, part in PARTS],
        [widget.keys for feature in FEATURES for widget in feature.widgets],
        [feature.state for feature in WITH_STATE],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_has_its_folder_its_script_and_its_modules(feature: Feature) -> None:
    assert feature.home.is_dir()
    assert feature.script.is_file() == (feature.page is not None)
    assert all((feature.home / f"{part.module}.js").is_file() for part in feature.parts)
    assert (feature.home / "tool.js").is_file() == bool(feature.tool)
    assert bool(feature.page) != bool(feature.on_every_page or feature.tool) or feature.name in ELSEWHERE


def test_the_tour_is_a_minute_long_and_each_step_has_its_place() -> None:
    install_features()
    steps = steps_of_tour()
    orders = [step.order for _, step in steps]
    assert orders == sorted(set(orders))
    assert [(page.address, step.title) for page, step in steps][:2] == [
        ("", "Draw a digit"),
        ("", "Sixteen numbers appear"),
    ]
    assert 8 <= len(steps) <= 12
    assert all(step.target and len(step.text) < 170 for _, step in steps)
