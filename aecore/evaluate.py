"""`python -m aecore.evaluate`: see `aecore.evaluation.evaluate`."""

import sys

from aecore.evaluation.evaluate import main

if __name__ == "__main__":
    sys.exit(main())
