"""Morph: walk from digit to digit through latent space."""

from ui.features.morph.morph_export import FRAMES
from ui.features.morph.state import Path
from ui.features.morph.view import data, scene_fields
from ui.state.declaration import Feature, LivePart, Page, TalkScene, number

_LATENT = tuple(round(0.1 * i - 0.8, 2) for i in range(16))

FEATURE = Feature(
    name="morph",
    page=Page(
        "morph",
        "Morph",
        "Play",
        heading="From digit to digit",
        sentence=(
            "A path through latent space, decoded step by step. Play it, drag along it, add your own digit: where "
            "does one digit become another?"
        ),
        invitation="Now turn it into another digit, step by step",
    ),
    state=Path,
    example=Path(stops=(_LATENT, _LATENT[::-1], _LATENT), place=1.25, spherical=True, back=False),
    picture="[data-testid=decoded]",
    parts=(LivePart(data=data),),
    widgets=(number(FRAMES),),
    scene=TalkScene(parts=("start", "between", "end"), animations=("morph",), moves=True, fields=scene_fields),
)
