"""The browser's live parts: what Python hands them, and what it takes back."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import segno
import streamlit as st

from aecore.data.corruption import MEANS_OF_MIXTURE, levels_of_mixture
from aecore.data.strokes import PEN
from aecore.latent.atlas import NAMES as ATLASES
from ui.features.learn.layers import describe
from ui.features.talk import scenes
from ui.features.train import user_models
from ui.server.routes import PLOTLY_URL, atlas_url, model_url, module_url
from ui.services import model_store
from ui.services.frontend_assets import directions_for_browser, image_to_base64, style
from ui.services.frontend_assets import latent_to_list as _to_list
from ui.state import audience, reconnect, session, settings
from ui.streamlit_compat import ComponentRenderer
from ui.widgets.model_picker import has_atlas, model_for_browser

_ROLES = {"denoiser": "denoiser", "plain": "default", "book": "book_denoiser"}  # on the Denoise page


@cache
def _component(name: str) -> ComponentRenderer:
    # Streamlit loads inline JavaScript as a Blob, where relative imports do not resolve: hence this one-line bridge.
    module = module_url(f"features/{name}/part.js")
    bridge = f"""
        const {{ default: render }} = await import(new URL("{module}", document.baseURI).href);
        export default render;
    """
    return st.components.v2.component(f"playground_{name}", css=style(name), js=bridge)


def deck() -> None:
    """Show image, encoder, sliders, decoder and decoded digit."""
    state = session.current()
    # For the first frame; where sliders are at rest, the browser has decoded what they stand for already.
    decoded = None if state.at_rest else model_store.load(state.model).decode(state.latent[None])[0]
    state.at_rest = False
    data = {
        "seq": state.seq,
        "reason": state.reason,
        "model": model_for_browser(state.model),
        "atlas": _atlas_url(state.model),
        "directions": directions_for_browser(state.model),
        "image": _to_base64(state.image),
        "encoded": _to_list(state.encoded),
        "latent": _to_list(state.latent),
        "decoded": _to_base64(decoded),
        "hint": state.hint,
    }
    _component("draw")(
        key=session.DECK,
        data=data,
        on_settled_change=lambda: session.take_latent(_value(session.DECK), of_deck=True),
    )


@st.fragment
def live_deck() -> None:
    """Show the deck and write the address; only this runs again where sliders come to rest, for a third of the CPU.

    What visitors take along says what the sliders say: while it is in sight, the whole page runs.
    """
    if session.current().at_rest and session.takeaway_is_open():
        session.current().at_rest = False
        st.rerun()
    deck()
    session.write_link()


def traversals() -> None:
    """Show one filmstrip per dimension around the latent on the table."""
    state = session.current()
    data = {
        "seq": state.seq,
        "model": model_for_browser(state.model),
        "encoded": _to_list(state.encoded),
        "latent": _to_list(state.latent),
    }
    _component("traversals")(
        key=session.TRAVERSALS,
        data=data,
        on_settled_change=lambda: session.take_latent(_value(session.TRAVERSALS)),
    )


def morph() -> None:
    """Show the path between digits, to be scrubbed and played."""
    state = session.current()
    path = session.current_path()
    data = {
        "seq": state.seq,
        "model": model_for_browser(state.model),
        "atlas": _atlas_url(state.model),
        "stops": [list(stop) for stop in path.stops],
        "place": path.place,
        "spherical": path.spherical,
        "table": _to_list(state.latent),
        "samples": [_to_list(latent) for latent in session.sample_latents(state.model)],
    }
    _component("morph")(
        key=session.MORPH,
        data=data,
        on_settled_change=lambda: session.take_path(_value(session.MORPH)),
    )


def arithmetic() -> None:
    """Show A - B + C with latents."""
    state = session.current()
    found = session.current_sum()
    data = {
        "seq": state.seq,
        "model": model_for_browser(state.model),
        "atlas": _atlas_url(state.model),
        "choices": _choices(state.model, state.latent),
        "sum": {
            **{key: getattr(found, key) for key in ("a", "b", "c", "strength", "direction")},
            **{
                key: [{"name": name, "latent": list(latent)} for name, latent in getattr(found, key)]
                for key in ("kept", "directions")
            },
        },
    }
    _component("arithmetic")(
        key=session.ARITHMETIC,
        data=data,
        on_settled_change=lambda: session.take_sum(_value(session.ARITHMETIC)),
        on_picked_change=lambda: session.take_picked(_value(session.ARITHMETIC, "picked")),
    )


def _choices(model: str, mine: np.ndarray) -> list[dict[str, Any]]:
    """List what can be a term: the digit on the table, the average digits where an atlas knows them, the samples."""
    means = model_store.atlas(model).means if has_atlas(model) else session.sample_latents(model)[:0]
    return [
        {"id": "mine", "label": "my digit", "latent": _to_list(mine)},
        *({"id": f"mean-{d}", "label": f"average {d}", "latent": _to_list(mean)} for d, mean in enumerate(means)),
        *(
            {"id": f"sample-{d}", "label": f"sample {d}", "latent": _to_list(latent)}
            for d, latent in enumerate(session.sample_latents(model))
        ),
    ]


def latent_map() -> None:
    """Show the atlas as a map that decodes under the pointer."""
    state = session.current()
    usable = session.usable_models()
    names = {**{name: name for name in ATLASES}, **({"own": state.model} if model_store.is_own(state.model) else {})}
    sources = {
        source: {
            "model": model_for_browser(name),
            "atlas": atlas_url(name),
            "latent": _to_list(session.latent_for(name)),
        }
        for source, name in names.items()
        if name in usable and has_atlas(name)
    }
    if "default" not in sources:
        st.warning("The map is missing: run `python -m aecore.atlas`.", icon=":material/map:")
        return
    _component("map")(
        key=session.MAP,
        data={"seq": state.seq, "view": state.view, "shown": state.shown, "sources": sources},
        on_settled_change=lambda: session.take_view(_value(session.MAP)),
        on_picked_change=lambda: session.take_picked(_value(session.MAP, "picked")),
    )


def noise_lab() -> None:
    """Show clean, corrupted and denoised digit with the live noise controls, and what explains them."""
    state = session.current()
    noise, usable = state.noise, session.usable_models()
    roles = {**_ROLES, "own": state.model if model_store.is_own(state.model) else ""}
    data = {
        "image": _to_base64(state.image),
        "kind": noise.kind,
        "level": noise.level,
        "mean": noise.mean,
        "seed": noise.seed,
        "box": {"top": noise.box[0], "left": noise.box[1]} if noise.box else None,
        "damage": noise.damage,
        "models": {role: model_for_browser(name) if name in usable else None for role, name in roles.items()},
        "seen": _seen_in_training(),
        "plotly": PLOTLY_URL,
    }
    _component("denoise")(
        key=session.NOISE,
        data=data,
        on_settled_change=lambda: session.take_noise(_value(session.NOISE)),
        on_picture_change=lambda: session.take_pasted(_value(session.NOISE, "picture")),
    )


def network() -> None:
    """Show the network of the chosen model with the digit on the table flowing through it."""
    state = session.current()
    data = {
        "seq": state.seq,
        "model": model_for_browser(state.model),
        "stages": describe(model_store.load(state.model).spec),
        "image": _to_base64(state.image),
        "hint": state.hint,
    }
    _component("learn")(key=session.NETWORK, data=data)


def training_view() -> None:
    """Show how the visitor's training goes, live."""
    state = session.current()
    _component("train")(
        key=session.TRAINING,
        data={"run": state.runs[-1] if state.runs else None, "runs": state.runs, "models": state.own},
        on_wish_change=lambda: user_models.control_training(_value(session.TRAINING, "wish")),
        on_remembered_change=lambda: user_models.take_remembered(_value(session.TRAINING, "remembered")),
        on_news_change=lambda: None,  # a new model, or the end: the page around shows what can be done with it
    )


