"""Whether MNIST is at hand, and how to get it."""

from __future__ import annotations

from aecore.data import mnist_path


def mnist_or_what_to_do() -> bool:
    """Tell whether MNIST is at hand; where it is not, say what to do."""
    return mnist_path() is not None
