from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from aecore import available
from aecore.core import pretrained
from aecore.core.model_file import part
from aecore.core.tensor_file import read_header
from tests.visitors import visiting
from ui import export_html
from ui.features.colorize.state import Colouring
from ui.features.scenes.view import data as scenes_data
from ui.features.sound.view import data as sound_data
from ui.services import pictures, recordings
from ui.services.frontend_assets import UI, image_to_base64
from ui.state.table import choose_sample

ROOT = Path(__file__).parents[2]


class Reader(HTMLParser):
    """What stands in the page's script elements: files by name, modules and data by id."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.files: dict[str, str] = {}
        self.others: dict[str, str] = {}
        self.policy = ""
        self._into: tuple[dict[str, str], str] | None = None
        self.feed(html.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        if tag == "script":
            places = ((self.files, "data-file"), (self.others, "id"))
            self._into = next(((into, found[key]) for into, key in places if key in found), (self.others, "start"))
            self._into[0][self._into[1]] = ""

    def handle_data(self, data: str) -> None:
        if self._into:
            self._into[0][self._into[1]] += data

    def handle_endtag(self, tag: str) -> None:
        self._into = None

    @property
    def modules(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(unpacked(self.others["modules"]))
        return found

    def file(self, name: str) -> bytes:
        return unpacked(self.files[name])


def unpacked(text: str) -> bytes:
    return gzip.decompress(base64.b64decode(text, validate=True))


@pytest.fixture(scope="module")
def html() -> bytes:
    return export_html.page()


@pytest.fixture(scope="module")
def read(html: bytes) -> Reader:
    return Reader(html)


@pytest.fixture(scope="module")
def demo(read: Reader) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(read.others["demo"])
    return data


@pytest.mark.parametrize("name", available())
def test_a_page_is_below_ten_megabytes_and_a_small_models_below_two(name: str) -> None:
    size = len(export_html.page(name))
    small = (pretrained.MODELS / f"{name}.safetensors").stat().st_size < 1e6
    assert size < (2e6 if small else 1e7)
    assert export_html.size(name) == pytest.approx(size, rel=0.1)


def test_the_colorize_page_carries_its_networks_and_pictures_and_begins_as_in_the_app() -> None:
    html = export_html.colorize_page()
    read = Reader(html)
    assert len(html) < 8e6  # half of it is the book's network
    assert 'data-entry="frontend/standalone/colorize.js"' in html.decode()
    demo = json.loads(read.others["demo"])
    assert demo["files"] == list(read.files)
    for picture in demo["data"]["pictures"]:
        assert read.file(picture["url"]) == pictures.read(picture["name"])
    networks = {name for file in read.files if file.endswith(".safetensors") for name in header_networks(read, file)}
    assert {"fields", "prior"} <= networks
    state = json.loads(json.dumps(Colouring().to_json()))
    assert {key: demo["data"][key] for key in state} == state


def test_the_scenes_page_carries_its_networks_and_begins_as_in_the_app() -> None:
    html = export_html.scenes_page()
    read = Reader(html)
    assert len(html) < 6e6
    demo = json.loads(read.others["demo"])
    assert demo["files"] == list(read.files)
    networks = {name for file in read.files if file.startswith("scene") for name in header_networks(read, file)}
    assert {"classes", "spots"} <= networks
    with visiting():
        sent = json.loads(json.dumps(scenes_data()))
    own = ("model", "reader", "line")  # other addresses, and nobody who reads photos
    assert {key: value for key, value in demo["data"].items() if key not in own} == {
        key: value for key, value in sent.items() if key not in own
    }


def test_the_sound_page_carries_its_recordings_and_begins_as_in_the_app() -> None:
    html = export_html.sound_page()
    read = Reader(html)
    assert len(html) < 7e6
    demo = json.loads(read.others["demo"])
    assert demo["files"] == list(read.files)
    for one in demo["data"]["sounds"]:
        assert read.file(one["url"]) == recordings.read(one["name"])
    networks = {name for file in read.files if file.startswith("voice_") for name in header_networks(read, file)}
    assert "mask" in networks
    with visiting():
        sent = json.loads(json.dumps(sound_data()))
    own = ("model", "voice", "visit", "sounds")  # other addresses
    assert {key: value for key, value in demo["data"].items() if key not in own} == {
        key: value for key, value in sent.items() if key not in own
    }
    assert (demo["data"]["voice"] is None) == (sent["voice"] is None)


def header_networks(read: Reader, file: str) -> set[str]:
    """Return the names of the networks in a file that a page carries."""
    return set(json.loads(read_header(read.file(file))["spec"])["networks"])


def test_nothing_is_fetched(html: bytes, read: Reader) -> None:
    fetched = re.compile(r"""(?:\b(?:src|href)\s*=|\bfrom|\bimport|\burl\()\s*["'(]*https?:""")
    assert not any(map(fetched.search, [html.decode(), *read.modules.values()]))
    assert read.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert not re.search(r"https?:|\*|'self'|connect-src", read.policy)


def test_the_modules_are_those_of_the_app(read: Reader) -> None:
    parts = {f"features/{name}/part.js" for name in ("draw", "map", "denoise")}
    assert parts | {"frontend/engine/engine.js", "frontend/lib/normalize.js"} < set(read.modules)
    imports = re.compile(r'\bfrom "([^"]+)"')
    for name, text in read.modules.items():
        source = (UI / name).read_text()
        assert imports.sub("", text) == imports.sub("", source)
        for whole, from_here in zip(imports.findall(text), imports.findall(source), strict=True):
            assert whole in read.modules
            assert (UI / whole) == (UI / name).parent.joinpath(from_here).resolve()


def test_it_carries_the_networks_and_the_map_as_they_are_served(read: Reader, demo: dict[str, Any]) -> None:
    assert demo["files"] == list(read.files)
    for name in ("default", "denoiser", "book_denoiser"):
        for side in ("encoder", "decoder"):
            wanted = part((pretrained.MODELS / f"{name}.safetensors").read_bytes(), side)
            found = read.file(f"{name}.{side}.safetensors")
            assert read_header(found) == read_header(wanted)
            tensors = safetensors.numpy.load(found)
            for key, value in safetensors.numpy.load(wanted).items():
                assert np.array_equal(tensors[key], value)
    assert read.file(demo["atlas"]) == (pretrained.atlases() / "default.safetensors").read_bytes()


def test_a_small_model_brings_the_articles_denoiser_alone() -> None:
    demo = json.loads(Reader(export_html.page("book")).others["demo"])
    names = {role: model and model["name"] for role, model in demo["denoising"].items()}
    assert names == {"denoiser": None, "plain": "book", "book": "book_denoiser"}
    assert demo["atlas"] is None


def test_the_samples_are_the_apps(demo: dict[str, Any]) -> None:
    with visiting() as visitor:
        for digit, sample in enumerate(demo["samples"]):
            choose_sample(digit)
            assert sample["image"] == image_to_base64(visitor.image)
            assert np.array_equal(np.float32(sample["encoded"]), visitor.encoded)


def test_a_broken_companion_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "problems", lambda: {"denoiser": "It is damaged."})
    demo = json.loads(Reader(export_html.page()).others["demo"])
    assert demo["denoising"]["denoiser"] is None
    assert demo["denoising"]["book"]["name"] == "book_denoiser"


