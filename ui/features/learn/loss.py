"""The loss of autoencoders in formulas, each term with its value for the current digit."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
import streamlit as st
from msgspec import Meta

import aecore
from aecore.evaluation.likelihood import best_sigma, log_likelihood, normaliser, squared_error
from ui.services import model_store
from ui.services.frontend_assets import noun_of
from ui.services.naming import named
from ui.services.terms import explain
from ui.state.schema import NOT_IN_LINK, State
from ui.state.visitor import Visitor, current

SIGMA = "sigma"
_LOW, _HIGH = 0.02, 0.5  # of sigma


class GaussianDecoder(State, frozen=True):
    """The standard deviation of the Gaussian decoder on the page "How it works"."""

    sigma: Annotated[float, Meta(ge=_LOW, le=_HIGH), NOT_IN_LINK] = 0.1


def explain_loss() -> None:
    """Show text and formulas that explain encoder, decoder, bottleneck and loss."""
    visitor = current()
    model = model_store.load(visitor.model)
    pixels, dim = math.prod(model.image_shape), model.latent_dim
    st.markdown("### The principle")
    st.latex(
        r"x \;\xrightarrow{\text{ encoder } f\ }\; z = f(x) \;\xrightarrow{\text{ decoder } g\ }\; \tilde x = g(z)"
    )
    st.markdown(explain(named(_bottleneck(dim, pixels), visitor.model)), unsafe_allow_html=True)
    loss = (
        "**The loss.** Both are trained together, to redraw their own input: no labels, only pixels. Training "
        f"lowers the mean of this over all training digits{_exception(model)}. For yours it is:"
    )
    st.markdown(named(loss, visitor.model))
    st.latex(
        rf"\mathcal L = \frac{{1}}{{{pixels}}} \sum_{{i=1}}^{{{pixels}}} (x_i - \tilde x_i)^2" + _loss(visitor, model)
    )
    st.markdown(explain(named(_size_of_latent(dim, model), visitor.model)), unsafe_allow_html=True)


@st.fragment
def explain_likelihood() -> None:
    """Show how the squared error follows from the likelihood of a Gaussian decoder, with a slider for its sigma."""
    visitor = current()
    pixels = math.prod(model_store.load(visitor.model).image_shape)
    asked = named(r"a Gaussian with a standard deviation of $\sigma$. How likely is your digit then?", visitor.model)
    st.markdown(
        "### Why the squared error?\n"
        "The decoder does not claim to know every pixel. Say it bets that each pixel lies around what it drew, as "
        + explain(asked),
        unsafe_allow_html=True,
    )
    each = r" \frac{1}{\sqrt{2\pi\sigma^2}}\; e^{-(x_i - \tilde x_i)^2 / 2\sigma^2}"
    st.latex(rf"p(x \mid z) = \prod_{{i=1}}^{{{pixels}}}" + each)
    if visitor.image is None:
        st.latex(
            rf"\log p(x \mid z) = -\tfrac{{{pixels}}}{{2}}\log 2\pi\sigma^2"
            r" - \tfrac{1}{2\sigma^2} \textstyle\sum_i (x_i - \tilde x_i)^2"
        )
        st.info(visitor.hint or "Draw a digit to see its numbers here.", icon=":material/draw:")
        return
    known = visitor.state(GaussianDecoder) or GaussianDecoder()
    sigma = st.slider("σ, how sure the decoder is of a pixel", _LOW, _HIGH, known.sigma, 0.01, key=SIGMA)
    visitor.put(GaussianDecoder(sigma=min(max(sigma, _LOW), _HIGH)))  # a browser may send anything
    image = visitor.image[None]
    model = model_store.load(visitor.model)
    drawn = model.reconstruct(image)
    error, free = float(squared_error(image, drawn)[0]), normaliser(pixels, sigma)
    st.latex(_log_likelihood(error, free, sigma, pixels))
    follows = (
        f"The first term, {_signed(free)}, is the same whatever the decoder draws; the second is the squared error "
        "times a number above zero. So for every $\\sigma$, the drawing that makes your digit likeliest is the one "
        "with the smallest squared error: "
        + explain("**maximising the likelihood is minimising the mean squared error.**")
        + " Move $\\sigma$: the likelihoods change, their order does not. The same holds for the sum over all digits."
    )
    st.markdown(named(follows, visitor.model), unsafe_allow_html=True)
    st.markdown(_ranking(image, drawn, sigma))
    best = float(best_sigma(image, drawn)[0])
    best_of_all = (
        rf"And which $\sigma$ is best? Where $\frac{{\partial}}{{\partial\sigma}} \log p = 0$, that is "
        rf"$\sigma^2 = \frac{{1}}{{{pixels}}}\sum_i (x_i - \tilde x_i)^2$, the mean squared error itself: for "
        rf"your digit $\sigma = \sqrt{{{best**2:.5f}}} = {best:.3f}$."
    )
    st.markdown(named(best_of_all, visitor.model))


def _bottleneck(dim: int, pixels: int) -> str:
    numbers = "a single number" if dim == 1 else f"{dim} numbers"
    return (
        f"**The bottleneck.** {pixels} pixels go in, {numbers} pass, {pixels} pixels come out: {pixels / dim:.3g} "
        "times fewer. With room for everything a network could copy its input and learn nothing. Here it has to find "
        "out what digits have in common (strokes, slant, loops), leave that to the decoder, and pass on what makes "
        "*this* digit."
    )


def _exception(model: aecore.Autoencoder) -> str:
    """Return a sentence about other terms in this model's loss, from its model card; "" for none."""
    asked = model.card.get("hyperparameters")
    if not isinstance(asked, dict):  # a model card may contain anything
        return ""
    if asked.get("corruption"):
        return ", where this denoiser was shown the digit corrupted and compared with the clean one"
    if asked.get("divergence"):
        return ", to which this variational model adds a price on latents far from zero"
    return ""


