"""The presets of the models of colour: the four stages of `colorizer`, and the book's colouriser."""

from __future__ import annotations

from dataclasses import replace

from aecore.core.color_fields import CHANNELS
from aecore.core.conditional import PARAMETERS
from aecore.core.spec import Conv2D, Conv2DTranspose, Dense, DepthToSpace, Flatten, Network, Reshape, Spec
from aecore.tasks.autoencoder import DECODER
from aecore.tasks.color_stages import DrawFields, GuessLatents
from aecore.tasks.colorize import FIELDS, LUMINANCE, PRIOR
from aecore.tasks.recolor import PHOTO, Recolor
from aecore.training.presets import Preset

_INPUTS = {LUMINANCE: (16, 16, 4)}  # 32 x 32 pixels, 2 x 2 of them side by side

_TRUNK = (
    Conv2D(32, 3, 1, "silu"),
    Conv2D(64, 3, 2, "silu"),
    Conv2D(128, 3, 2, "silu"),
    Conv2D(128, 3, 1, "silu"),
    Conv2D(128, 3, 1, "silu"),
)

# Down to 4 x 4 and up again; what is drawn at 8 x 8 and at 16 x 16 sees the finer maps, too.
COLOR_FIELDS = Preset(
    Spec(
        _INPUTS,
        {
            "fine": Network((LUMINANCE,), _TRUNK[:1]),
            "middle": Network(("fine",), _TRUNK[1:2]),
            "coarse": Network(("middle",), _TRUNK[2:]),
            "rise": Network(("coarse",), (Conv2D(128, 1, 1, "silu"), DepthToSpace(2))),
            "blend": Network(("middle", "rise"), (Conv2D(64, 3, 1, "silu"), DepthToSpace(2))),
            FIELDS: Network(("fine", "blend"), (Conv2D(40, 3, 1, "silu"), Conv2D(CHANNELS, 3))),
        },
    ),
    epochs=14,
    batch=128,
    learning_rate=2e-3,
    task=DrawFields(),
    warmup_steps=300,
    weight_decay=1e-4,
)

# The same way down, then what is asked of the whole picture. Each epoch sees every photo and its mirror image.
COLOR_PRIOR = replace(
    COLOR_FIELDS,
    spec=Spec(
        _INPUTS,
        {
            "glance": Network((LUMINANCE,), (*_TRUNK, Flatten())),
            "opinion": Network(("glance",), (Dense(256, "silu"),)),
            PRIOR: Network(("opinion",), (Dense(PARAMETERS),)),
        },
    ),
    epochs=8,
    task=GuessLatents(),
    dropout={"glance": 0.2, "opinion": 0.2},
)

# Then on copies that are shifted and mirrored at random, which the prior cannot learn by heart.
COLOR_SHIFTED = replace(
    COLOR_PRIOR, epochs=4, learning_rate=1.2e-3, weight_decay=1e-3, dropout={"glance": 0.25, "opinion": 0.25}
)

# Then the mean, too, is trained: the loss gets the squared error of pictures in its colours. An epoch has a quarter of
# the copies.
COLOR_CENTRED = replace(
    COLOR_SHIFTED,
    epochs=6,
    learning_rate=4e-4,
    steps=352,
    task=GuessLatents(mean_weight=200.0),
    end_weight=0.85,  # the average is better than either
)
COPIES, SHIFT = 4, 2  # copies of each photo, and the pixels by which each is shifted at most

COLOR_STAGES = {"fields": COLOR_FIELDS, "prior": COLOR_PRIOR, "shifted": COLOR_SHIFTED, "centred": COLOR_CENTRED}

# Layers of the fields' networks with whose weights the prior's begin, by their place in `_TRUNK`.
SAME_LAYERS = ("fine.0", "middle.0", "coarse.0", "coarse.1", "coarse.2")

# Rowel Atienza, "Advanced Deep Learning with Keras", chapter 3, colorization-autoencoder-cifar10: mse, Adam, batch 32.
# The book trains thirty epochs, one of which takes 25 minutes on two cores.
BOOK_COLORIZER = Preset(
    Spec(
        {PHOTO: (32, 32, 1)},
        {
            "encoder": Network(
                (PHOTO,),
                (
                    Conv2D(64, 3, 2, "relu"),
                    Conv2D(128, 3, 2, "relu"),
                    Conv2D(256, 3, 2, "relu"),
                    Flatten(),
                    Dense(256),
                ),
            ),
            DECODER: Network(
                ("encoder",),
                (
                    Dense(4 * 4 * 256),
                    Reshape((4, 4, 256)),
                    Conv2DTranspose(256, 3, 2, "relu"),
                    Conv2DTranspose(128, 3, 2, "relu"),
                    Conv2DTranspose(64, 3, 2, "relu"),
                    Conv2DTranspose(3, 3, 1, "sigmoid"),
                ),
            ),
        },
    ),
    epochs=1,
    batch=32,
    learning_rate=1e-3,
    task=Recolor(),
)

COLOR_MODELS = ("colorizer", "book_colorizer")
