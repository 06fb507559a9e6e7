"""`python -m aecore.recordings`: see `aecore.export.recordings`."""

import sys

from aecore.export.recordings import main

if __name__ == "__main__":
    sys.exit(main())
