from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import aecore
from aecore.data.strokes import STROKES
from tests.visitors import install_features
from ui.features.talk import scenes
from ui.features.talk.nodes import TalkError
from ui.features.talk.scenes import parse
from ui.services import pictures, recordings

MODELS = ("default", "denoiser", "pocket", "plane")
HEAD = "talk: A talk\nscenes:\n"


@pytest.fixture(autouse=True, scope="module")
def _features() -> None:
    install_features()  # which declare the pages of a talk


def scene(*lines: str) -> dict[str, object]:
    """Return the one scene of a talk that has these lines besides its own."""
    return parse(HEAD + "  - line: One line\n" + "".join(f"    {line}\n" for line in lines), MODELS).scenes[0]


@pytest.mark.parametrize("path", sorted(scenes.TALKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_talks_are_valid_and_short_enough_for_the_last_row(path: Path) -> None:
    talk = parse(path.read_text(encoding="utf-8"), aecore.available())
    assert all(len(one["line"]) <= 80 for one in talk.scenes)
    assert {"draw", "denoise", "morph"} <= {one["page"] for one in talk.scenes}
    assert len(json.dumps(scenes.for_browser(talk, str), allow_nan=False)) < 30_000  # it goes along with every answer


def test_the_shipped_talk_lasts_five_minutes_and_ends_well_before_the_limit() -> None:
    talk = parse(scenes.BUILT_IN.read_text(encoding="utf-8"), MODELS)
    assert talk.title == "From 784 numbers to 16 and back"
    assert 10 <= len(talk.scenes) <= 16
    kinds = {one["animation"]["kind"] for one in talk.scenes if one["animation"]}
    assert kinds == {"draw", "sweep", "morph", "noise", "random", "move"}
    assert {"colorize", "scenes", "sound"} <= {one["page"] for one in talk.scenes}


def test_what_a_scene_does_not_say_is_filled_in() -> None:
    assert scene() == {
        "line": "One line",
        "page": "draw",
        "model": "default",
        "digit": {"strokes": list(STROKES[3])},
        "noise": {"kind": "gaussian", "level": 0.0, "mean": None, "seed": 1, "box": None},
        "camera": ["input", "latent", "output"],
        "animation": None,
    }
    assert scene("page: denoise")["model"] == "denoiser"


def test_a_scene_of_colour_shows_a_picture_and_no_digit() -> None:
    read = scene("page: colorize", "picture: raccoon", "animation: {kind: sweep, slider: 16}")
    assert (read["model"], read["camera"]) == ("colorizer", ["grey", "latent", "colored"])
    assert read["picture"] == {"name": "raccoon", "title": "Raccoon", "url": pictures.url("raccoon")}
    assert scene("page: colorize")["picture"] == {
        "name": "pavilion",
        "title": "Pavilion at the Summer Palace, Beijing",
        "url": pictures.url("pavilion"),
    }
    assert "picture" not in scene()
    for wrong in (
        ("page: colorize", "digit: 3"),
        ("page: colorize", "noise: 0.5"),
        ("page: colorize", "picture: nobody"),
        ("page: colorize", "model: default"),
        ("page: colorize", "animation: draw"),
        ("page: colorize", "animation: {kind: sweep, slider: 17}"),
        ("picture: raccoon",),
    ):
        with pytest.raises(TalkError):
            scene(*wrong)


def test_a_scene_of_scenes_shows_several_digits_and_needs_two_models() -> None:
    read = scene("page: scenes", "digits: [7, 1]", "noise: 0.3", "animation: move")
    assert (read["model"], read["camera"]) == ("default", ["film", "maps", "redrawn"])
    assert read["digits"] == [{"strokes": list(STROKES[7])}, {"strokes": list(STROKES[1])}]
    usual = scene("page: scenes")["digits"]
    assert usual == [{"strokes": list(STROKES[digit])} for digit in (3, 4, 5)]
    talk = parse(HEAD + "  - line: One line\n    page: scenes\n", MODELS)
    assert scenes.for_browser(talk, "at {}".format)["scenes"][0]["second"] == "at scene"
    for wrong in (
        ("page: scenes", "digit: 3"),
        ("page: scenes", "digits: []"),
        ("page: scenes", "digits: [1, 2, 3, 4, 5]"),
        ("page: scenes", "digits: [10]"),
        ("page: scenes", "picture: cat"),
        ("page: scenes", "model: pocket"),
        ("page: scenes", "animation: draw"),
        ("digits: [3, 4]",),
    ):
        with pytest.raises(TalkError):
            scene(*wrong)


def test_a_scene_of_sound_has_a_recording_and_its_noise() -> None:
    read = scene("page: sound", "recording: theo-2", "noise: 0.3", "animation: noise")
    assert (read["model"], read["camera"], read["noise"]["level"]) == ("voice_denoiser", ["noisy", "cleaned"], 0.3)
    assert read["recording"] == {"name": "theo-2", "title": "Theo: 7 4 9 5 1", "url": recordings.url("theo-2")}
    assert scene("page: sound")["recording"]["name"] == "george-1"
    talk = parse(HEAD + "  - line: One line\n    page: sound\n", MODELS)
    assert scenes.for_browser(talk, "at {}".format)["models"]["voice_denoiser"]["statistics"] is None
    for wrong in (
        ("page: sound", "digit: 3"),
        ("page: sound", "recording: nobody"),
        ("page: sound", "model: default"),
        ("page: sound", "animation: sweep"),
        ("recording: theo-2",),
    ):
        with pytest.raises(TalkError):
            scene(*wrong)


def test_everything_a_scene_can_say_is_read() -> None:
    read = scene(
        "model: pocket",
        "digit: {latent: [" + ", ".join(["0.5"] * 16) + "]}",
        "noise: {kind: occlusion, level: 0.4, seed: 7, box: {top: 2, left: 3}}",
        "camera: [output, latent]",
        "animation: {kind: sweep, slider: 5, from: -1, to: 2, seconds: 3, repeat: yes}",
    )
    assert read["digit"] == {"latent": [0.5] * 16}
    assert read["noise"] == {"kind": "occlusion", "level": 0.4, "mean": None, "seed": 7, "box": {"top": 2, "left": 3}}
    assert read["camera"] == ["latent", "output"]  # in the order of the screen
    assert read["animation"] == {"kind": "sweep", "seconds": 3, "repeat": True, "slider": 5, "from": -1, "to": 2}
    assert scene('digit: {strokes: ["M158 55 L122 225"]}')["digit"] == {"strokes": ["M158 55 L122 225"]}
    morph = scene("page: morph", "animation: {kind: morph, from: 3, to: {sample: 8}}")["animation"]
    assert morph == {
        "kind": "morph",
        "seconds": 5,
        "repeat": False,
        "from": {"strokes": list(STROKES[3])},
        "to": {"strokes": list(STROKES[8])},
    }
    slant = scene("animation: {kind: sweep, slider: slant}")["animation"]
    assert isinstance(slant, dict)
    assert slant["slider"] == "slant"
    assert 10 < slant["to"] < 40  # degrees


BROKEN = {
    "": (1, "empty"),
    "talk: x": (1, "needs `scenes`"),
    "scenes: []": (1, "needs `talk`"),
    "talk: x\nscenes: []": (2, "1 to 40 entries"),
    "talk: x\nscenes: *all": (2, "references"),
    "talk: x\ntalk: y\nscenes: []": (2, "said twice"),
    "talk: x\nscenes:\n\t- line: a": (3, r"\\t"),
    "talk: x\nscenes:\n  - line: 'a": (3, "not YAML"),
    "talk: x\nscenes:\n  - page: draw": (3, "no `line`"),
    HEAD + "  - line: a\n    camra: input": (4, "did you mean `camera`"),
    HEAD + "  - line: a\n    page: drow": (
        4,
        "title, draw, denoise, morph, colorize, scenes, sound, train_here or wall, not 'drow'",
    ),
    HEAD + "  - line: a\n    model: best": (4, "default, denoiser, pocket or plane, not 'best'"),
    HEAD + "  - line: a\n\n    digit: 11": (5, "a number from 0 to 9"),
    HEAD + "  - line: a\n    digit: 1.5": (4, "whole number"),
    HEAD + "  - line: a\n    digit: {latent: [1, 2]}": (4, "a latent of `default` has 16 entries, not 2"),
    HEAD + "  - line: a\n    model: plane\n    digit: {latent: [1, .nan]}": (5, "a number of a latent"),
    HEAD + "  - line: a\n    digit: {strokes: ['M1 1 Q2 2 3 3']}": (4, "SVG path"),
    HEAD + "  - line: a\n    noise: 2": (4, "0 to 1, not '2'"),
    HEAD + "  - line: a\n    noise:\n      kind: hum": (5, "kind of noise"),
    HEAD + "  - line: a\n    camera: denoised": (4, "input, latent, output or all"),
    HEAD + "  - line: a\n    animation: {kind: sweep, slider: 17}": (4, "1 to 16"),
    HEAD + "  - line: a\n    animation: {kind: sweep, slider: slent}": (4, "slant"),
    HEAD + "  - line: a\n    animation: {kind: noise, slider: 1}": (4, "has no `slider`"),
    HEAD + "  - line: a\n    animation: {seconds: 4}": (4, "needs its `kind`"),
    HEAD + "  - line: a\n    page: denoise\n    animation: random": (5, "draw and noise, not 'random'"),
    HEAD + "  - line: a\n    page: morph": (3, "needs an animation of that kind"),
    HEAD + "  - line: a\n    page: morph\n    animation: {kind: morph, from: 3}": (5, "`to` is missing"),
    HEAD + "  - line: a\n    page: title\n    digit: 3": (5, "shows its line alone"),
    HEAD + "  - line: a\n    page: title\n    animation: draw": (5, "shows its line alone"),
    HEAD + "  - line: " + "a" * 121: (3, "1 to 120 characters, not 121"),
    HEAD + "  - !!python/object/apply:os.system [ls]": (3, "as a list"),
    "a\0b": (1, "cannot stand"),
    '"\\UFFFFFFFF"': (1, "does not exist"),
    "[" * 5000: (1, "nested deeper"),
    HEAD + "  - line: a\n" * 5000: (2001, "too long"),
    "x" * 64_001: (1, "at most 64000 characters"),
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_talk_says_which_line_and_why(text: str) -> None:
    line, reason = BROKEN[text]
    with pytest.raises(TalkError, match=reason) as caught:
        parse(text, MODELS)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_references_cannot_be_multiplied() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(TalkError, match=r"references such as `\*a`"):
        parse(bomb, MODELS)


def talk_or_problem(text: str) -> scenes.Talk | TalkError:
    """Return what becomes of a text; nothing else may come of it."""
    try:
        return parse(text, MODELS)
    except TalkError as problem:
        return problem


BUILT_IN = scenes.BUILT_IN.read_text(encoding="utf-8").splitlines(keepends=True)


@given(st.data())
def test_whatever_is_sent_is_a_talk_or_one_sentence(data: st.DataObject) -> None:
    lines = list(BUILT_IN)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = data.draw(
            st.one_of(st.text(max_size=30), st.sampled_from(BUILT_IN), st.just("    digit: {latent: [1]}\n"))
        )
    text = "".join(lines)
    found = talk_or_problem(text)
    if isinstance(found, TalkError):
        assert re.match(r"line \d+: ", str(found))
        assert 1 <= found.line <= len(re.split("\r\n|[\r\n\x85\u2028\u2029]", text)) + 1
    else:
        json.dumps(scenes.for_browser(found, str), allow_nan=False)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["talk", "scenes", *scenes.KEYS, "kind", "from", "latent"]), inner, max_size=5
            )
        ),
    )
)
def test_any_tree_is_a_talk_or_one_sentence(tree: object) -> None:
    for text in (yaml.safe_dump(tree), yaml.safe_dump({"talk": "x", "scenes": [{"line": "a", "digit": tree}]})):
        found = talk_or_problem(text)
        assert not isinstance(found, TalkError) or re.match(r"line \d+: ", str(found))
