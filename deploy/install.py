"""Creates .venv and installs the app into it, on every system: `python deploy/install.py`, run by `make install`.

Where the complete list cannot be installed, it installs the list for serving: TensorFlow, which only training needs, is
not available for every machine. Needs only Python.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

SUPPORTED = (3, 10), (3, 13)
ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin")
SERVES_ONLY = (
    "What serves the app is installed. Training on the server needs TensorFlow, which this machine did not get: "
    "train on another one, and load the model here."
)


def install(requirements: str) -> bool:
    """Install a list of packages; return whether that succeeded."""
    pip = [str(BIN / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    return subprocess.run([*pip, "-r", str(ROOT / requirements)], check=False).returncode == 0


def has_tensorflow() -> bool:
    """Return whether TensorFlow was installed; does not import it."""
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('tensorflow') is None)"
    return subprocess.run([str(BIN / "python"), "-c", code], check=False).returncode == 0


def main() -> int:
    """Install the app; returns the exit status."""
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        print(
            "This project runs on Python 3.10 to 3.13, and this is {}.{}. ".format(*sys.version_info)
            + "Name another one: make install PYTHON=python3.12, or on Windows py -3.12 deploy\\install.py",
            file=sys.stderr,
        )
        return 1
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        venv.create(ROOT / ".venv", with_pip=True)
    if not install("requirements.txt") and not install("requirements-serve.txt"):
        return 1
    if not has_tensorflow():
        print(SERVES_ONLY)
    return 0


if __name__ == "__main__":
    sys.exit(main())