def stage() -> None:
    """Show the talk: in a frame on the page, or on stage over the whole window."""
    state = session.current()
    try:
        talk = _own_talk(state) if state.script else _talk(scenes.SHIPPED)
    except scenes.TalkError as problem:  # a file that it needs is gone: its directions, its model
        st.warning(f"The talk cannot be shown: {problem}.", icon=":material/co_present:")
        return
    data = {
        "seq": state.talk,
        "talk": talk,
        "talking": state.talking,
        "scene": state.scene,
        "pen": PEN,
    }
    _component("talk")(
        key=session.STAGE,
        data=data,
        on_settled_change=lambda: session.take_stage(_value(session.STAGE)),
    )


def attract() -> None:
    """Let scenes play over the whole window while nobody is there, where that is wanted."""
    state = session.current()
    if state.attract == "off":
        return
    try:
        talk = _talk(scenes.ATTRACT)
    except scenes.TalkError:  # the booth goes on without: its pages say what is missing
        return
    data = {"talk": talk, "idle": state.idle, "kiosk": state.attract == "kiosk", "pen": PEN}
    _component("booth")(key=session.ATTRACT, data=data, on_cleared_change=session.start_over)


def _talk(path: Path) -> dict[str, Any]:
    return _shipped_talk(path.read_text(encoding="utf-8"), tuple(session.usable_models()))


