"""`python -m aecore.train`: see `aecore.training.command`."""

import sys

if __name__ == "__main__":
    try:
        from aecore.training.command import main
    except ModuleNotFoundError as missing:
        sys.exit(f"Training needs the package {missing.name}: pip install -r requirements.txt.")
    sys.exit(main())
