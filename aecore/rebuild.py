"""`python -m aecore.rebuild`: see `aecore.training.rebuild`."""

import sys

from aecore.training.rebuild import main

if __name__ == "__main__":
    sys.exit(main())
