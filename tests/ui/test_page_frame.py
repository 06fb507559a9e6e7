"""The pages as a whole: each opens alone, and what serves them stays small."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import aecore
from aecore.core import pretrained
from tests.conftest import ROOT
from tests.visitors import PAGES, fresh_page, link_of, open_page
from ui.features import FEATURES


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_alone(page: str) -> None:
    app = fresh_page(page)
    assert link_of(app)["model"] == "default"
    assert app.markdown[0].value.startswith("### ")


def test_the_app_shows_its_first_page_with_links_to_all() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert link_of(app)["model"] == "default"
    titles = [link.proto.label for link in app.get("page_link")]
    assert titles == [feature.page.title for feature in FEATURES if feature.page]


def test_every_page_script_is_a_features() -> None:
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == {f.name for f in FEATURES if f.page}
    assert set(PAGES) == {feature.script.stem for feature in FEATURES if feature.page}


def test_a_broken_model_is_said_on_the_page_and_without_any_model_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = "The model file mlp.safetensors is damaged. Restore it (git checkout)."
    monkeypatch.setattr(pretrained, "problems", lambda: {"mlp": problem})
    app = open_page("draw")
    assert [warning.value for warning in app.warning] == [problem]
    assert "mlp" not in app.selectbox[0].options
    monkeypatch.setattr(pretrained, "problems", lambda: dict.fromkeys(aecore.available(), problem))
    app = open_page("map")
    assert "None of the model files can be read" in app.error[0].value
    assert not app.button


def test_serving_imports_no_tensorflow(run_python: Any) -> None:
    code = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        "app = AppTest.from_file('app.py', default_timeout=60).run(); assert not app.exception;"
        "print(sorted({'tensorflow', 'keras', 'scipy'} & set(sys.modules)))"
    )
    done = run_python("-c", code)
    assert done.stdout.strip().splitlines()[-1] == "[]", done.stderr


def test_the_model_package_knows_no_streamlit() -> None:
    for path in (ROOT / "aecore").rglob("*.py"):
        assert "streamlit" not in path.read_text(), path.name
    assert aecore.available()[0] == "default"