def _loss(visitor: Visitor, model: aecore.Autoencoder) -> str:
    if visitor.image is None:
        return ""
    error = float(squared_error(visitor.image[None], model.reconstruct(visitor.image[None]))[0])
    pixels = visitor.image.size
    return rf" = \frac{{{error:.3f}}}{{{pixels}}} = {error / pixels:.5f}"


def _size_of_latent(dim: int, model: aecore.Autoencoder) -> str:
    text = (
        f"**Undercomplete or overcomplete.** With fewer numbers than pixels, such as these {dim}, an autoencoder is "
        "*undercomplete*: the bottleneck alone forces it to learn. With as many or more it is *overcomplete*: copying "
        "would be a perfect solution, and something else has to forbid it, such as noise that it must remove (the page "
        "Denoise) or a price on the latent (the model “Variational”). Further down you see what lies "
        "in between: the same digit through latents of 1 to 64 numbers."
    )
    return text if noun_of(model) == "digit" else text[: text.index(" Further down")]


def _log_likelihood(error: float, free: float, sigma: float, pixels: int) -> str:
    return (
        r"\begin{aligned}\log p&(x \mid z) \\ "
        rf"&= \underbrace{{-\tfrac{{{pixels}}}{{2}}\log 2\pi\sigma^2}}_{{" + _signed(free) + "}"
        r"\; - \;\underbrace{\tfrac{1}{2\sigma^2}}_{" + f"{1 / (2 * sigma**2):,.1f}" + "}"
        r"\,\underbrace{\textstyle\sum_i (x_i - \tilde x_i)^2}_{" + f"{error:.3f}" + r"} \\"
        rf"&= {_signed(free)} - {error / (2 * sigma**2):,.1f} = {_signed(free - error / (2 * sigma**2))}"
        r"\end{aligned}"
    )


def _ranking(image: np.ndarray, drawn: np.ndarray, sigma: float) -> str:
    """Return the errors and likelihoods of the reconstruction and of worse images, as a Markdown table."""
    candidates = {
        "the reconstruction": drawn,
        "the same, shifted by a pixel": np.roll(drawn, 1, axis=2),
        "only black": np.zeros_like(drawn),
    }
    rows = ["| if the decoder draws | squared error | log p(x ∣ z) |", "|---|--:|--:|"]
    for name, other in candidates.items():
        error, likelihood = squared_error(image, other)[0], log_likelihood(image, other, sigma)[0]
        rows.append(f"| {name} | {error:.2f} | {_signed(float(likelihood))} |")
    return "\n".join(rows)


def _signed(value: float) -> str:
    return f"{value:,.1f}".replace("-", "−")