def _own_talk(state: session.Playground) -> dict[str, Any]:
    # Kept with the visitor's session, so that it goes when they go.
    told = state.script, tuple(session.usable_models())
    if state.script_read is None or state.script_read[0] != told:
        state.script_read = told, _read_talk(*told)
    return state.script_read[1]


def _read_talk(text: str, models: tuple[str, ...]) -> dict[str, Any]:
    return scenes.for_browser(scenes.parse(text, models), lambda name: model_url(name, model_store.sha256(name)))


_shipped_talk = lru_cache(maxsize=8)(_read_talk)


def room(page: str) -> None:
    """Show the way into a room: for who presents its name and QR code, for an audience a bar on top of the page.

    It is on every page, before anything else: what a browser brings back to a new session is taken here.
    """
    state = session.current()
    told = {"name": state.room, "key": state.room_key}
    if state.room_key:
        told["link"] = session.room_link()
        told["qr"] = _qr_code(told["link"])
    table = {
        "page": page,
        "model": state.model,
        "image": _to_base64(state.image),
        "latent": _to_list(state.latent),
        "digit": state.sample,
    }
    found = _component("room")(
        key=session.ROOM,
        data={
            "room": told if state.room else None,
            "table": table,
            "chosen": state.chosen,
            "kept": reconnect.to_keep(page),
        },
        width="content" if state.room_key or not state.room else "stretch",
        on_opened_change=lambda: audience.take_room(_value(session.ROOM, "opened")),
        on_followed_change=lambda: audience.take_scene(_value(session.ROOM, "followed")),
        on_left_change=audience.leave_room,
        on_back_change=lambda: None,
    )
    if reconnect.take_back(found.get("back")):
        st.rerun()


@lru_cache(maxsize=64)
def _qr_code(link: str) -> str:
    code: str = segno.make(link, error="m").svg_data_uri(omitsize=True, light="#fff")
    return code


def _seen_in_training() -> dict[str, dict[str, Any]]:
    """Return the levels of each kind that the denoiser was trained on."""
    return {
        kind: {"low": levels[0], "high": levels[1], "means": MEANS_OF_MIXTURE}
        for kind in settings.NOISE_KINDS
        if (levels := levels_of_mixture(kind))
    }


def _atlas_url(name: str) -> str | None:
    return atlas_url(name) if has_atlas(name) else None


def _value(key: str, name: str = "settled") -> Any:
    found = st.session_state.get(key)  # nothing, when a browser tells of a component that is not on the page
    return found.get(name) if isinstance(found, dict) else None


def _to_base64(image: np.ndarray | None) -> str | None:
    return None if image is None else image_to_base64(image)
