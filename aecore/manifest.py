"""`python -m aecore.manifest`: see `aecore.core.manifest`."""

from aecore.core.manifest import main

if __name__ == "__main__":
    main()
