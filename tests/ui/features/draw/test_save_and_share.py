from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import aecore
from aecore.core import pretrained
from aecore.core.latents import latent_from_text, latent_to_text, quantise
from aecore.export import latent_files
from aecore.export.images import image_to_svg
from tests.visitors import link_of, open_page, visiting, visitor_of
from ui import export_html
from ui.features.draw.save_and_share import LATENT_FILE, downloads, outcome, take_latent_file
from ui.state.table import place_sample

FUZZ = 10_000
LATENT = quantise(np.linspace(-1.5, 1.5, 16))


def bring(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, data, "application/octet-stream")).run()
    assert not app.exception
    assert not app.file_uploader[0].value  # a new uploader: the file is not kept
    return app


def record(model: str = "default", **changes: Any) -> bytes:
    valid = {"version": 1, "model": model, "sha256": pretrained.sha256("default"), "latent": LATENT.tolist()}
    return json.dumps({**valid, **changes}).encode()


def latent_of(app: AppTest) -> np.ndarray:
    return latent_from_text(link_of(app)["z"], 16)


def test_the_page_offers_link_files_and_program() -> None:
    app = open_page("draw", model="mlp", z=latent_to_text(LATENT))
    link, program = (block.value for block in app.code)
    assert dict(parse_qsl(link.split("?")[1])) == link_of(app)
    assert program == latent_files.latent_to_python(LATENT, "mlp").strip()
    assert [button.label for button in app.get("download_button")] == [
        "PNG 28 × 28",
        "PNG 560 × 560",
        "SVG",
        "NPY",
        "JSON",
        f"The demo as one file, {export_html.size('mlp') / 1e6:.1f} MB",
    ]


def test_the_files_hold_the_decoded_digit_and_its_latent() -> None:
    small, large, svg, npy, text = (write() for *_, write in downloads("mlp", LATENT))
    decoded = np.rint(aecore.load("mlp").decode(LATENT[None])[0] * 255).astype(np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(small))), decoded)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(large)))[10::20, 10::20], decoded)
    assert svg == image_to_svg(decoded / 255)
    assert np.array_equal(np.load(io.BytesIO(npy), allow_pickle=False), LATENT)
    assert json.loads(text)["sha256"] == pretrained.sha256("mlp")
    assert np.array_equal(latent_files.latent_from_json(text, 16).astype(np.float32), LATENT)


@pytest.mark.parametrize("name", ["latent.json", "latent.npy"])
def test_a_file_moves_the_sliders(name: str) -> None:
    app = open_page("draw")
    data = record() if name.endswith("json") else latent_files.latent_to_npy(LATENT)
    bring(app, name, data)
    assert np.array_equal(latent_of(app), LATENT)
    assert [notice.value for notice in app.success] == ["Loaded: the sliders show the saved digit."]
    assert not app.warning
    assert len(app.run().success) == 1  # it stays
    place_sample(visitor_of(app), 7)
    app.run()
    assert not app.success  # until something else is on the sliders


def test_the_json_of_another_model_switches_to_it() -> None:
    app = open_page("draw")
    bring(app, "latent.json", record("mlp", sha256=pretrained.sha256("mlp")))
    assert link_of(app)["model"] == "mlp"
    assert app.selectbox[0].value == "mlp"
    assert np.array_equal(latent_of(app), LATENT)
    app.run()
    assert link_of(app)["model"] == "mlp"
    app.selectbox[0].select("default").run()  # and the choice still works
    assert link_of(app)["model"] == "default"


def test_a_latent_of_another_size_comes_with_its_model() -> None:
    plane = {"sha256": pretrained.sha256("plane"), "latent": [0.25, -0.5]}
    app = bring(open_page("draw"), "latent.json", record("plane", **plane))
    assert link_of(app)["model"] == "plane"
    assert "It belongs to “Two-number model”: every page now uses that model." in app.success[0].value
    assert "Every page now uses “Two-number model”" in "".join(one.value for one in app.markdown)
    assert np.allclose(latent_from_text(link_of(app)["z"], 2), [0.25, -0.5])
    bring(app, "latent.json", record())
    assert np.array_equal(latent_of(app), LATENT)


def test_the_way_back_leads_to_the_model_before() -> None:
    plane = {"sha256": pretrained.sha256("plane"), "latent": [0.25, -0.5]}
    app = bring(open_page("draw"), "latent.json", record("plane", **plane))
    next(button for button in app.button if button.label == "Back to “Best”").click().run()
    assert link_of(app)["model"] == "default"
    assert not any(button.label.startswith("Back to") for button in app.button)
    assert not any("Every page now uses" in one.value for one in app.markdown)


