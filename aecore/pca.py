"""`python -m aecore.pca`: see `aecore.latent.pca`."""

import sys

from aecore.latent.pca import main

if __name__ == "__main__":
    sys.exit(main())
