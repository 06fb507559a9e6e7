"""One visitor's state: the only place that spells session keys and query parameters."""

from __future__ import annotations

import base64
import contextlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlencode, urlsplit

import numpy as np
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

import aecore
from aecore.core import pretrained
from aecore.core.latents import latent_from_text, latent_to_text, quantise
from aecore.data.strokes import sample_image
from aecore.export import latent_files
from ui.features.talk import scenes
from ui.server import rooms
from ui.services import model_store, sample_drawings, training_queue
from ui.services.canvas_image import picture_on_canvas, rasterize
from ui.state.settings import (
    MOST_STOPS,
    VIEWS,
    Latent,
    Noise,
    Path,
    Sum,
    as_latent,
    is_finite,
    read_digits,
    read_latent,
    read_noise,
    read_path,
    read_sum,
)

_STATE = "playground"
_START = "canvas-start"
DECK = "deck"
NOISE = "noise"
TRAINING = "training"
MODEL_NAME = "model-name"
TRAVERSALS = "traversals"
MAP = "map"
MORPH = "morph"
FRAMES, BACK = "morph-frames", "morph-back"
TAKEAWAY = "take-it-with-you"
ARITHMETIC = "arithmetic"
NETWORK = "network"
STAGE, SCRIPT, ATTRACT, ATTRACT_CHOICE = "stage", "script", "attract", "attract-choice"
ATTRACTS = ("off", "loop", "kiosk")  # what happens when nobody is there; a kiosk also clears what was drawn
ROOM = "room"
SIGMA, CURVE = "sigma", "size-curve"
MODEL_CHOICE = "model-choice"
FIRST_SAMPLE = 3
MOST_OWN = 6  # models and trainings that a visitor can have at once
T = TypeVar("T")
_MAX_PASTED = 14_000_000  # characters of base64: ten megabytes
_LONGEST_ADDRESS = 2_000  # characters, of the page's own

# What a browser may send for a widget, by Streamlit's names for it. All that are not here are buttons.
_COMPONENTS = (DECK, NOISE, TRAINING, TRAVERSALS, MAP, MORPH, ARITHMETIC, NETWORK, STAGE, ATTRACT, ROOM)
_TEXT, _NUMBER, _FILE = ("string_value",), ("double_value", "int_value"), ("file_uploader_state_value",)
_KINDS = {
    r"canvas-\d+": ("json_value",),
    "|".join(_COMPONENTS): ("json_value",),
    f"({'|'.join(_COMPONENTS)})__events": ("json_trigger_value",),
    r"photo-\d+|latent-file-\d+|model-file-\d+": _FILE,
    SIGMA: ("double_array_value",),
    FRAMES: _NUMBER,
    f"{BACK}|{TAKEAWAY}": ("bool_value",),
    "train-(latent|epochs|rate|level)": _NUMBER,
    "train-(preset|data|batch|corruption|encoder|decoder)": _TEXT,
    rf"{MODEL_NAME}|{MODEL_CHOICE}|{ATTRACT_CHOICE}|{SCRIPT}-\d+": _TEXT,
}
_BUTTON = ("trigger_value",)
PICTURES, LATENTS, MODELS = (".png", ".jpg", ".jpeg"), (".json", ".npy"), (".safetensors",)  # files that are brought


