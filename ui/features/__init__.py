"""The app's features, in the order of the navigation. This tuple is the only list of them."""

from ui.features import arithmetic, booth, denoise, draw, learn, morph, room, talk, train, traversals
from ui.features import map as map_
from ui.state.declaration import Feature

FEATURES: tuple[Feature, ...] = (
    draw.FEATURE,
    map_.FEATURE,
    traversals.FEATURE,
    morph.FEATURE,
    arithmetic.FEATURE,
    denoise.FEATURE,
    learn.FEATURE,
    train.FEATURE,
    talk.FEATURE,
    booth.FEATURE,  # on every page
    room.FEATURE,
)
