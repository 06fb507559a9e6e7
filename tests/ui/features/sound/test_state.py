"""The state of the Sound page."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from tests.visitors import at_address, install_features, visiting
from ui.features.sound import FEATURE
from ui.features.sound.state import LATENT, OWN, Brush, Listening
from ui.features.sound.view import data
from ui.services import recordings
from ui.services.recordings import MOST_POINTS, MOST_STROKES
from ui.state.link import read_link, write_link
from ui.state.schema import latent_in_link
from ui.state.visitor import current, take_report

STROKE = {"erases": True, "size": 4, "points": [0.25, 0.5, 0.3, 0.5]}


def test_its_recordings_are_those_of_the_manifest_and_the_visitors_own() -> None:
    kinds = {one.name: one.type for one in msgspec.structs.fields(Listening)}
    assert get_args(kinds["recording"]) == (*recordings.voices(), OWN)
    noises = set(recordings.sounds()) - set(recordings.voices())
    assert noises == {"rain", "engine"} < set(get_args(kinds["noise"]))


def test_shipped_sounds_are_small_free_and_credited() -> None:
    found = recordings.sounds()
    assert len(recordings.voices()) == 12
    assert sum(len(recordings.read(name)) for name in found) < 700_000
    for name, entry in found.items():
        assert entry["licence"] == ("CC BY-SA 4.0" if name in recordings.voices() else "CC0")
        assert entry["author"]
        assert entry["source"].startswith("https://")
        assert entry["taken_from"]
        assert f"`{name}.wav`" in (recordings.SOUNDS / "README.md").read_text(encoding="utf-8")
    for name in recordings.voices():
        assert found[name]["seconds"] <= 2.04  # the denoiser sees all of it at once
        assert 3 <= len(found[name]["digits"]) <= 5


def test_a_link_carries_recording_and_noise_and_nothing_painted() -> None:
    bent = tuple(round(0.25 * i - 2, 2) for i in range(LATENT))
    shared = Listening(recording="theo-2", noise="engine", ratio=-7.5, start=3, goal=2_999, along=0.5, bent=bent)
    link = msgspec.structs.replace(shared, strokes=(Brush.from_report(STROKE),)).to_link()
    assert link.pop("bent") == latent_in_link(bent)
    wanted = {"recording": "theo-2", "noise": "engine", "ratio": "-7.50"}
    assert link == {**wanted, "spoken": "3", "goal": "2999", "along": "0.50"}
    for latent_dim in (2, 16, 64):  # it does not depend on the model of the digits
        assert Listening.from_link({**link, "bent": latent_in_link(bent)}, latent_dim) == shared


@pytest.mark.parametrize(
    "link",
    [
        {"recording": "nobody"},
        {"recording": "../x"},
        {"ratio": "21"},
        {"noise": "brown"},
        {"bent": "x"},
        {"goal": "0.5"},
    ],
)
def test_an_unreadable_link_is_said(link: dict[str, str]) -> None:
    install_features()
    visitor = read_link(link)
    assert visitor.state(Listening) is None
    assert visitor.notices == ["The sound in the link could not be read; showing another one."]


@pytest.mark.parametrize(
    "change",
    [
        {"recording": "nobody"},
        {"noise": "brown"},
        {"ratio": -10.5},
        {"ratio": "loud"},
        {"start": -1},
        {"goal": 10_000},
        {"along": 1.01},
        {"bent": [0.0] * 15},
        {"bent": [float("nan")] * 16},
        {"strokes": [STROKE] * (MOST_STROKES + 1)},
        {"strokes": [{**STROKE, "points": [0.5]}]},
        {"strokes": [{**STROKE, "points": [0.5, 1.5]}]},
        {"strokes": [{**STROKE, "points": [0.5, 0.5] * (MOST_POINTS + 1)}]},
        {"strokes": [{**STROKE, "size": 0}]},
        {"strokes": [{**STROKE, "erases": 3}]},
    ],
    ids=lambda change: str(change)[:60],
)
def test_a_forged_report_is_refused(change: dict[str, Any]) -> None:
    with visiting(Listening(recording="lucas-1"), model="mlp") as visitor:
        take_report(Listening, {**Listening(recording="theo-1").to_json(), **change})
        assert visitor.state(Listening) == Listening(recording="lucas-1")


def test_an_own_recording_is_not_in_its_link_and_the_browser_gets_all_it_needs() -> None:
    install_features()
    with at_address({}) as query:
        current().put(Listening(recording=OWN))
        write_link(FEATURE)
        assert query["recording"] == OWN  # its name alone: on another computer the page says that it is not there
        sent = data()
    assert sent["recording"] == OWN
    assert {one["name"] for one in sent["sounds"]} == set(recordings.sounds())
    assert sent["model"]["url"].endswith("/voice_denoiser.safetensors")
