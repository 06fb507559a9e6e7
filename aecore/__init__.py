"""Autoencoders for handwritten digits: an image becomes sixteen numbers, and the numbers an image. See README.md."""

from aecore.core.model_file import ModelFileError, save_model
from aecore.core.pretrained import available
from aecore.core.spec import Spec, SpecError
from aecore.data.corruption import corrupt
from aecore.data.drawing import normalize_drawing
from aecore.tasks import Autoencoder, load, load_model

__all__ = [
    "Autoencoder",
    "ModelFileError",
    "Spec",
    "SpecError",
    "available",
    "corrupt",
    "load",
    "load_model",
    "normalize_drawing",
    "save_model",
]