@dataclass
class Playground:
    """What one visitor has on the table.

    `image` is the normalised drawing (28, 28), None when the canvas is empty; `encoded` its latent; `latent` where
    the sliders stand, both (D,) in steps of 0.01. `seq` counts what Python changed, so that the browser knows when to
    take it over; `reason` says what it was. `visit` tells a browser that comes back from one that was never here.
    """

    visit: str = field(default_factory=lambda: secrets.token_hex(8))
    model: str = "default"
    drawing: dict[str, Any] = field(default_factory=dict)
    canvas: int = 0  # a new number makes a new canvas
    sample: int | None = None  # the untouched sample digit on the canvas
    image: np.ndarray | None = None
    encoded: np.ndarray = field(default_factory=lambda: np.zeros(16, np.float32))
    latent: np.ndarray = field(default_factory=lambda: np.zeros(16, np.float32))
    at_rest: bool = False  # the deck has just reported its sliders, and shows what they stand for
    seq: int = 0
    chosen: int = 0  # the same count without the pen's strokes, which come while the page is being made
    reason: str = "start"
    hint: str = ""
    noise: Noise = field(default_factory=Noise)
    view: str = "pca"  # of the Map page
    shown: str = "0123456789"  # digits on the map
    path: Path | None = None
    sum: Sum | None = None
    sigma: float = 0.1  # of the Gaussian decoder on the page How it works
    photo: int = 0  # a new number makes a new uploader, so that no file is kept
    photo_problem: str = ""
    latent_file: int = 0  # the same for latents
    latent_file_problem: str = ""
    latent_file_notice: str = ""
    latent_file_mark: str = ""  # what was on the table when this was said
    own: list[str] = field(default_factory=list)  # models that this visitor trained or brought
    runs: list[str] = field(default_factory=list)  # secrets of this visitor's trainings, the one on the page last
    form: dict[str, Any] = field(default_factory=dict)  # of the Train page
    training_problem: str = ""
    model_file: int = 0  # as for photos
    model_problem: str = ""
    model_notice: str = ""
    script: str = ""  # of the visitor's own talk, empty for the shipped one
    script_read: tuple[object, dict[str, Any]] | None = None  # what it was read from, and what the stage gets of it
    script_draft: str = ""  # what was last sent to be shown, sound or not
    script_problem: str = ""
    script_line: int = 0  # that the problem is in, from 1; 0 for none
    talk: int = 0  # counts the talks shown
    talking: bool = False
    scene: int = 0
    attract: str = "off"
    idle: int = 60  # seconds without touch before the attract loop
    restart: bool = False  # the next run begins at the first page
    room: str = ""  # the room that is followed, or presented in
    room_key: str = ""  # what may write there: only who presents has it
    destination: str | None = None  # the page to go to
    notices: list[str] = field(default_factory=list)


@lru_cache(maxsize=1024)
def kinds_of_value(key: str) -> tuple[str, ...]:
    """Tell what kinds of value a browser may send for the widget of this key, by Streamlit's names for them."""
    return next((kinds for pattern, kinds in _KINDS.items() if re.fullmatch(pattern, key, re.ASCII)), _BUTTON)


def endings_of_files(key: str) -> tuple[str, ...]:
    """Tell how the names of the files end that the uploader of this key takes."""
    return {"photo": PICTURES, "latent-file": LATENTS, "model-file": MODELS}[key.rstrip("0123456789").rstrip("-")]


def canvas_key(state: Playground) -> str:
    """Return the widget key of the canvas that is on the page now."""
    return f"canvas-{state.canvas}"


def canvas_start(state: Playground, key: str) -> dict[str, Any]:
    """Return the drawing a canvas starts from; it must not change while that canvas is on the page."""
    if key not in st.session_state:  # a new canvas, or back from another page: nothing drawn is lost
        st.session_state[_START] = state.drawing
    start: dict[str, Any] = st.session_state[_START]
    return start


def current() -> Playground:
    """Return this visitor's state, made from the link on the first call."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = read_link(st.query_params.to_dict())
    state: Playground = st.session_state[_STATE]
    return state


def take_notices() -> list[str]:
    """Return the one-line notices that are due, once."""
    state = current()
    due, state.notices = state.notices, []
    return due


# ---- what a visitor can do -------------------------------------------------------------------------------------


def choose_sample(digit: int) -> None:
    """Put a sample digit on the canvas."""
    _place_sample(current(), digit)


def _place_sample(state: Playground, digit: int) -> None:
    state.drawing, state.image, state.encoded = _sample(state.model, digit)
    state.latent, state.sample, state.photo_problem, state.hint = state.encoded, digit, "", ""
    state.canvas += 1
    announce(state, "canvas")


@lru_cache(maxsize=256)
def _sample(model: str, digit: int) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Return a sample digit's drawing, image and latent; all visitors share them."""
    drawing, image = sample_drawings.drawing(digit), sample_image(digit)
    latent = quantise(model_store.load(model).encode(image[None])[0])
    for array in (image, latent):
        array.setflags(write=False)
    return drawing, image, latent


def clear_canvas() -> None:
    """Empty the canvas; the sliders stay where they are."""
    state = current()
    _place(state, {"objects": []})


