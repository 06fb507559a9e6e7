"""`python -m aecore.directions`: see `aecore.latent.directions_find`."""

import sys

from aecore.latent.directions_find import main

if __name__ == "__main__":
    sys.exit(main())
