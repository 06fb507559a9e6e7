"""Autoencoders for handwritten digits: an image becomes sixteen numbers, and the numbers an image. See README.md."""

from aecore.core.model_file import ModelFileError, save_model
from aecore.core.pretrained import available
from aecore.core.spec import Spec, SpecError
from aecore.data.corruption import corrupt
from aecore.data.drawing import normalize_drawing
from aecore.tasks import Autoencoder, Colorizer, Head, SceneReader, Tracker, Voice, VoiceDenoiser, load, load_model
from aecore.tasks.scene import Detection
from aecore.tasks.scene_digits import describe, redraw
from aecore.tasks.tracker import Track

__all__ = [
    "Autoencoder",
    "Colorizer",
    "Detection",
    "Head",
    "ModelFileError",
    "SceneReader",
    "Spec",
    "SpecError",
    "Track",
    "Tracker",
    "Voice",
    "VoiceDenoiser",
    "available",
    "corrupt",
    "describe",
    "load",
    "load_model",
    "normalize_drawing",
    "redraw",
    "save_model",
]
