"""`python -m aecore.directions`: see `aecore.latent.directions_find`."""

from __future__ import annotations

import sys
from typing import Any

from aecore.latent import directions_find


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    return directions_find.main(arguments, _fit)


def _fit(*given: Any) -> Any:
    from aecore.training.regression import fit  # Keras takes seconds to start

    return fit(*given)


if __name__ == "__main__":
    sys.exit(main())
