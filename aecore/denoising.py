"""`python -m aecore.denoising`: see `aecore.evaluation.denoising`."""

import sys

from aecore.evaluation.denoising import main

if __name__ == "__main__":
    sys.exit(main())
