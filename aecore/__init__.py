"""Autoencoders for handwritten digits: sixteen numbers that redraw an image. See README.md for a tour."""

from aecore.autoencoder import Autoencoder
from aecore.corruption import corrupt
from aecore.drawing import normalize_drawing
from aecore.model_file import ModelFileError, load_model, save_model
from aecore.shipped import available, load
from aecore.spec import Spec, SpecError

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