def undo_stroke() -> None:
    """Take the last stroke off the canvas."""
    state = current()
    strokes = state.drawing.get("objects")
    _place(state, {**state.drawing, "objects": strokes[:-1] if isinstance(strokes, list) else []})


def _place(state: Playground, drawing: dict[str, Any]) -> None:
    state.drawing, state.sample, state.photo_problem = drawing, None, ""
    state.canvas += 1
    take_image(state, aecore.normalize_drawing(rasterize(drawing)), "canvas")


def take_image(state: Playground, image: np.ndarray | None, reason: str) -> None:
    """Make an image (28, 28) the one on the table, None for an empty canvas, and encode it."""
    state.image = image
    state.hint = "" if image is not None else "The canvas is empty: draw a digit, or pick a sample."
    if image is not None:
        state.encoded = quantise(model_store.load(state.model).encode(image[None])[0])
        state.latent = state.encoded
    announce(state, reason)


def choose_model(name: str) -> None:
    """Switch to another model; raises ModelFileError, leaving the state as it was."""
    state = current()
    model = model_store.load(name)
    state.model = name
    if model_store.is_own(name) and name not in state.own:
        state.own = [*state.own, name][-MOST_OWN:]
    if state.image is not None:
        state.encoded = quantise(model.encode(state.image[None])[0])
    else:
        state.encoded = np.zeros(model.latent_dim, np.float32)
    state.latent = state.encoded
    announce(state, "model")


def take_model_choice() -> None:
    """Switch to the model chosen from the list, or say why it cannot be."""
    state = current()
    try:
        choose_model(st.session_state[MODEL_CHOICE])
    except aecore.ModelFileError as problem:
        state.notices.append(str(problem))


def take_latent(payload: object, of_deck: bool = False) -> None:
    """Take over where the sliders came to rest, as the browser reports it; anything else is ignored."""
    report = _about_this(payload)
    state = current()
    latent = read_latent(report.get("latent"), len(state.latent))
    if latent is not None:
        state.latent, state.at_rest = quantise(np.array(latent)), of_deck


def _about_this(payload: object) -> dict[str, Any]:
    """Return a report about what is on the table; nothing if it is about an earlier digit, or no report at all."""
    return payload if isinstance(payload, dict) and payload.get("seq") == current().seq else {}


def latent_for(name: str) -> np.ndarray:
    """Return the latent on the table as a model has it: where the sliders stand, or what its encoder says."""
    state = current()
    model = model_store.load(name)
    if name == state.model:
        return state.latent
    if state.image is None:
        return np.zeros(model.latent_dim, np.float32)
    return quantise(model.encode(state.image[None])[0])


def take_view(payload: object) -> None:
    """Take over which map is shown, and of which digits, as the browser reports it; anything else is ignored."""
    if isinstance(payload, dict) and payload.get("view") in VIEWS:
        shown = read_digits(payload.get("shown"))
        if shown is not None:
            current().view, current().shown = str(payload["view"]), shown


def take_picked(payload: object) -> None:
    """Take a latent picked on the map to the sliders; anything else is ignored."""
    if not isinstance(payload, dict) or payload.get("model") not in usable_models():
        return
    name = payload["model"]
    latent = read_latent(payload.get("latent"), model_store.load(name).latent_dim)
    if latent is not None:
        if name != current().model:
            choose_model(name)
        current().latent = quantise(np.array(latent))
        announce(current(), "map")


def current_path() -> Path:
    """Return the path on the Morph page, in the latent of the chosen model; at first it leads from a 3 to an 8."""
    state = current()
    if state.path is None or state.path.model != state.model:
        model = model_store.load(state.model)
        if state.path is None:
            latents = sample_latents(state.model)[[3, 8]]
        else:  # the same digits, as the other model has them
            before = model_store.load(state.path.model).decode(np.array(state.path.stops, np.float32))
            latents = quantise(model.encode(before))
        stops = tuple(map(as_latent, latents))
        old = state.path or Path(state.model, stops)
        state.path = Path(state.model, stops, old.place, old.spherical)
    return state.path


@lru_cache(maxsize=32)
def sample_latents(name: str) -> np.ndarray:
    """Return the latents (10, D) that a model has of the ten sample digits."""
    images = np.stack([sample_image(digit) for digit in range(10)])
    latents: np.ndarray = quantise(model_store.load(name).encode(images))
    return latents


