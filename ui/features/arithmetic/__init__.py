"""Arithmetic: add and subtract the latents of digits."""

from functools import partial

from ui.features.arithmetic.state import Sum
from ui.features.arithmetic.view import data
from ui.state.declaration import Feature, LivePart, Page
from ui.state.schema import Named
from ui.state.table import take_picked

_LATENT = tuple(round(0.1 * i - 0.8, 2) for i in range(16))

FEATURE = Feature(
    name="arithmetic",
    page=Page(
        "arithmetic",
        "Arithmetic",
        "Play",
        heading="Arithmetic with digits",
        sentence=(
            "Your 3, minus the average 3, plus the average 8: is that an 8 in your handwriting? The difference is "
            "a direction, and it works on other digits, too."
        ),
        invitation="Now add and subtract digits as if they were numbers",
    ),
    state=Sum,
    example=Sum(
        a="kept-my seven",
        b="mean-7",
        c="sample-1",
        strength=1.25,
        direction="slant",
        kept=(Named(name="my seven", latent=_LATENT),),
        directions=(Named(name="slant", latent=_LATENT[::-1]),),
    ),
    parts=(LivePart(data=data, on={"picked": partial(take_picked, "sum")}),),
)
