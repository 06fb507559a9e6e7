"""Labels, on "How it works": how many labelled digits it takes to read the others, from the latent and from pixels."""

from ui.features.few_labels.view import data
from ui.state.declaration import Feature, LivePart

FEATURE = Feature(name="few_labels", parts=(LivePart(data=data, shown_on=("learn",)),))
