"""What the Draw page shows, and what already works, before Streamlit has loaded: canvas, samples, sliders, digit."""

from __future__ import annotations

import html
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from aecore import available
from aecore.core import pretrained
from aecore.data.strokes import PEN
from ui.services import model_store
from ui.services.bundle import bundle_url
from ui.services.drawing import sample_drawing
from ui.services.frontend_assets import directions_for_browser, image_to_base64, latent_to_list, style
from ui.services.terms import explain
from ui.state.table import FIRST_SAMPLE, sample
from ui.widgets.model_picker import about, address_of_atlas, model_for_browser

_STYLE = Path(__file__).with_name("first_frame.css")


def first_frame() -> str:
    """Return the page's HTML with the data of `first_frame.js`; "" where no model can be read."""
    name = next((name for name in available() if name not in pretrained.problems()), None)
    if name is None:
        return ""
    return _with(name, address_of_atlas(name), model_for_browser(name)["student"], model_store.sha256(name))


@lru_cache(maxsize=4)
def _with(name: str, atlas: str | None, student: str | None, checksum: str) -> str:
    """Return the HTML with a model; the checksum is for the cache."""
    model = model_for_browser(name)
    data = {
        "model": model,
        "atlas": atlas,
        "directions": directions_for_browser(name),
        "samples": [_sample(name, digit) for digit in range(10)],
        "start": FIRST_SAMPLE,
        "pen": PEN,
        "style": style("draw"),
    }
    text = json.dumps(data).replace("<", "\\u003c")
    samples = "".join(f'<button type="button" aria-pressed="{_is(digit)}">{digit}</button>' for digit in range(10))
    return f"""<link rel="preload" as="fetch" crossorigin href="{_decoder(student or model["url"])}">
<style>{_STYLE.read_text(encoding="utf-8")}</style>
<div class="draw">
<div class="paper"></div>
<div class="pen row">
<button type="button" disabled><i></i>Undo</button><button type="button"><i></i>Clear</button>
</div>
<div class="live"><i></i><i></i></div>
<div class="side"><p class="caption">or start from a sample</p><div class="row samples">{samples}</div>
<p class="label">Model</p><div class="choice">{html.escape(model_store.label(name))}</div>
<p class="caption">{explain(html.escape(about(name)))}</p></div>
<div class="share"></div>
</div>
<script type="application/json" id="first-frame-data">{text}</script>
<script type="module" src="{bundle_url("draw", "first_frame")}" onerror="opening.skip()"></script>"""


def _is(digit: int) -> str:
    return str(digit == FIRST_SAMPLE).lower()


def _decoder(url: str) -> str:
    """Return the address of the file that the sliders wait for."""
    return url.replace(".safetensors", ".decoder.safetensors")


def _sample(name: str, digit: int) -> dict[str, Any]:
    """Return a sample digit's strokes as SVG paths, its image and its latent."""
    image, encoded = sample(name, digit)
    return {
        "strokes": sample_drawing(digit).strokes,
        "image": image_to_base64(image),
        "encoded": latent_to_list(encoded),
    }
