"""Bundles: a module and all that it imports in one file. tests/browser/test_bundle.py runs them."""

from __future__ import annotations

import json
import re

import pytest

from ui.services.bundle import bundle, live_part
from ui.services.frontend_assets import modules, modules_for

ENTRIES = sorted(name for name in modules() if re.fullmatch(r"features/\w+/(part|scene|first_frame)\.js", name))


@pytest.mark.parametrize("name", ENTRIES)
def test_a_bundle_holds_each_module_once_after_those_that_it_imports(name: str) -> None:
    inside = re.findall(r'^modules\["([\w./]+)"\] \?\?= ', bundle(name), re.MULTILINE)
    assert sorted(inside) == sorted(modules_for(name))
    assert inside[-1] == name
    for place, module in enumerate(inside):
        assert set(modules_for(module)) <= set(inside[: place + 1]), f"{module} imports in a circle"


@pytest.mark.parametrize("name", ENTRIES)
def test_no_import_or_export_is_left_inside(name: str) -> None:
    lines = bundle(name).splitlines()
    assert [line for line in lines if re.match(r"import\b|export\b", line)] == [
        f'export default modules["{name}"].default;'
    ]


def test_a_live_part_brings_its_style_sheet() -> None:
    source = live_part("features/map/part.js", '.map::after { content: "\u2028`</script>"; }')
    *_, last = source.split("sheet.replaceSync(")
    assert json.loads(last[: last.index(");\n")]) == '.map::after { content: "\u2028`</script>"; }'
    assert source.count("export default") == 1
    assert source.startswith(bundle("features/map/part.js").rpartition("export default")[0])


@pytest.mark.parametrize("source", ["export const A = 1, B = 2;", "const B = 2;\nexport { B };", "const B = 2;"])
def test_a_name_that_a_bundle_would_not_find_is_refused(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    texts = {"lib/a.js": 'import { B as other } from "./b.js";\n', "lib/b.js": source}
    monkeypatch.setattr("ui.services.bundle._source", texts.__getitem__)
    monkeypatch.setattr("ui.services.bundle.modules_for", lambda name: list(texts))
    with pytest.raises(ValueError, match="in a form that a bundle does not know"):
        bundle("lib/a.js")
