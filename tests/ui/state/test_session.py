from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

import aecore
from aecore.core.latents import latent_from_text, latent_to_text, quantise
from ui import streamlit_compat
from ui.services.canvas_image import picture_on_canvas, rasterize, read_export
from ui.services.sample_drawings import drawing
from ui.state import session, settings

ROOT = Path(__file__).parents[3]


@given(st.lists(st.floats(-300, 300), min_size=1, max_size=64))
def test_a_latent_survives_the_link(numbers: list[float]) -> None:
    latent = quantise(np.array(numbers))
    text = latent_to_text(latent)
    assert np.array_equal(latent_from_text(text, len(numbers)), latent)
    assert text.isascii()
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("http://localhost:8501/", "http://localhost:8501/"),
        ("http://localhost:8501", "http://localhost:8501/"),
        ("http://localhost:8501/map", "http://localhost:8501/"),
        ("https://a.school/demo/", "https://a.school/demo/"),
        ("https://a.school/demo/map", "https://a.school/demo/"),
        ("https://a.school/learn/", "https://a.school/learn/"),  # there is a page of that name, too
        ("https://a.school/learn/learn", "https://a.school/learn/"),
        ("", "/"),
    ],
)
def test_a_rooms_link_leads_to_the_apps_root(address: str, root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamlit_compat, "browser_address", lambda: address)
    monkeypatch.setattr(session, "current", lambda: session.Playground(room="fig-12", room_key="never told"))
    assert session.room_link() == f"{root}?room=fig-12"


@given(st.text(max_size=80))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        latent = latent_from_text(text, 16)
    except ValueError:
        return
    assert latent.shape == (16,)
    assert np.isfinite(latent).all()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)


@given(
    JSON | st.fixed_dictionaries({"seq": st.just(0), "latent": JSON | st.lists(st.floats(), min_size=16, max_size=16)})
)
def test_a_forged_latent_never_gets_in(payload: Any) -> None:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        session.take_latent(payload)
    assert state.latent.shape == (16,)
    assert np.isfinite(state.latent).all()


NUMBER = st.integers(-3, 30) | st.floats() | st.sampled_from([0.5, 1, 2e6, 10**400, True])
NOISE = {
    "kind": st.sampled_from(settings.NOISE_KINDS) | JSON,
    "level": st.floats(0, 1) | NUMBER | JSON,
    "mean": st.floats(-1, 1) | NUMBER | JSON,
    "seed": st.integers(1, 999_999) | NUMBER | JSON,
    "box": st.none() | st.fixed_dictionaries({"top": NUMBER, "left": NUMBER}) | JSON,
    "damage": st.sampled_from(["", "0" * 783 + "2", "0" * 783, "3" * 784, "1" * 784 + "\n"]) | JSON,
}


@given(JSON | st.fixed_dictionaries(NOISE))
def test_forged_noise_never_gets_in(payload: Any) -> None:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        session.take_noise(payload)
    noise = state.noise
    assert noise.kind in settings.NOISE_KINDS
    assert 0 <= noise.level <= 1
    assert -1 <= noise.mean <= 1
    assert 1 <= noise.seed < 1_000_000
    assert noise.box is None or all(0 <= place <= 28 for place in noise.box)
    assert noise.damage == "" or (len(noise.damage) == 784 and set(noise.damage) <= set("012"))


PATH = {
    "seq": st.just(0),
    "stops": st.lists(st.lists(NUMBER, min_size=16, max_size=16) | JSON, max_size=8) | JSON,
    "place": st.floats(0, 5) | NUMBER | JSON,
    "spherical": st.booleans() | JSON,
}


@given(JSON | st.fixed_dictionaries(PATH))
def test_a_forged_path_never_gets_in(payload: Any) -> None:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        session.take_path(payload)
    if state.path is not None:
        assert 2 <= len(state.path.stops) <= settings.MOST_STOPS
        assert all(len(stop) == 16 and np.isfinite(stop).all() for stop in state.path.stops)
        assert 0 <= state.path.place <= len(state.path.stops) - 1


