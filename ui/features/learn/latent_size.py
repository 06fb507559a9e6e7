"""The effect of the latent's size on the current digit, compared with PCA; and dense layers against convolutions."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import streamlit as st

import aecore
from aecore.evaluation.likelihood import squared_error
from aecore.export.images import image_to_png
from aecore.latent.pca import SIZES, load_pca
from ui.services import model_store
from ui.services.examples import has_own_pictures
from ui.services.part_colours import part_colour
from ui.services.terms import explain
from ui.state.table import usable_models
from ui.state.visitor import current

_KINDS = {"mlp": "", "book10": ": convolutions", "default": ": both"}
_FRACTION = 0.8  # of the decrease of the error, for the sentence below the pictures
_OTHERS = (
    "How large should the latent be? For digits, this page compares models with latents of 1 to 64 numbers. For your "
    "pictures, train some that differ only in the latent size, and compare their errors."
)
_LINEAR = "#7d8296"  # readable in the light and in the dark theme

_STYLE = """<style>
.redrawn { display: grid; grid-template-columns: repeat(7, minmax(0, 1fr)); gap: 4px 8px; margin: 0; font-size: 13px; }
.redrawn.few { grid-template-columns: repeat(4, minmax(0, 160px)); }
.redrawn p { grid-column: 1 / -1; margin: 8px 0 0; font-weight: 600; }
.redrawn figure { margin: 0; text-align: center; font-variant-numeric: tabular-nums; line-height: 1.35; }
.redrawn img { display: block; width: 100%; image-rendering: pixelated; border-radius: 6px; background: #000; }
.redrawn span { display: block; opacity: .68; font-size: 12px; }
@media (max-width: 560px) {
  .redrawn { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  .redrawn.few { grid-template-columns: repeat(3, minmax(0, 1fr)); }
}
</style>"""


@dataclass(frozen=True)
class Redrawn:
    """A reconstruction (28, 28) of a digit under a `title`.

    `error` is its mean squared error per pixel, `mean` that of all test digits, None where it is not known.
    """

    title: str
    size: int
    image: np.ndarray
    error: float
    mean: float | None


def by_autoencoders(image: np.ndarray) -> list[Redrawn]:
    """Return reconstructions of an image (28, 28) by the models that differ only in the size of the latent."""
    usable = usable_models()
    return [_by_model(f"dim{size}", image, str(size)) for size in SIZES if f"dim{size}" in usable]


def by_components(image: np.ndarray) -> list[Redrawn]:
    """Return reconstructions of an image (28, 28) by PCA with the same numbers of components; raises ModelFileError."""
    pca, out = load_pca(), []
    for size in SIZES:
        few = pca.first(size)
        drawn = few.decode(few.encode(image[None])).clip(0, 1)
        out.append(_redrawn(str(size), size, image, drawn, pca.card.get("test_mse", {}).get(str(size))))
    return out


def by_kinds(image: np.ndarray) -> list[Redrawn]:
    """Return reconstructions of an image (28, 28) by dense layers and by convolutions, with sixteen numbers each."""
    usable = usable_models()
    shown = {name: kind for name, kind in _KINDS.items() if name in usable}
    titles = {name: f"{model_store.label(name)}{kind}, {_millions(name)}" for name, kind in shown.items()}
    return [_by_model(name, image, title) for name, title in titles.items()]


def latent_sizes() -> None:
    """Show reconstructions from latents of 1 to 64 numbers, the errors as a curve, and dense layers or convolutions."""
    if has_own_pictures(current().model):
        st.info(_OTHERS, icon=":material/info:")
        return
    image = current().image
    st.html(_STYLE)
    st.markdown(
        "### How large should the latent be?\n"
        + explain(
            "The same small network with a latent of 1 to 64 numbers, next to PCA, the best that a *linear* "
            "encoder and decoder can do with as many."
        ),
        unsafe_allow_html=True,
    )
    if image is None:
        st.info("Draw a digit, or pick a sample, to see it redrawn.", icon=":material/draw:")
        return
    ours, linear = by_autoencoders(image), []
    try:
        linear = by_components(image)
    except aecore.ModelFileError as problem:
        st.warning(str(problem), icon=":material/warning:")
    left, right = st.columns(2, gap="large")
    with left:
        st.html(_table({"Autoencoder, by latent size": ours, "PCA, by number of components": linear}))
        st.markdown(verdict(ours, linear))
    with right:
        figure = _curve(ours, linear)
        st.plotly_chart(figure, config={"displayModeBar": False}, key="size-curve")
    st.markdown(
        "### Dense layers or convolutions?\n"
        + explain(
            "Sixteen numbers each. A dense layer has a weight for every pair of numbers; a convolution looks for the "
            "same small pattern everywhere, which takes far fewer weights."
        ),
        unsafe_allow_html=True,
    )
    st.html(_kinds(by_kinds(image)))


def _by_model(name: str, image: np.ndarray, title: str) -> Redrawn:
    model = model_store.load(name)
    mean = dict(model.card.get("metrics", {})).get("test_mse")
    return _redrawn(title, model.latent_dim, image, model.reconstruct(image[None]), mean)


def _millions(name: str) -> str:
    return f"{model_store.load(name).spec.parameter_count / 1e6:.2f} M parameters"


def _redrawn(title: str, size: int, image: np.ndarray, drawn: np.ndarray, mean: float | None) -> Redrawn:
    return Redrawn(title, size, drawn[0], float(squared_error(image[None], drawn)[0]) / image.size, mean)


def verdict(ours: Sequence[Redrawn], linear: Sequence[Redrawn]) -> str:
    """Return the conclusion from the errors of this digit, in one or two sentences."""
    if not ours:
        return ""
    first, last = ours[0], ours[-1]
    if last.error >= first.error:
        return "For your digit, more numbers are not better: it is unlike the digits that these models were trained on."
    near = next(one.size for one in ours if one.error <= first.error + _FRACTION * (last.error - first.error))
    text = (
        f"From {first.size} to {last.size} numbers the error of your digit falls from {first.error:.4f} to "
        f"{last.error:.4f}; {100 * _FRACTION:.0f} % of that is reached with {near}."
    )
    as_good = next((one.size for one in ours if linear and one.error <= linear[-1].error), None)
    if as_good is not None and as_good < linear[-1].size:
        numbers = "one number is" if as_good == 1 else f"{as_good} numbers are"
        text += f" Here {numbers} enough for what PCA needs {linear[-1].size} for."
    return text


def _curve(ours: Sequence[Redrawn], linear: Sequence[Redrawn]) -> dict[str, Any]:
    """Return the errors against the size of the latent as a Plotly figure."""
    traces = []
    for name, colour, rows in (
        ("PCA", _LINEAR, linear),
        ("autoencoder", part_colour("latent", st.context.theme.type), ours),
    ):
        means = [row for row in rows if row.mean is not None]
        traces += [
            _trace(f"{name}, your digit", rows, [row.error for row in rows], {"color": colour, "width": 3}),
            _trace(
                f"{name}, mean of 10,000",
                means,
                [row.mean for row in means],
                {"color": colour, "width": 1.5, "dash": "dot"},
            ),
        ]
    axis = {"fixedrange": True, "zeroline": False}
    layout = {
        "height": 380,
        "margin": {"l": 58, "r": 8, "t": 8, "b": 8},
        "xaxis": {**axis, "type": "log", "tickvals": list(SIZES), "title": {"text": "latent size"}},
        "yaxis": {**axis, "rangemode": "tozero", "title": {"text": "squared error per pixel"}},
        "legend": {"orientation": "h", "y": -0.2, "yanchor": "top"},
        "hovermode": "x unified",
    }
    return {"data": [trace for trace in traces if trace["x"]], "layout": layout}


def _trace(name: str, rows: Sequence[Redrawn], errors: Sequence[float | None], line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": name,
        "x": [row.size for row in rows],
        "y": list(errors),
        "mode": "lines" if "dash" in line else "lines+markers",
        "line": line,
        "marker": {"size": 8},
        "hovertemplate": "%{y:.4f}",
    }


def _table(rows: dict[str, Sequence[Redrawn]]) -> str:
    parts = []
    for name, row in rows.items():
        if row:
            parts += [f"<p>{escape(name)}</p>", *(_figure(one, one.title) for one in row)]
    return f'<div class="redrawn">{"".join(parts)}</div>'


def _kinds(rows: Sequence[Redrawn]) -> str:
    return f'<div class="redrawn few">{"".join(_figure(one, one.title) for one in rows)}</div>'


def _figure(one: Redrawn, title: str) -> str:
    source = base64.b64encode(image_to_png(one.image)).decode()
    picture = f'<img src="data:image/png;base64,{source}" alt="the digit, redrawn: {escape(title)}">'
    return f"<figure>{picture}{explain(escape(title), 'epoch')}<span>{one.error:.4f}</span></figure>"
