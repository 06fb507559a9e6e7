"""`python -m aecore.evaluate`: see `aecore.evaluation.tables`."""

import sys

from aecore.evaluation.tables import main

if __name__ == "__main__":
    sys.exit(main())
