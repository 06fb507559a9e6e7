"""Which map is shown."""

from __future__ import annotations

from pathlib import Path

from tests.ui.models import SPEC, file_of, model_of
from tests.visitors import at_address, visiting
from ui.features.map.state import MapView
from ui.features.map.view import data
from ui.services import model_store
from ui.state.table import choose_model
from ui.state.visitor import current


def test_it_is_the_clustered_one_at_first() -> None:
    with visiting() as visitor:
        found = data()
        assert found is not None
        assert (found["view"], found["shown"]) == ("umap", "0123456789")
        assert set(found["sources"]) == {"default", "plane"}
        visitor.put(MapView(view="pca", shown="13"))
        assert (data() or {})["view"] == "pca"


def test_it_is_their_own_models_where_a_visitor_has_just_chosen_it(runs: Path, tmp_path: Path) -> None:
    own = model_store.add(file_of(model_of(SPEC), tmp_path), "The model", "mine")
    with visiting(MapView(view="umap", shown="13")) as visitor:
        choose_model(own)
        found = data()
        assert found is not None
        assert (found["view"], found["shown"]) == ("own", "13")
        assert found["sources"]["own"]["model"]["name"] == own
        visitor.put(MapView(view="plane", shown="13"))  # the visitor's choice stays
        assert (data() or {})["view"] == "plane"
    with at_address({"model": own, "view": "umap"}):  # and so does a link's
        assert current().model == own
        assert (data() or {})["view"] == "umap"
