"""Joins JavaScript modules into one file: a live part and all that it imports come in one request, not in twenty.

A module becomes a function that runs once, whichever files contain it, so the parts of a page share their modules. Does
not use Streamlit.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

from ui.services.frontend_assets import module_at, modules, modules_for, version

_IMPORT = re.compile(r'^import (\{[^}]*\}|\w+) from "([\w./]+)";', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function\*?|class|const) (\w+|\[[^\]]*\])", re.MULTILINE)
_DEFAULT_CLASS = re.compile(r"^export default class (\w+)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default ", re.MULTILINE)


def bundle_url(feature: str, module: str) -> str:
    """Return the address of a feature's module together with all that it imports, relative to the app's root."""
    return f"modules/{version()}/bundle/{feature}/{module}.js"


def bundle(name: str) -> str:
    """Return a module and all that it imports as the source of one module with the same default export."""
    return _bundle(name, version())


def live_part(name: str, css: str) -> str:
    """Return the bundle of a live part's module, whose function gives the part's shadow root its style sheet first.

    In Streamlit's own place for CSS it would be sent again with every answer: 15 of the 24 kB of a slider's.
    """
    return _live_part(name, css, version())


@lru_cache(maxsize=64)
def _live_part(name: str, css: str, version: str) -> str:
    return f"""{_modules(name, version)}
const render = modules["{name}"].default, sheet = new CSSStyleSheet();
sheet.replaceSync({json.dumps(css)});
export default (wish) => {{
  const root = wish.parentElement.getRootNode();
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return render(wish);
}};
"""


@lru_cache(maxsize=64)
def _bundle(name: str, version: str) -> str:
    return f'{_modules(name, version)}export default modules["{name}"].default;\n'


def _modules(name: str, version: str) -> str:
    start = f'const modules = ((globalThis.playgroundModules ??= {{}})["{version}"] ??= {{}});\n'
    return start + "".join(_as_function(module) for module in modules_for(name))


def _as_function(name: str) -> str:
    source = _source(name)
    for names, path in _IMPORT.findall(source):
        _check_exports(name, names, module_at(name, path))
    exported = _exported(source)
    if default := _DEFAULT_CLASS.search(source):
        exported += f", default: {default[1]}"
        source = _DEFAULT_CLASS.sub(r"class \1", source)
    elif _DEFAULT.search(source):
        exported += ", default: defaultExport"
        source = _DEFAULT.sub("const defaultExport = ", source)
    source = _IMPORT.sub(lambda found: _lookup(found[1], module_at(name, found[2])), source)
    source = _EXPORT.sub(lambda found: found[0].removeprefix("export "), source)
    if re.search(r"^export ", source, re.MULTILINE):
        raise ValueError(f"{name} exports something in a form that a bundle does not know")
    return f'modules["{name}"] ??= (() => {{\n{source}return {{ {exported.removeprefix(", ")} }};\n}})();\n'


def _exported(source: str) -> str:
    return ", ".join(names.strip("[]") for names in _EXPORT.findall(source))


def _check_exports(name: str, names: str, module: str) -> None:
    """Raise ValueError where a module imports {names} that a bundle does not find among the other's exports."""
    wanted = {imported.split(" as ")[0].strip() for imported in names.strip("{} \n").split(",")} - {""}
    missing = wanted - set(_exported(_source(module)).split(", ")) if names.startswith("{") else set()
    if missing:
        raise ValueError(
            f"{name} imports {sorted(missing)}, which {module} exports in a form that a bundle does not know"
        )


def _lookup(names: str, module: str) -> str:
    names = names.replace(" as ", ": ") if names.startswith("{") else f"{{ default: {names} }}"
    return f'const {names} = modules["{module}"];'


def _source(name: str) -> str:
    return modules()[name].read_text(encoding="utf-8")
