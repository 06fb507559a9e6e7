"""`python -m aecore.worker`: see `aecore.training.worker`."""

import sys

from aecore.training.worker import main

if __name__ == "__main__":
    sys.exit(main())
