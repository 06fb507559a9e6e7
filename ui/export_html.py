"""The demo as one HTML file that needs no server and no network: `python -m ui.export_html [--model NAME]`.

With `--page colorize`, `scenes` or `sound`, it is that page instead of those of digits.

It holds the modules of ui/frontend and ui/features, the networks, and the data that Python would send to them. Does not
use Streamlit.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import html
import json
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

import aecore
from aecore.core import pretrained
from aecore.core.latents import quantise
from aecore.core.model_file import ModelFileError, part, read_checked, write_atomically
from aecore.data.strokes import PEN, STROKES, sample_image
from aecore.latent import shape
from ui.services import examples, frontend_assets, model_store, pictures, recordings, scene_samples
from ui.services.browser_training import for_digits
from ui.services.bundle import bundle
from ui.services.examples import has_own_pictures, is_drawable, sample_latents
from ui.services.frontend_assets import (
    FEATURES,
    FRONTEND,
    MODULE_IMPORT,
    UI,
    describe,
    directions_for_browser,
    head_for_browser,
    image_to_base64,
    latent_to_list,
    module_at,
    modules_for,
    style,
)
from ui.services.naming import named
from ui.services.terms import explain

_STANDALONE = FRONTEND / "standalone"
_SHEETS = (
    FRONTEND / "parts.css",
    _STANDALONE / "standalone.css",
    FEATURES / "draw" / "page.css",
    FRONTEND / "lib" / "term.css",
)
_ENTRY = "frontend/standalone/standalone.js"
_WORKER = "features/train_here/worker.js"
_FIRST_SAMPLE = 3
USUAL = "default"  # the model of digits
_COLORIZER, _BOOK = "colorizer", "book_colorizer"
_READER = "scene"
_CLEANER, _VOICE = "voice_denoiser", "voice"
_DENOISERS = ("denoiser", "book_denoiser")
_SHAPE = "shape.safetensors"
_LARGE = 1_000_000  # bytes of a model file
_GROWTH = 1.11  # gzip removes a sixth, base64 adds a third
_CODE = 0.41  # of modules, gzip removes more
_OVERHEAD = 75_000  # bytes of style sheets, samples and the page itself
_TRAINING = 65_000  # bytes of the worker that trains networks, and of these


def page(name: str = USUAL) -> bytes:
    """Return the demo with a model as the bytes of one HTML file; raises ModelFileError."""
    model, own = model_store.load(name), has_own_pictures(name)
    roles = _denoising(name)
    atlas = _atlas(name)
    files = _parts(name) | atlas
    for other in roles.values():
        files |= _parts(other) if other else {}
    head = pretrained.head(name)
    files |= {f"{head}.decoder.safetensors": _packed(head, "decoder", model_store.sha256(head))} if head else {}
    network = shape.file_of(name)
    files |= {_SHAPE: _pack(network.read_bytes())} if network else {}
    if not own:
        files = {"worker.js": _worker(), **files}
    demo = {
        "model": {
            **_describe(name),
            "head": head_for_browser(name, lambda head: f"{head}.safetensors"),
            "shapeNetwork": network and _SHAPE,
        },
        "atlas": next(iter(atlas), None),
        "directions": directions_for_browser(name),
        "view": "own" if own else "plane" if name == "plane" else "pca",
        "source": "own" if own else name,  # of the map
        "isDrawn": is_drawable(name),
        "denoising": {role: _describe(other) if other else None for role, other in roles.items()},
        "files": list(files),
        "samples": _examples(name) if own else [_sample(model, digit) for digit in range(10)],
        "start": 0 if own else _FIRST_SAMPLE,
        "pen": PEN,
        "training": None
        if own
        else {**for_digits(), "references": [{"label": model_store.label(name), "url": f"{name}.safetensors"}]},
        "styles": {**{name: style(name) for name in ("draw", "map", "denoise")}, "train": style("train_here")},
    }
    numbers = f"{model.latent_dim} numbers" if model.latent_dim > 1 else "one number"
    sentence = (
        f"The encoder squeezes 784 pixels into {numbers}, and the decoder redraws the digit from them. Drag a slider."
    )
    return _document(
        demo,
        _ENTRY,
        files,
        heading=named(f"Draw a digit, reshape it with {numbers}", name),
        sentence=explain(named(sentence, name)),
        about=f"Models inside: {_in_words(name, roles)}. Nothing is downloaded, and nothing you draw leaves this page.",
    )


def colorize_page() -> bytes:
    """Return the Colorize page as the bytes of one HTML file; raises ModelFileError."""
    shown = pictures.for_browser(lambda name: f"{name}.webp")
    book = _BOOK if _BOOK in pretrained.available("recolorer") else None
    files = _parts(_COLORIZER) | (_parts(book) if book else {})
    for picture in shown:
        files[picture["url"]] = _pack(pictures.read(picture["name"]))
    colouring: dict[str, Any] = {"picture": shown[0]["name"], "latent": None, "hints": [], "palette": None}
    data = {
        "moves": 0,
        "visit": "",
        "model": {"url": f"{_COLORIZER}.safetensors"},
        "book": book and f"{book}.safetensors",
        "pictures": shown,
        **colouring,
        "temperature": 1.0,
        "draw": 1,
    }
    return _document(
        {"files": list(files), "data": data, "style": style("colorize")},
        "frontend/standalone/colorize.js",
        files,
        heading="Sixteen numbers of colour",
        sentence=explain("The decoder is given the grey picture; its latent holds nothing but the colour."),
        about="Nothing is downloaded, and no picture leaves this page.",
    )


def scenes_page() -> bytes:
    """Return the Scenes page as the bytes of one HTML file; raises ModelFileError."""
    files = _parts(USUAL) | _parts(_READER)
    film = {"kind": "scattered", "count": 3, "speed": 1.0, "rate": 12, "blur": 0.0, "noise": 0.0, "seed": 1}
    data = {
        "moves": 0,
        "model": {"url": f"{USUAL}.safetensors"},
        "reader": f"{_READER}.safetensors",
        "line": None,  # nobody reads photos here
        **scene_samples.for_browser(),
        "strokes": scene_samples.opening_strokes(),
        "digits": [],
        "film": film,
    }
    return _document(
        {"files": list(files), "data": data, "style": style("scenes")},
        "frontend/standalone/scenes.js",
        files,
        heading="A scene as a handful of numbers",
        sentence=explain(
            "One network finds the digits on a canvas; the encoder then needs sixteen numbers for each. From this list "
            "alone, the decoder draws the scene again."
        ),
        about="Nothing is downloaded, and nothing you draw leaves this page.",
    )


def sound_page() -> bytes:
    """Return the Sound page as the bytes of one HTML file; raises ModelFileError."""
    heard = recordings.for_browser(lambda name: f"{name}.wav")
    files = _parts(_CLEANER) | {one["url"]: _pack(recordings.read(one["name"])) for one in heard}
    voice = None
    if _VOICE in pretrained.available(_VOICE):
        files |= _parts(_VOICE)
        has_map = recordings.map_url(model_store.sha256(_VOICE)) is not None
        voice = {"model": f"{_VOICE}.safetensors", "map": "voices.safetensors" if has_map else None}
        files |= {"voices.safetensors": _pack(recordings.read_map())} if has_map else {}
    data = {
        "moves": 0,
        "visit": "",
        "model": {"url": f"{_CLEANER}.safetensors"},
        "voice": voice,
        "sounds": heard,
        "most": {"strokes": recordings.MOST_STROKES, "points": recordings.MOST_POINTS},
        **{"recording": heard[0]["name"], "noise": "white", "ratio": 0.0, "strokes": []},
        **{"start": recordings.FIRST, "goal": recordings.SECOND, "along": 0.0, "bent": None},
    }
    return _document(
        {"files": list(files), "data": data, "style": style("sound")},
        "frontend/standalone/sound.js",
        files,
        heading="Hear the latent",
        sentence=explain("A spectrogram is a picture of a sound, so a network that cleans pictures can clean voices."),
        about="Nothing is downloaded, and no sound leaves this page. Free Spoken Digit Dataset, CC BY-SA 4.0.",
    )


_PAGES = {"colorize": colorize_page, "scenes": scenes_page, "sound": sound_page}  # besides those of digits


def _document(demo: dict[str, Any], entry: str, files: dict[str, str], **texts: str) -> bytes:
    """Return a page with its data, the module that it starts with and all that this imports, and files as text."""
    start = (_STANDALONE / "unpack.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(start.encode()).digest()).decode()
    text = Template((_STANDALONE / "standalone.html").read_text(encoding="utf-8")).substitute(
        policy=f"default-src 'none'; script-src 'sha256-{digest}' blob: 'wasm-unsafe-eval'; "
        "style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'",
        icon=base64.b64encode((UI.parent / "assets" / "icon.png").read_bytes()).decode(),
        style="".join(sheet.read_text(encoding="utf-8") for sheet in _SHEETS),
        demo=json.dumps(demo).replace("<", "\\u003c"),
        entry=entry,
        modules=_packed_modules(entry),
        start=start,
        files="".join(_file(url, data) for url, data in files.items()),
        **texts,
    )
    return text.encode()


def size(name: str) -> int:
    """Return the size of a page in bytes, estimated within 10 % without making it; raises ModelFileError."""
    return _size(name, model_store.sha256(name))


@lru_cache(maxsize=32)
def _size(name: str, checksum: str) -> int:
    inside = {name, *filter(None, _denoising(name).values())}
    atlas = pretrained.atlases() / f"{name}.safetensors"
    files = sum(_bytes(other, model_store.sha256(other)) for other in inside)
    files += atlas.stat().st_size if atlas.exists() else 0
    files += sum(map(len, _atlas(name).values())) if has_own_pictures(name) else 0
    found = frontend_assets.modules()
    code = sum(found[module].stat().st_size for module in modules_for(_ENTRY))
    return round(_GROWTH * files + _CODE * code) + _OVERHEAD + (0 if has_own_pictures(name) else _TRAINING)


def _packed_modules(entry: str) -> str:
    """Return a module and all that it imports, by name, packed for `unpack.js`."""
    return _pack(json.dumps({name: _module(name) for name in modules_for(entry)}).encode())


def _module(name: str) -> str:
    """Return a module, its relative imports replaced by full names."""
    source = frontend_assets.modules()[name].read_text(encoding="utf-8")
    return MODULE_IMPORT.sub(lambda found: f'from "{module_at(name, found[1])}";', source)


def _worker() -> str:
    """Return the worker that trains networks as a packed script: from a disk, browsers start none that is a module."""
    script, _, _ = bundle(_WORKER).rpartition("export default ")
    return _pack(script.encode())


def _file(url: str, data: str) -> str:
    return f'<script type="text/plain" data-file="{url}">{data}</script>\n'


def _parts(name: str) -> dict[str, str]:
    """Return the two parts of a model, the decoder first, by the addresses that the engine requests."""
    checksum = model_store.sha256(name)
    return {f"{name}.{side}.safetensors": _packed(name, side, checksum) for side in ("decoder", "encoder")}


@lru_cache(maxsize=16)
def _packed(name: str, side: str, checksum: str) -> str:
    return _pack(part(model_store.read(name), side))


@lru_cache(maxsize=64)
def _bytes(name: str, checksum: str) -> int:
    return len(model_store.read(name))


def _atlas(name: str) -> dict[str, str]:
    """Return the atlas of a model by its address, an empty dict where there is none."""
    try:
        if has_own_pictures(name):
            return {f"{name}.atlas.safetensors": _pack(model_store.atlas_file(name))}
        checksum = pretrained.atlas_sha256(name)
        return {f"{name}.atlas.safetensors": _packed_atlas(name, checksum)}
    except ModelFileError:
        return {}


@lru_cache(maxsize=4)
def _packed_atlas(name: str, checksum: str) -> str:
    return _pack(read_checked(pretrained.atlases() / f"{name}.safetensors", checksum))


def _denoising(name: str) -> dict[str, str | None]:
    """Return the models that denoise in the demo, by role; None where a role stays empty.

    A large model gets the app's three. A small model was chosen for a small file, so our denoiser (4.5 MB here) is left
    out.
    """
    if has_own_pictures(name):  # networks that know digits only make digits of them
        return {"denoiser": None, "plain": None, "book": None, "own": name}
    unusable = pretrained.problems()
    large = _bytes(name, model_store.sha256(name)) > _LARGE
    wanted = {
        "denoiser": "denoiser" if large else None,
        "plain": name if name not in _DENOISERS else None,
        "book": "book_denoiser",
    }
    return {role: None if other in unusable else other for role, other in wanted.items()}


def _in_words(name: str, roles: Mapping[str, str | None]) -> str:
    others = [f"<b>{_label(other)}</b>" for other in roles.values() if other and other != name]
    against = [" and ".join(others) + " against noise"] if others else []
    return ", ".join([f"<b>{_label(name)}</b> on the sliders", *against])


def _label(name: str) -> str:
    return html.escape(model_store.label(name))


def _pack(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()  # level 9 takes twice the time and saves nothing


def _describe(name: str) -> dict[str, Any]:
    return describe(model_store.load(name), name, f"{name}.safetensors")


def _examples(name: str) -> list[dict[str, Any]]:
    """Return examples of a model of other pictures as it redraws them, or the middle of all where it has none."""
    model = model_store.load(name)
    drawn = []
    for number, latent in zip(examples.samples(name) or (0,), sample_latents(name), strict=True):
        image = image_to_base64(model.decode(latent[None])[0])
        called = examples.class_of(name, number) or str(number + 1)
        drawn.append(
            {"strokes": [], "image": image, "encoded": latent_to_list(latent), "decoded": image, "called": called}
        )
    return drawn


def _sample(model: aecore.Autoencoder, digit: int) -> dict[str, Any]:
    """Return a sample digit's strokes as SVG paths, its image, its latent and its reconstruction."""
    image = sample_image(digit)
    encoded = quantise(model.encode(image[None])[0])
    return {
        "strokes": STROKES[digit],
        "image": image_to_base64(image),
        "encoded": latent_to_list(encoded),
        "decoded": image_to_base64(model.decode(encoded[None])[0]),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status: 1 when the model cannot be read or the file not be written."""
    parser = argparse.ArgumentParser(prog="python -m ui.export_html", description="Write the demo as one HTML file.")
    parser.add_argument("--model", default=USUAL, metavar="NAME", help=f"whose latent; default: {USUAL}")
    parser.add_argument("--page", default="digits", choices=("digits", *_PAGES), help="default: digits")
    parser.add_argument("--out", metavar="FILE", type=Path, help="default: playground-NAME.html")
    options = parser.parse_args(arguments)
    is_digits = options.page == "digits"
    path = options.out or Path(f"playground-{options.model if is_digits else options.page}.html")
    try:
        data = page(options.model) if is_digits else _PAGES[options.page]()
        write_atomically(path, data)
    except (ModelFileError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{path}: {len(data) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
