"""Reads the pictures that people bring, in the kinds of files that they have."""

from aecore.data.own.pictures import Pictures
from aecore.data.own.raw import DataError
from aecore.data.own.read import read_own
from aecore.data.own.splits import dataset_of, warnings_of

__all__ = ["DataError", "Pictures", "dataset_of", "read_own", "warnings_of"]
