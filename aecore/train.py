"""`python -m aecore.train`: see `aecore.training.fit`."""

import sys

from aecore.training.fit import main

if __name__ == "__main__":
    sys.exit(main())
