"""`python -m aecore.train`: see `aecore.training.command`."""

import sys

from aecore.training.command import main

if __name__ == "__main__":
    sys.exit(main())