def take_path(payload: object) -> None:
    """Take over the path of the Morph page, as the browser reports it; anything else is ignored."""
    state = current()
    state.path = read_path(_about_this(payload), state.model, len(state.latent)) or state.path


def current_sum() -> Sum:
    """Return the sum on the Arithmetic page; what was kept of another model's latents is of no use to this one."""
    state = current()
    if state.sum is None:
        mine = FIRST_SAMPLE if state.sample is None else state.sample
        state.sum = Sum(state.model, b=f"mean-{mine}", c=f"mean-{8 if mine != 8 else 3}")
    if state.sum.model != state.model:
        state.sum = replace(state.sum, model=state.model, kept=(), directions=(), direction="")
    return state.sum


def take_sum(payload: object) -> None:
    """Take over the sum of the Arithmetic page, as the browser reports it; anything else is ignored."""
    state = current()
    state.sum = read_sum(_about_this(payload), state.model, len(state.latent)) or state.sum


def take_noise(payload: object) -> None:
    """Take over the Denoise page's settings, as the browser reports them; anything else is ignored."""
    current().noise = read_noise(payload) or current().noise


def take_photo(data: bytes) -> None:
    """Read an uploaded or pasted picture and put its digit on the table; what is wrong with it is said on the page."""
    from aecore.data.photo import PhotoError, read_photo  # late: only who brings a picture pays for what reads it

    state = current()
    state.photo_problem = ""
    try:
        image = read_photo(data)
    except PhotoError as problem:
        state.photo_problem = str(problem)
        return
    state.drawing, state.sample = picture_on_canvas(image), None
    state.canvas += 1
    take_image(state, image, "photo")


def take_upload() -> None:
    """Take over the file in the uploader, and empty it."""
    state = current()
    data = take_file(photo_key(state))
    state.photo += 1
    if data is not None:
        take_photo(data)


def take_file(key: str) -> bytes | None:
    """Return what is in the uploader of this key, None for nothing, and have Streamlit keep it no longer."""
    file = st.session_state.get(key)
    if not isinstance(file, UploadedFile):
        return None  # what was named there is gone
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
    return file.getvalue()


def take_pasted(text: object) -> None:
    """Take over a picture from the clipboard, its bytes in base64; anything else is ignored."""
    if not isinstance(text, str) or len(text) > _MAX_PASTED:
        return
    with contextlib.suppress(ValueError):
        take_photo(base64.b64decode(text, validate=True))


def room_link(page: str) -> str:
    """Return the link for the audience of this visitor's room; `page` is the address of the page it is made on."""
    address = _address()
    path = address.path.rstrip("/").removesuffix(f"/{page}") if page else address.path.rstrip("/")
    return address._replace(path=f"{path}/", query=urlencode({"room": current().room}), fragment="").geturl()


def _address() -> SplitResult:
    """Return the page's own address as its browser tells it, an empty one where that is none."""
    url = st.context.url or ""
    with contextlib.suppress(ValueError):
        if len(url) <= _LONGEST_ADDRESS:
            return urlsplit(url)
    return urlsplit("")


def is_room(name: object, key: object = "") -> bool:
    """Tell whether this could be a room's name, and the key that may write there."""
    return (
        isinstance(name, str)
        and isinstance(key, str)
        and re.fullmatch(rooms.NAME, name, re.ASCII) is not None
        and re.fullmatch(rf"({rooms.KEY})?", key, re.ASCII) is not None
    )


def is_visit(name: object) -> bool:
    """Tell whether this could be the name of a visit."""
    return isinstance(name, str) and re.fullmatch("[0-9a-f]{16}", name) is not None


def photo_key(state: Playground) -> str:
    """Return the widget key of the uploader that is on the page now."""
    return f"photo-{state.photo}"


