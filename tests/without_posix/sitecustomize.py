"""Takes away what Windows does not have. Python runs this first in every process that has this folder on its path.

Modules are hidden from aecore and ui alone, for Python's own and others' have their ways on Windows; uvloop from all.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import os
import signal
import sys
import warnings
from typing import Any

MODULES = ("fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")
OF_OS = ("fork", "forkpty", "getloadavg", "killpg", "nice", "setpgid", "setsid", "wait3", "wait4")
OF_SIGNAL = ("SIGALRM", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "pause")


def _is_hidden(module: str, importer: str | None) -> bool:
    ours = (importer or "").partition(".")[0] in ("aecore", "app", "ui")
    return ours and module.partition(".")[0] in MODULES


def _refuse(module: str) -> None:
    raise ModuleNotFoundError(f"No module named {module!r}, as on Windows", name=module)


class _WithoutUvloop(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name.partition(".")[0] == "uvloop":
            _refuse(name)


def hide() -> None:
    """Take it all away; refuse besides to read or write a text without saying its encoding, for Windows has another."""
    own_import, own_import_module = builtins.__import__, importlib.import_module

    def import_(name: str, globals: Any = None, *rest: Any, **named: Any) -> Any:  # noqa: A002 - its name there
        if _is_hidden(name, (globals or {}).get("__name__")):
            _refuse(name)
        return own_import(name, globals, *rest, **named)

    def import_module(name: str, package: str | None = None) -> Any:
        if _is_hidden(name, sys._getframe(1).f_globals.get("__name__")):
            _refuse(name)
        return own_import_module(name, package)

    builtins.__import__, importlib.import_module = import_, import_module
    sys.meta_path.insert(0, _WithoutUvloop())
    for module, names in ((os, OF_OS), (signal, OF_SIGNAL)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    warnings.filterwarnings("error", category=EncodingWarning, module=r"(aecore|app|ui)\b")


if __name__ == "sitecustomize":
    hide()
