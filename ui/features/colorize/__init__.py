"""Colorize: sixteen numbers hold the colour of a picture whose luminance is known."""

from ui.features.colorize.state import LATENT, Colouring, Hint, Palette
from ui.features.colorize.view import data, scene_fields
from ui.services import pictures
from ui.state.declaration import Feature, LivePart, Page, TalkScene, TourStep

_LATENT = tuple(round(0.1 * i - 0.8, 2) for i in range(LATENT))

FEATURE = Feature(
    name="colorize",
    page=Page(
        "colorize",
        "Colorize",
        "Play",
        heading="Sixteen numbers of colour",
        sentence=(
            "The decoder is given the grey picture; its latent holds nothing but the colour. Move the numbers, draw "
            "other colourings, or say what colour something has."
        ),
        invitation="Now give a grey photo its colours",
    ),
    state=Colouring,
    example=Colouring(
        picture="raccoon",
        latent=_LATENT,
        hints=(Hint(x=0.25, y=0.755, colour="#2b8a3e"),),
        palette=Palette(plus="coffee", minus="rocket", strength=0.5, base=_LATENT[::-1]),
        temperature=0.8,
        draw=7,
    ),
    picture="[data-testid=colored]",
    parts=(LivePart(data=data),),
    scene=TalkScene(
        parts=("grey", "latent", "colored"),
        animations=("sweep", "random"),
        model="colorizer",
        pictures=tuple(pictures.pictures()),
        fields=scene_fields,
    ),
    tour=(
        TourStep(
            70,
            "Colour a picture",
            "Here sixteen numbers hold nothing but the colours of a grey photo. Drag one of them, or choose another "
            "photo.",
            ("input[aria-label='colour 1']", "[data-testid=colored]"),
            scene={
                "page": "colorize",
                "picture": "pavilion",
                "animation": {"kind": "sweep", "slider": 1, "repeat": True},
            },
        ),
    ),
)
