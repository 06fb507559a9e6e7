"""Map: shows where digits lie in latent space, and decodes the latent under the pointer."""

from functools import partial

from ui.features.map.state import MapView
from ui.features.map.view import data
from ui.state.declaration import Feature, LivePart, Page
from ui.state.table import return_to_model_before, take_picked

FEATURE = Feature(
    name="map",
    page=Page(
        "map",
        "Map",
        "Explore",
        heading="A map of latent space",
        sentence=(
            "Every point is a handwritten digit that the model has never seen. Move over the map: the decoder "
            "draws what lies there. Click to put that digit on the sliders."
        ),
        invitation="Now see where it lies among 10,000 others",
    ),
    state=MapView,
    example=MapView(view="umap", shown="0379"),
    parts=(
        LivePart(
            data=data, on={"picked": partial(take_picked, "point"), "back": lambda report: return_to_model_before()}
        ),
    ),
)
