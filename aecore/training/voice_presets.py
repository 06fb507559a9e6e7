"""The presets of the models of voices."""

from __future__ import annotations

from aecore.core.bands import BANDS, FRAMES
from aecore.core.spec import Conv2D, Dense, DepthToSpace, Flatten, Network, Reshape, Spec
from aecore.tasks.voice_denoise import MASK, SOUND
from aecore.tasks.voice_redraw import RedrawVoices
from aecore.tasks.voice_stage import CleanVoices
from aecore.training.presets import HeadBeside, Preset

# Down to a 32nd, whose cells hear a second at once, and up again.
VOICE_DENOISER = Preset(
    Spec(
        {SOUND: (None, None, 1)},
        {
            "fine": Network((SOUND,), (Conv2D(24, 5, 2, "silu"),)),
            "middle": Network(("fine",), (Conv2D(48, 3, 2, "silu"), Conv2D(48, 3, 1, "silu"))),
            "coarse": Network(("middle",), (Conv2D(72, 3, 2, "silu"), Conv2D(72, 3, 1, "silu"))),
            "wide": Network(("coarse",), (Conv2D(96, 3, 2, "silu"), Conv2D(96, 3, 1, "silu"))),
            "whole": Network(
                ("wide",),
                (Conv2D(128, 3, 2, "silu"), Conv2D(128, 3, 1, "silu"), Conv2D(256, 1, 1, "silu"), DepthToSpace(2)),
            ),
            "deep": Network(("wide", "whole"), (Conv2D(112, 3, 1, "silu"), Conv2D(256, 1, 1, "silu"), DepthToSpace(2))),
            "blend": Network(
                ("coarse", "deep"), (Conv2D(80, 3, 1, "silu"), Conv2D(192, 1, 1, "silu"), DepthToSpace(2))
            ),
            "near": Network(("middle", "blend"), (Conv2D(48, 3, 1, "silu"), Conv2D(96, 1, 1, "silu"), DepthToSpace(2))),
            MASK: Network(("fine", "near"), (Conv2D(24, 3, 1, "silu"), Conv2D(4, 3, 1, "sigmoid"), DepthToSpace(2))),
        },
    ),
    epochs=40,
    batch=48,
    steps=200,
    learning_rate=5e-3,
    task=CleanVoices(),
    warmup_steps=200,
    weight_decay=1e-4,
    muon=True,
    jit=True,
)

# The head: without it 96 % of the midpoints of two recordings of a digit are that digit, with it 99.7 %.
VOICE = Preset(
    Spec.autoencoder(
        (
            Conv2D(20, 5, 2, "silu"),
            Conv2D(40, 3, 2, "silu"),
            Conv2D(64, 3, 2, "silu"),
            Flatten(),
            Dense(256, "silu"),
            Dense(16),
        ),
        (
            Dense(384, "silu"),
            Dense(8 * 8 * 32, "silu"),
            Reshape((8, 8, 32)),
            Conv2D(160, 3, 1, "silu"),
            DepthToSpace(2),
            Conv2D(64, 3, 1, "silu"),
            DepthToSpace(2),
            Conv2D(16, 3, 1, "silu"),
            Conv2D(4, 3, 1),
            DepthToSpace(2),
        ),
        (FRAMES, BANDS, 1),
    ),
    epochs=70,
    batch=64,
    learning_rate=4e-3,
    task=RedrawVoices(),
    warmup_steps=200,
    weight_decay=1e-4,
    latent_noise=0.08,
    head=HeadBeside((Dense(10, "softmax"),), weight=0.003),
    muon=True,
    jit=True,
)

DIGITS_TIMES = 4  # each training digit, beside the words of many other speakers
VOICE_MODELS = ("voice", "voice_denoiser")
