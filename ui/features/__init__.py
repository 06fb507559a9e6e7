"""The app's features, in the order of its navigation. This tuple is the one list of them."""

from ui.features import arithmetic, booth, denoise, draw, learn, map, morph, room, talk, train, traversals
from ui.state.declaration import Feature

FEATURES: tuple[Feature, ...] = tuple(
    module.FEATURE
    for module in (draw, map, traversals, morph, arithmetic, denoise, learn, train, talk, booth, room)
)
