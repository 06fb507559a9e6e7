"""`python -m aecore.atlas`: see `aecore.latent.atlas_build`."""

import sys

from aecore.latent.atlas_build import main

if __name__ == "__main__":
    sys.exit(main())