@given(
    st.lists(st.lists(st.integers(-300, 300), min_size=16, max_size=16), min_size=2, max_size=6),
    st.floats(0, 1),
    st.booleans(),
)
def test_a_path_survives_the_link(stops: list[list[int]], share: float, spherical: bool) -> None:
    path = settings.Path(
        "default",
        tuple(tuple(n / 100 for n in stop) for stop in stops),
        round(share * (len(stops) - 1), 2),
        spherical,
    )
    assert session._path_from_link("default", session._path_to_link(path)) == path


@given(st.text(max_size=200), st.text(max_size=9))
def test_any_other_path_in_a_link_is_refused(stops: str, place: str) -> None:
    try:
        path = session._path_from_link("default", {"stops": stops, "place": place})
    except ValueError:
        return
    assert len(path.stops) >= 2


NAMED = st.lists(
    st.fixed_dictionaries({"name": st.text(max_size=30), "latent": st.lists(NUMBER, min_size=16, max_size=16) | JSON})
    | JSON,
    max_size=14,
)
SUM = {
    "seq": st.just(0),
    **{key: st.sampled_from(["mine", "mean-3", "kept-x", "?" * 99]) | JSON for key in ("a", "b", "c", "direction")},
    "strength": st.floats(0, 2) | NUMBER | JSON,
    "kept": st.just([]) | NAMED | JSON,
    "directions": st.just([]) | NAMED | JSON,
}


@given(JSON | st.fixed_dictionaries(SUM))
def test_a_forged_sum_never_gets_in(payload: Any) -> None:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        session.take_sum(payload)
    if state.sum is not None:
        assert 0 <= state.sum.strength <= 2
        for name, latent in (*state.sum.kept, *state.sum.directions):
            assert 0 < len(name) <= 24
            assert len(latent) == 16
            assert np.isfinite(latent).all()


LATENT = st.lists(st.integers(-300, 300).map(lambda n: n / 100), min_size=16, max_size=16).map(tuple)


@given(LATENT, LATENT, st.integers(0, 200), st.booleans())
def test_a_sum_travels_in_the_link_with_what_was_kept(
    kept: tuple[float, ...], direction: tuple[float, ...], strength: int, directed: bool
) -> None:
    found = settings.Sum(
        "default",
        a="kept-x",
        b="mean-7",
        c="sample-1",
        strength=strength / 100,
        direction="d" if directed else "",
        kept=(("x", kept),),
        directions=(("d", direction),),
    )
    again = session._sum_from_link("default", session._sum_to_link(found))
    assert (again.b, again.c, again.strength) == (found.b, found.c, found.strength)
    assert dict(again.kept)[again.a.removeprefix("kept-")] == kept
    assert dict(again.directions).get(again.direction) == (direction if directed else None)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "strength", "direction"]), st.text(max_size=40)))
def test_any_other_sum_in_a_link_is_refused(link: dict[str, str]) -> None:
    try:
        found = session._sum_from_link("default", link)
    except ValueError:
        return
    assert 0 <= found.strength <= 2


PICKED = {
    "model": st.sampled_from(["default", "mlp", "nobody", ["default"]]) | JSON,
    "latent": st.lists(NUMBER, min_size=16, max_size=16) | JSON,
    "view": st.sampled_from([*settings.VIEWS, "other"]) | JSON,
    "shown": st.sampled_from(["", "0123456789", "10", "7", "77"]) | JSON,
}


@given(JSON | st.fixed_dictionaries(PICKED))
def test_a_forged_pick_on_the_map_never_gets_in(payload: Any) -> None:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        session.take_picked(payload)
        session.take_view(payload)
    assert len(state.latent) == aecore.load(state.model).latent_dim
    assert np.isfinite(state.latent).all()
    assert state.view in settings.VIEWS
    assert state.shown == "".join(sorted(set(state.shown)))


SOUND = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(settings.NOISE_KINDS),
        "level": st.integers(0, 100).map(lambda n: n / 100),
        "mean": st.integers(-100, 100).map(lambda n: n / 100),
        "seed": st.integers(1, 999_999),
        "box": st.none() | st.fixed_dictionaries({"top": st.integers(0, 28), "left": st.integers(0, 28)}),
        "damage": st.just(""),
    }
)


