"""Map: shows where digits lie in latent space, and decodes the latent under the pointer."""

from functools import partial

from ui.features.map.state import MapView
from ui.features.map.view import data
from ui.state.declaration import Feature, LivePart, Page, TourStep
from ui.state.table import return_to_model_before, take_picked

FEATURE = Feature(
    name="map",
    page=Page(
        "map",
        "Map",
        "Explore",
        heading="A map of latent space",
        sentence=(
            "Every point is a digit that the model has never seen. Move over the map: the decoder "
            "draws what lies there. Click to take that digit, drag to morph."
        ),
        invitation="Now see where it lies among 10,000 others",
    ),
    state=MapView,
    example=MapView(view="umap", shown="0379"),
    picture="[data-testid=atlas]",
    parts=(
        LivePart(
            data=data, on={"picked": partial(take_picked, "point"), "back": lambda report: return_to_model_before()}
        ),
    ),
    tour=(
        TourStep(
            50,
            "See it on the map",
            "Each point is a digit that somebody wrote, at the place of its latent; like lies near like. Move over the "
            "map, and the decoder draws what lies there.",
            ("[data-testid=atlas]",),
            watch=("[data-testid=decoded]",),
            names_images=True,
        ),
    ),
)
