"""The pages as a whole: each opens alone, and what serves them stays small."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import aecore
from aecore.core import pretrained
from tests.conftest import ROOT
from tests.visitors import PAGES, fresh_page, install_features, link_of, open_page
from ui.features import FEATURES
from ui.server.index_page import heading, title
from ui.services import model_store
from ui.state.declaration import Page, groups_of_pages

DECLARED = [feature.page for feature in FEATURES if feature.page]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_alone(page: str) -> None:
    assert link_of(fresh_page(page))["model"] == "default"


def test_the_app_shows_its_first_page_with_links_to_all() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert link_of(app)["model"] == "default"
    titles = [link.proto.label for link in app.get("page_link")]
    assert titles == [*(page.title for page in DECLARED), DECLARED[1].invitation]
    assert heading(DECLARED[0]) in [one.proto.body for one in app.get("html")]


def test_a_group_is_one_stretch_of_the_list_of_features() -> None:
    install_features()
    groups = groups_of_pages()
    assert list(groups) == ["Play", "Explore", "Understand", "Train", "Present"]
    assert [one.page for group in groups.values() for one in group] == list(DECLARED)


def test_every_page_has_a_heading_and_a_title_of_its_own() -> None:
    assert len({title(page) for page in DECLARED}) == len({heading(page) for page in DECLARED}) == len(DECLARED)
    assert all(heading(page).count("<h1") == 1 and page.sentence for page in DECLARED)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_leads_on_with_the_digit(page: str) -> None:
    feature = next(one for one in FEATURES if one.name == page)
    app = fresh_page(page)
    following = DECLARED[(DECLARED.index(feature.page) + 1) % len(DECLARED)]
    assert [(link.proto.label, link.proto.page) for link in app.get("page_link")] == [
        (following.invitation, following.address)
    ]
    assert any("data:image/png;base64," in one.proto.body for one in app.get("html"))


def test_what_names_a_page_cannot_be_html() -> None:
    page = Page("x", 'A"<b>', heading="<i>", sentence="<script>")
    assert "<b>" not in heading(page)
    assert "<i>" not in heading(page)
    assert "<script" not in heading(page)


def test_every_page_script_is_a_features() -> None:
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == {f.name for f in FEATURES if f.page}
    assert set(PAGES) == {feature.script.stem for feature in FEATURES if feature.page}


def test_a_broken_model_is_said_on_the_page_and_without_any_model_only_that(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = "The model file mlp.safetensors is damaged. Restore it (git checkout)."
    monkeypatch.setattr(pretrained, "problems", lambda: {"mlp": problem})
    app = open_page("draw")
    assert [warning.value for warning in app.warning] == [problem]
    assert model_store.label("mlp") not in app.selectbox[0].options
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