def take_latent_file(data: bytes) -> None:
    """Move the sliders to where a JSON or NPY file says; what was wrong with it, or had to be changed, is said."""
    state = current()
    state.latent_file_problem = state.latent_file_notice = ""
    try:
        if latent_files.is_npy(data):
            name, checksum = state.model, model_store.sha256(state.model)
            read = latent_files.latent_from_npy
        else:
            name, checksum = latent_files.model_from_json(data)
            read = latent_files.latent_from_json
        model = model_store.load(name)
        latent = read(data, model.latent_dim)
    except (latent_files.LatentFileError, aecore.ModelFileError) as problem:
        state.latent_file_problem, state.latent_file_mark = str(problem), _mark(state)
        return
    if name != state.model:
        choose_model(name)
    # The sliders reach from low to high, and as far as the digit on the table.
    low = np.minimum(model.statistics.low, state.encoded)
    high = np.maximum(model.statistics.high, state.encoded)
    latent, outside = latent_files.clamp(latent, low, high)
    state.latent = quantise(latent)
    announce(state, "file")
    notices = ["The sliders stand where the file says."]
    if outside:
        verbs = ("value was", "has") if outside == 1 else ("values were", "have")
        notices.append("{} {} out of range and {} been clamped.".format(outside, *verbs))
    if checksum != model_store.sha256(name):
        notices.append(f"It was made with another version of `{name}`: the picture may differ.")
    state.latent_file_notice, state.latent_file_mark = " ".join(notices), _mark(state)


def take_latent_upload() -> None:
    """Take over the latent in the uploader, and empty it."""
    state = current()
    data = take_file(latent_file_key(state))
    state.latent_file += 1
    if data is not None:
        take_latent_file(data)


def latent_file_outcome() -> tuple[str, str]:
    """Return what was wrong with the latent brought last, or else what became of it, until the sliders move on."""
    state = current()
    return (state.latent_file_problem, state.latent_file_notice) if state.latent_file_mark == _mark(state) else ("", "")


def _mark(state: Playground) -> str:
    return f"{state.seq} {latent_to_text(state.latent)}"


def latent_file_key(state: Playground) -> str:
    """Return the widget key of the uploader for latents that is on the page now."""
    return f"latent-file-{state.latent_file}"


def take_script(text: str) -> None:
    """Show a talk; what is wrong with it is said on the page, and the one before stays."""
    state = current()
    state.script_draft, state.script_problem, state.script_line = text[: scenes.LARGEST], "", 0
    try:
        scenes.parse(text, usable_models())
    except scenes.TalkError as problem:
        state.script_problem, state.script_line = str(problem), problem.line
    except aecore.ModelFileError as problem:
        state.script_problem = str(problem)
    else:
        state.script = text
        state.talk += 1


def drop_script() -> None:
    """Go back to the shipped talk."""
    state = current()
    state.script = state.script_draft = state.script_problem = ""
    state.talk += 1


def take_stage(payload: object) -> None:
    """Take over where the talk is, as the browser reports it; anything else is ignored."""
    state = current()
    if not isinstance(payload, dict) or payload.get("seq") != state.talk:
        return
    talking, scene = payload.get("talking"), payload.get("scene")
    if isinstance(talking, bool) and is_finite(scene) and 0 <= scene < scenes.MOST_SCENES:
        state.talking, state.scene = talking, int(scene)


def take_attract_choice() -> None:
    """Choose what happens when nobody is there."""
    if st.session_state[ATTRACT_CHOICE] in ATTRACTS:
        current().attract = st.session_state[ATTRACT_CHOICE]


def start_over() -> None:
    """Forget everything that this visitor did, and begin at the first page."""
    old = current()
    state = Playground(
        model=usable_models()[0],
        canvas=old.canvas,
        photo=old.photo + 1,
        latent_file=old.latent_file + 1,
        seq=old.seq,
        talk=old.talk + 1,
        attract=old.attract,
        idle=old.idle,
        restart=True,
    )
    for key in st.session_state:
        if key != ATTRACT:
            del st.session_state[key]
    st.session_state[_STATE] = state
    choose_sample(FIRST_SAMPLE)


def take_restart() -> bool:
    """Tell, once, whether this run is to begin at the first page."""
    state = current()
    due, state.restart = state.restart, False
    return due


def announce(state: Playground, reason: str) -> None:
    """Tell the browser that Python changed the picture or the latent."""
    state.seq += 1
    state.chosen += reason != "drawing"
    state.reason = reason


def form_key(field_: str) -> str:
    """Return the widget key of a field of the Train page's form."""
    return f"train-{field_}"


def model_file_key(state: Playground) -> str:
    """Return the widget key of the uploader for models that is on the page now."""
    return f"model-file-{state.model_file}"


