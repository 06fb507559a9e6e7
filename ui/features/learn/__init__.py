"""Learn, the page "How it works": the digit in each layer of the network, the loss, the latent's size, the code."""

from ui.features.learn.loss import SIGMA, GaussianDecoder
from ui.features.learn.view import data, digit
from ui.state.declaration import Feature, LivePart, Page, slider

FEATURE = Feature(
    name="learn",
    page=Page(
        "learn",
        "How it works",
        "Understand",
        sentence=(
            "An encoder squeezes the digit through a bottleneck, and a decoder redraws it. Every layer shows what "
            "it does to your digit: point at one."
        ),
        invitation="Now follow it through every layer of the network",
    ),
    state=GaussianDecoder,
    example=GaussianDecoder(sigma=0.23),
    parts=(LivePart(data=data), LivePart(data=digit, module="backward")),
    widgets=(slider(SIGMA),),
)
