"""`python -m aecore.directions`: see `aecore.latent.directions`."""

import sys

from aecore.latent.directions import main

if __name__ == "__main__":
    sys.exit(main())