@given(SOUND)
def test_noise_survives_the_link(payload: dict[str, Any]) -> None:
    state = session.Playground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "current", lambda: state)
        session.take_noise(payload)
    assert (state.noise.level, state.noise.mean) == (payload["level"], payload["mean"])
    again = session._noise_from_link(session._noise_to_link(state.noise))
    wanted = state.noise
    if wanted.kind != "gaussian":  # only its noise has a mean, and only an occlusion a place
        wanted = dataclasses.replace(wanted, mean=settings.Noise.mean)
    if wanted.kind != "occlusion":
        wanted = dataclasses.replace(wanted, box=None)
    assert again == wanted


@given(st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_a_picture_on_the_canvas_is_read_back(brightest: int, seed: int) -> None:
    blocks = np.random.default_rng(seed).integers(0, brightest + 1, (7, 7), np.uint8)
    image = np.kron(blocks, np.ones((4, 4))).astype(np.float32) / 255
    pixels = rasterize(picture_on_canvas(image))
    assert np.abs(pixels[20::40, 20::40] - blocks.astype(int)).max() <= 1


@pytest.mark.parametrize("source", ["", "data:image/png;base64,", "data:image/png;base64,AAAA", "http://x/y.png", 7])
def test_what_is_no_picture_leaves_the_canvas_black(source: object) -> None:
    assert rasterize({"objects": [{"type": "Image", "src": source}]}).max() == 0


@given(JSON | st.fixed_dictionaries({"objects": st.lists(JSON | st.fixed_dictionaries({"path": JSON}), max_size=3)}))
def test_a_forged_drawing_still_gives_pixels(forged: Any) -> None:
    pixels = rasterize(forged)
    assert pixels.shape == (280, 280)
    assert pixels.dtype == np.uint8


def test_a_rasterised_sample_lies_within_the_canvas() -> None:
    for digit in range(10):
        pixels = rasterize(drawing(digit))
        assert pixels[0].max() == pixels[-1].max() == pixels[:, 0].max() == pixels[:, -1].max() == 0
        assert (pixels == 255).sum() > 3000


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_export_of_the_canvas_is_read() -> None:
    assert read_export(png(280, 280)).shape == (280, 280, 4)


@pytest.mark.parametrize("data", [b"", b"no picture", png(280, 280)[:60], png(5000, 5000), b"GIF89a" + bytes(99)])
def test_what_no_canvas_sends_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="the canvas sent"):
        read_export(data)


@pytest.mark.parametrize(
    "page",
    [
        "app.py",
        "pages/draw.py",
        "pages/map.py",
        "pages/arithmetic.py",
        "pages/morph.py",
        "pages/traversals.py",
        "pages/denoise.py",
    ],
)
def test_every_page_runs_alone(page: str) -> None:
    app = AppTest.from_file(str(ROOT / page), default_timeout=60).run()
    assert not app.exception
    assert "model" in app.query_params


def test_a_sample_and_a_model_change_the_latent() -> None:
    app = AppTest.from_file(str(ROOT / "pages/draw.py"), default_timeout=60).run()
    first = app.query_params["z"]
    app.button(key="sample-7").click().run()
    second = app.query_params["z"]
    app.selectbox[0].select("book").run()
    assert len({tuple(first), tuple(second), tuple(app.query_params["z"])}) == 3
    assert not app.exception


def test_serving_imports_no_tensorflow(run_python: Any) -> None:
    code = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        "app = AppTest.from_file('app.py', default_timeout=60).run(); assert not app.exception;"
        "print(sorted({'tensorflow', 'keras', 'scipy'} & set(sys.modules)))"
    )
    done = run_python("-c", code)
    assert done.stdout.strip().splitlines()[-1] == "[]", done.stderr


def test_the_model_package_knows_no_streamlit() -> None:
    for path in (ROOT / "aecore").rglob("*.py"):
        assert "streamlit" not in path.read_text(), path.name
    assert aecore.available()[0] == "default"