# ---- the link --------------------------------------------------------------------------------------------------


def asks_for_stage() -> bool:
    """Tell whether the page's address asks for talk mode."""
    return st.query_params.get("talk") == "1"


def write_link(
    noise: bool = False,
    view: bool = False,
    path: bool = False,
    terms: bool = False,
    run: bool = False,
    stage: bool = False,
) -> None:
    """Put what is on the table into the page's address; each page does, for a page switch clears it."""
    state = current()
    link = {"model": state.model, "z": latent_to_text(state.latent)}
    if state.sample is not None:
        link["digit"] = str(state.sample)
    if noise:
        link |= _noise_to_link(state.noise)
    if path and state.path:
        link |= _path_to_link(state.path)
    if terms and state.sum:
        link |= _sum_to_link(state.sum)
    if run and state.runs:
        link["run"] = state.runs[-1]
    if view:
        link |= {"view": state.view, "shown": state.shown}
    if stage and state.talking:
        link |= {"talk": "1", "scene": str(state.scene + 1)}
    if state.attract != "off":
        link |= {"attract": "1"} if state.attract == "loop" else {"kiosk": "1"}
        link |= {"idle": str(state.idle)} if state.idle != Playground.idle else {}
    if state.room:
        link["room"] = state.room
    if state.room_key:
        link["host"] = state.room_key
    if st.query_params.to_dict() != link:
        st.query_params.from_dict(link)


def takeaway_is_open() -> bool:
    """Tell whether what can be taken along is in sight."""
    return bool(st.session_state.get(TAKEAWAY))


def whole_link() -> str:
    """Return the page's address with what `write_link` put into it, for the visitor to copy; a room stays out of it."""
    address = _address()
    link = {key: value for key, value in st.query_params.to_dict().items() if key not in ("room", "host")}
    return address._replace(path=address.path or "/", query=urlencode(link)).geturl()


def read_link(link: dict[str, str]) -> Playground:
    """Make a visitor's state from the fields of the page's address; what cannot be read is said in a notice."""
    state = Playground()
    state.own = [name for name in (link.get("model", ""),) if model_store.exists(name)]
    state.runs = [secret for secret in (link.get("run", ""),) if training_queue.find(secret)]
    names = [*usable_models(), *state.own]
    if "model" in link and link["model"] not in names:
        state.notices.append(f"The link asks for a model that is not here; showing `{names[0]}`.")
    state.model = link["model"] if link.get("model") in names else names[0]
    digit = link.get("digit", "")
    sample = int(digit) if digit in [str(d) for d in range(10)] else FIRST_SAMPLE
    if digit and str(sample) != digit:
        state.notices.append(f"The link asks for a sample that is not here; showing {sample}.")
    _place_sample(state, sample)

    def read(what: str, instead: str, reader: Callable[[], T], fallback: T) -> T:
        try:
            return reader()
        except ValueError:
            state.notices.append(f"The {what} in the link could not be read; showing {instead}.")
            return fallback

    if "z" in link:
        size = len(state.latent)
        state.latent = read("latent", "the digit's own", lambda: latent_from_text(link["z"], size), state.latent)
    if "strength" in link:
        state.sum = read("sum", "another one", lambda: _sum_from_link(state.model, link), None)
    if "stops" in link:
        state.path = read("path", "another one", lambda: _path_from_link(state.model, link), None)
    state.noise = read("noise", "the article's", lambda: _noise_from_link(link), state.noise)
    state.talking = link.get("talk") == "1"
    scene = re.fullmatch(r"\d{1,2}", link.get("scene", ""), re.ASCII)
    state.scene = max(int(scene[0]) - 1, 0) if scene else 0
    state.attract = "kiosk" if link.get("kiosk") == "1" else "loop" if link.get("attract") == "1" else "off"
    idle = re.fullmatch(r"\d{1,4}", link.get("idle", ""), re.ASCII)
    state.idle = max(int(idle[0]), 1) if idle else Playground.idle
    state.view = link["view"] if link.get("view") in VIEWS else state.view
    shown = read_digits(link.get("shown"))
    state.shown = state.shown if shown is None else shown
    if is_room(link.get("room"), link.get("host", "")):
        state.room, state.room_key = link["room"], link.get("host", "")
    elif "room" in link:
        state.notices.append("The room in the link could not be read; showing the page without it.")
    return state


