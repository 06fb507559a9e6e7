"""`python -m aecore.distill`: see `aecore.training.distillation`."""

import sys

from aecore.training.distillation import main

if __name__ == "__main__":
    sys.exit(main())
