"""`python -m aecore.manifest`: see `aecore.core.manifest`."""

import sys

from aecore.core.manifest import main

if __name__ == "__main__":
    sys.exit(main())