def test_a_model_that_was_trained_anew_is_told() -> None:
    app = bring(open_page("draw"), "latent.json", record(sha256="0" * 64))
    assert "another version of “Best”" in app.success[0].value


@pytest.mark.parametrize(
    ("latent", "notice"),
    [
        ([99, -99, 1e300, *[0] * 13], "3 values were out of range and set to the nearest possible one."),
        ([-1e6, *[0] * 15], "1 value was out of range and set to the nearest possible one."),
    ],
)
@pytest.mark.parametrize("as_npy", [False, True])
def test_values_out_of_range_are_clamped_with_a_notice(latent: list[float], notice: str, as_npy: bool) -> None:
    app = open_page("draw")
    buffer = io.BytesIO()
    np.save(buffer, np.array(latent, np.float64))
    bring(app, "latent.npy" if as_npy else "latent.json", buffer.getvalue() if as_npy else record(latent=latent))
    assert notice in app.success[0].value
    statistics = aecore.load("default").statistics
    for number, wanted, low, high in zip(latent_of(app), latent, statistics.low, statistics.high, strict=True):
        assert number == pytest.approx(min(max(wanted, low), high), abs=0.001)


def test_a_digit_beyond_the_range_of_most_can_be_brought_back() -> None:
    far = quantise(np.full(16, 9.0))
    with visiting(encoded=far, latent=far) as visitor:
        take_latent_file(latent_files.latent_to_npy(visitor.latent))
        assert outcome(visitor) == ("", "Loaded: the sliders show the saved digit.")
        assert visitor.latent.tolist() == [9] * 16
        visitor.seq += 1
        assert outcome(visitor) == ("", "")  # something else is on the sliders


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This is not a saved digit"),
        (b"\x93NUMPY", "This is not a saved digit"),
        (record("none_such"), "There is no model called 'none_such'. Known models: default"),
        (record("../default"), "does not name its model"),
        (record(latent=[0.5] * 15), "holds 15 numbers, but the model takes 16"),
        (latent_files.latent_to_npy(np.zeros(2, np.float32)), "holds 2 numbers, but the model takes 16"),
        (record(latent=[float("nan")] * 16), "finite"),
    ],
)
def test_what_cannot_be_read_changes_nothing_and_says_so(data: bytes, sentence: str) -> None:
    app = open_page("draw")
    before = link_of(app)
    bring(app, "latent.json", data)
    assert link_of(app) == before
    assert sentence in app.warning[0].value
    assert len(app.warning) == 1
    assert not app.success


def test_ten_thousand_fuzzed_files_leave_a_latent_on_the_sliders() -> None:
    rng = np.random.default_rng(4)
    valid = [record(), record("mlp"), record("plane", latent=[0.5, 0.5]), latent_files.latent_to_npy(LATENT)]
    pieces = [b"plane", b"mlp", b"0" * 64, b"NaN", b"1e999", b"9", b"[", b"]", b"-", b",", b'"', b"\xff", b"(16,)", b""]
    said = set()
    with visiting() as visitor:
        for i in range(FUZZ):
            data = valid[i % len(valid)]
            for _ in range(rng.integers(0, 4)):
                at, cut = int(rng.integers(0, len(data) + 1)), int(rng.integers(0, 6))
                piece = rng.bytes(1) if rng.integers(3) == 0 else pieces[rng.integers(len(pieces))]
                data = data[:at] + piece + data[at + cut :]
            take_latent_file(data)
            statistics = aecore.load(visitor.model).statistics
            assert (np.minimum(statistics.low, visitor.encoded) - 0.001 <= visitor.latent).all()
            assert (visitor.latent <= np.maximum(statistics.high, visitor.encoded) + 0.001).all()
            said.add(outcome(visitor))
    assert {bool(problem) + 2 * bool(notice) for problem, notice in said} == {1, 2}  # always one of the two
    assert len(said) > 12


def test_a_page_has_one_uploader_for_latents_and_says_what_it_takes() -> None:
    (upload,) = open_page("draw").file_uploader
    assert set(upload.proto.type) == set(LATENT_FILE.endings)
    assert upload.proto.max_upload_size_mb == LATENT_FILE.megabytes
