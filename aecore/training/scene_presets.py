"""The preset of the model of scenes."""

from __future__ import annotations

from dataclasses import replace

from aecore.core.spec import Conv2D, DepthToSpace, Network, Spec
from aecore.tasks.scene import CLASSES, SCENE, SPOTS
from aecore.tasks.scene_stage import ReadScenes
from aecore.tasks.scene_targets import CHANNELS, DIGITS
from aecore.training.presets import Preset

# Down to a sixteenth, whose cells see a whole large digit, and up again; classes once more to the pixels themselves.
SCENES = Preset(
    Spec(
        {SCENE: (None, None, 1)},
        {
            "fine": Network((SCENE,), (Conv2D(24, 5, 2, "silu"),)),
            "middle": Network(("fine",), (Conv2D(48, 3, 2, "silu"), Conv2D(56, 3, 1, "silu"))),
            "coarse": Network(("middle",), (Conv2D(96, 3, 2, "silu"), Conv2D(112, 3, 1, "silu"))),
            "wide": Network(("coarse",), (Conv2D(144, 3, 2, "silu"), Conv2D(192, 1, 1, "silu"), DepthToSpace(2))),
            "deep": Network(
                ("coarse", "wide"), (Conv2D(112, 3, 1, "silu"), Conv2D(224, 1, 1, "silu"), DepthToSpace(2))
            ),
            "blend": Network(("middle", "deep"), (Conv2D(56, 3, 1, "silu"),)),
            SPOTS: Network(("blend",), (Conv2D(80, 1, 1, "silu"), Conv2D(CHANNELS, 1))),
            "spread": Network(("blend",), (Conv2D(128, 1, 1, "silu"), DepthToSpace(2))),
            CLASSES: Network(("fine", "spread"), (Conv2D(40, 3, 1, "silu"), Conv2D(4 * DIGITS, 1), DepthToSpace(2))),
        },
    ),
    epochs=26,
    batch=40,
    steps=250,
    learning_rate=5e-3,
    task=ReadScenes(),
    warmup_steps=250,
    weight_decay=1e-4,
    muon=True,
    jit=True,
    warped_copies=1,
    warped_fraction=0.4,
)

# Once more, from those weights: where digits cross, the loss falls for much longer than where they are apart.
SCENES_AGAIN = replace(SCENES, epochs=48, learning_rate=4e-3)
SCENE_STAGES = {"first": SCENES, "again": SCENES_AGAIN}

PEN_COPIES = 1  # drawings of each of the pen trajectories
SCENE_MODELS = ("scene",)
