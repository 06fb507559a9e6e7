"""Autoencoders for handwritten digits: sixteen numbers that redraw an image. See README.md for a tour."""

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