def _path_to_link(path: Path) -> dict[str, str]:
    stops = ".".join(latent_to_text(np.array(stop)) for stop in path.stops)
    return {"stops": stops, "place": f"{path.place:.2f}", "path": "spherical" if path.spherical else "straight"}


def _path_from_link(model: str, link: dict[str, str]) -> Path:
    """Read a path; raises ValueError."""
    texts, size = link["stops"].split("."), model_store.load(model).latent_dim
    place = _number(link.get("place", "0.5"))
    if not 2 <= len(texts) <= MOST_STOPS or not 0 <= place <= len(texts) - 1:
        raise ValueError("out of range")
    stops = tuple(as_latent(latent_from_text(text, size)) for text in texts)
    return Path(model, stops, place, link.get("path") == "spherical")


def _sum_to_link(found: Sum) -> dict[str, str]:
    """Write a sum; of what was kept under a name, the latent goes along."""
    kept = {f"kept-{name}": latent for name, latent in found.kept}

    def term(name: str) -> str:
        return f"~{latent_to_text(np.array(kept[name]))}" if name in kept else name

    link = {"a": term(found.a), "b": term(found.b), "c": term(found.c), "strength": f"{found.strength:.2f}"}
    directions = dict(found.directions)
    if found.direction in directions:
        link["direction"] = latent_to_text(np.array(directions[found.direction]))
    return link


def _sum_from_link(model: str, link: dict[str, str]) -> Sum:
    """Read a sum; raises ValueError."""
    size, kept, terms = model_store.load(model).latent_dim, [], {}

    def latent(text: str) -> Latent:
        return as_latent(latent_from_text(text, size))

    for key in ("a", "b", "c"):
        term = link.get(key, getattr(Sum, key))
        if term.startswith("~"):
            name = f"{key.upper()} of the link"
            kept.append((name, latent(term[1:])))
            term = f"kept-{name}"
        elif not re.fullmatch("mine|(mean|sample)-[0-9]", term):
            raise ValueError(f"no term: {term!r:.40}")
        terms[key] = term
    strength = _number(link.get("strength", "1"))
    if not 0 <= strength <= 2:
        raise ValueError("out of range")
    directions = (("of the link", latent(link["direction"])),) if "direction" in link else ()
    return Sum(
        model,
        **terms,
        strength=strength,
        kept=tuple(kept),
        directions=directions,
        direction=directions[0][0] if directions else "",
    )


def _noise_to_link(noise: Noise) -> dict[str, str]:
    link = {"kind": noise.kind, "level": f"{noise.level:.2f}", "seed": str(noise.seed)}
    if noise.kind == "gaussian":
        link["mean"] = f"{noise.mean:.2f}"
    if noise.kind == "occlusion" and noise.box:
        link["box"] = "{}-{}".format(*noise.box)
    return link


def _noise_from_link(link: dict[str, str]) -> Noise:
    """Read the noise; without a mean it is the level, as in the article. Raises ValueError."""
    kind, level = link.get("kind", Noise.kind), _number(link.get("level", f"{Noise.level}"))
    box = re.fullmatch(r"(\d{1,2})-(\d{1,2})", link.get("box", ""), re.ASCII)
    noise = Noise(
        kind=kind,
        level=level,
        mean=_number(link.get("mean", f"{level}" if kind == "gaussian" else f"{Noise.mean}")),
        seed=int(_number(link.get("seed", f"{Noise.seed}"))),
        box=(int(box[1]), int(box[2])) if box else None,
    )
    if not noise.is_sound:
        raise ValueError("out of range")
    return noise


def _number(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,6}(\.\d{1,4})?", text, re.ASCII):
        raise ValueError(f"no number: {text!r:.40}")
    return float(text)


def usable_models() -> list[str]:
    """List the models that load, `default` first, the visitor's own last; raises ModelFileError when there is none."""
    problems = pretrained.problems()
    usable = [name for name in aecore.available() if name not in problems]
    if not usable:
        raise aecore.ModelFileError("None of the model files can be read. Restore assets/models (git checkout).")
    state = st.session_state.get(_STATE)
    return usable + [name for name in (state.own if state else []) if model_store.exists(name)]
