"""The presets of denoisers with a spatial latent, which no page offers to train."""

from __future__ import annotations

from aecore.core.spec import IMAGE_SHAPE, Conv2D, Dense, DepthToSpace, Flatten, Network, Reshape, Spec
from aecore.tasks.denoise import DenoiseSpatially
from aecore.training.presets import Preset

# Strokes close by are seen by convolutions, the whole digit by two dense layers; the latent is a map of 7 x 7 x 8.
_WIDE = Spec(
    inputs={"image": IMAGE_SHAPE},
    networks={
        "nearby": Network(("image",), (Conv2D(16, 5, 2, "silu"), Conv2D(64, 3, 2, "silu"), Conv2D(64, 3, 1, "silu"))),
        "whole": Network(
            ("nearby",),
            (
                Conv2D(16, 1, 1, "silu"),
                Flatten(),
                Dense(384, "silu"),
                Dense(7 * 7 * 16, "silu"),
                Reshape((7, 7, 16)),
            ),
        ),
        "encoder": Network(("nearby", "whole"), (Conv2D(96, 3, 1, "silu"), Conv2D(8, 1, 1))),
        "decoder": Network(
            ("encoder",),
            (
                Conv2D(96, 3, 1, "silu"),
                Conv2D(96, 3, 1, "silu"),
                DepthToSpace(2),
                Conv2D(24, 3, 1, "silu"),
                Conv2D(4, 3, 1),  # not a sigmoid: the images of all examples turn black, and stay so
                DepthToSpace(2),
            ),
        ),
    },
)

SPATIAL_MODELS: dict[str, Preset] = {
    "denoiser_wide": Preset(
        _WIDE,
        epochs=40,
        batch=128,
        learning_rate=3e-3,
        task=DenoiseSpatially("mixture"),
        warmup_steps=500,
        weight_decay=1e-4,
        warped_copies=6,
        drawings=6000,
        warped_fraction=0.6,
    )
}
