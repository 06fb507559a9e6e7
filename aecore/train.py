"""`python -m aecore.train`: see `aecore.training.command`."""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 where a package is missing that only training needs."""
    try:
        from aecore.training import command
    except ModuleNotFoundError as missing:
        print(f"Training needs the package {missing.name}: pip install -r requirements.txt.", file=sys.stderr)
        return 1
    return command.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
