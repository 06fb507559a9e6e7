"""`python -m aecore.atlas`: see `aecore.latent.atlas`."""

import sys

from aecore.latent.atlas import main

if __name__ == "__main__":
    sys.exit(main())