def test_the_colours_are_the_apps() -> None:
    config = (ROOT / ".streamlit" / "config.toml").read_text()
    sheet = (UI / "frontend" / "standalone" / "standalone.css").read_text()
    light, dark = (config.split(f"[theme.{scheme}]")[1].split("[")[0] for scheme in ("light", "dark"))
    above, below = sheet.split("@media (prefers-color-scheme: dark)")
    for theme, rules in ((light, above), (dark, below)):
        for key in ("primary", "background", "secondaryBackground", "text", "border"):
            colour = re.search(rf'^{key}Color = "(#\w+)"', theme, re.MULTILINE)
            assert colour
            variable = re.sub("(?=B)", "-", key).lower()
            assert f"--st-{variable}-color: {colour[1]};" in rules


def test_the_command_line_needs_no_streamlit(tmp_path: Path) -> None:
    out = tmp_path / "book.html"
    script = (
        "import sys; from ui.export_html import main; status = main(sys.argv[1:]); "
        "sys.exit(status or bool({'streamlit', 'plotly', 'PIL', 'pandas'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, "--model", "book", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{out}: {out.stat().st_size / 1e6:.1f} MB\n"
    assert Reader(out.read_bytes()).others["demo"]


def test_an_unknown_model_gives_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert export_html.main(["--model", "none_such", "--out", str(tmp_path / "x.html")]) == 1
    assert capsys.readouterr().err.startswith("There is no model called 'none_such'.")
    assert list(tmp_path.iterdir()) == []
