"""Learn, the page "How it works": the digit in each layer of the network, the loss, the latent's size, the code."""

from ui.features.learn.loss import SIGMA, GaussianDecoder
from ui.features.learn.view import data
from ui.state.declaration import Feature, LivePart, Page, slider

FEATURE = Feature(
    name="learn",
    page=Page("learn", "How it works", ":material/school:"),
    state=GaussianDecoder,
    example=GaussianDecoder(sigma=0.23),
    parts=(LivePart(data=data),),
    widgets=(slider(SIGMA),),
)
