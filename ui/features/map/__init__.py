"""Map: shows where digits lie in latent space, and decodes the latent under the pointer."""

from ui.features.map.state import MapView
from ui.features.map.view import data
from ui.state.declaration import Feature, LivePart, Page
from ui.state.table import return_to_model_before, take_picked

FEATURE = Feature(
    name="map",
    page=Page("map", "Map", ":material/map:"),
    state=MapView,
    example=MapView(view="umap", shown="0379"),
    parts=(LivePart(data=data, on={"picked": take_picked, "back": lambda report: return_to_model_before()}),),
)
