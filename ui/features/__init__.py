"""The app's features, in the order of the navigation. This tuple is the only list of them."""

from ui.features import (
    arithmetic,
    booth,
    colorize,
    denoise,
    draw,
    drawing_canvas,
    examples,
    few_labels,
    learn,
    morph,
    room,
    scenes,
    share,
    sound,
    talk,
    thumbnail,
    tour,
    train,
    train_here,
    traversals,
    wall,
)
from ui.features import map as map_
from ui.state.declaration import Feature

FEATURES: tuple[Feature, ...] = (
    draw.FEATURE,
    denoise.FEATURE,
    morph.FEATURE,
    arithmetic.FEATURE,
    colorize.FEATURE,
    scenes.FEATURE,
    sound.FEATURE,
    map_.FEATURE,
    traversals.FEATURE,
    learn.FEATURE,
    train.FEATURE,
    talk.FEATURE,
    drawing_canvas.FEATURE,  # on Draw and on How it works
    train_here.FEATURE,  # on Train
    few_labels.FEATURE,  # on How it works
    examples.FEATURE,  # in place of the ten sample digits, where a model is of other pictures
    booth.FEATURE,  # on every page
    thumbnail.FEATURE,
    room.FEATURE,
    wall.FEATURE,  # where somebody presents
    tour.FEATURE,
    share.FEATURE,
)
