"""A model of other pictures than digits, on every page without a browser; whose pixels only their owner sees."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aecore import Autoencoder
from aecore.core.examples import Examples
from aecore.core.spec import Dense, Flatten, Reshape, Spec
from aecore.latent.atlas import AtlasError
from aecore.latent.atlas_examples import atlas_of_examples
from aecore.training.job import EXAMPLES, JOB
from tests.ui.models import file_of, model_of
from tests.visitors import open_page, visiting, visitor_of
from ui import export_html
from ui.features.talk import scenes
from ui.features.talk.nodes import TalkError
from ui.features.train.state import Training
from ui.services import examples, model_store
from ui.state import history, table
from ui.state.visitor import current

SECRET = "5" * 32
SPEC = Spec.autoencoder((Flatten(), Dense(4)), (Dense(192, "sigmoid"), Reshape((8, 8, 3))), (8, 8, 3))
CLASSES = ("cat", "dog", "emu")
PAGES = ("draw", "map", "traversals", "morph", "arithmetic", "denoise", "learn", "talk")


def model_of_pictures() -> Autoencoder:
    model = model_of(SPEC)
    latents = np.random.default_rng(1).normal(size=(30, 4)).astype(np.float32)
    return dataclasses.replace(model, examples=Examples(latents, np.arange(30) % 3, CLASSES, False).rounded)


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (30, 8, 8, 3), np.uint8)


@pytest.fixture
def own(tmp_path: Path, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> str:
    """A visitor's model whose training is still here, by its name."""
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    name = model_store.add(file_of(model_of_pictures(), tmp_path), "The file", "animals")
    folder = tmp_path / "runs" / SECRET
    folder.mkdir()
    (folder / JOB).write_text(json.dumps({}))
    np.save(folder / EXAMPLES, pixels)
    model_store.note_training(name, SECRET)
    return name


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_it(own: str, page: str) -> None:
    app = open_page(page, model=own)
    assert visitor_of(app).image.shape == (8, 8, 3)
    said = " ".join(one.value for one in (*app.markdown, *app.caption))
    assert "your digit" not in said
    assert "784" not in said


def test_draw_comes_to_rest_without_the_canvas_that_it_had_before(own: str) -> None:
    app = open_page("draw")
    assert app.session_state["canvas-start"]["number"] == visitor_of(app).canvas
    app.session_state["canvas-start"] = {"number": -1, "strokes": [], "under": ""}  # of a drawing that has gone
    visitor_of(app).own.append(own)
    app.run()
    next(one for one in app.selectbox if one.label == "Model").set_value(own).run()
    assert visitor_of(app).image.shape == (8, 8, 3)


def test_pixels_are_the_owners_and_others_see_what_is_decoded(own: str, pixels: np.ndarray) -> None:
    with visiting(Training(runs=(SECRET,))) as owner:
        table.choose_model(own)
        assert (owner.source, owner.sample) == ("sample", 0)
        np.testing.assert_array_equal(np.rint(owner.image * 255), pixels[0])
    with visiting() as stranger:
        table.choose_model(own)
        assert (stranger.source, stranger.sample) == ("example", 0)
        decoded = model_store.load(own).decode(examples.latent(own, 0)[None])[0]
        np.testing.assert_allclose(stranger.image, decoded, atol=0.5 / 255 + 1e-6)
        assert table.is_decoded(stranger)
        assert not table.is_bent(stranger)


def test_models_of_different_pictures_put_their_own_on_the_table_and_undo_goes_back(own: str) -> None:
    with visiting() as visitor:
        table.choose_sample(7)
        history.begin(visitor)
        table.choose_model(own)
        history.keep(visitor)
        assert visitor.image.shape == (8, 8, 3)
        table.move_in_history(1)
        assert (visitor.model, visitor.sample, visitor.image.shape) == ("default", 7, (28, 28))
        table.choose_model("pocket")
        assert visitor.sample == 7  # of the same digits


@pytest.mark.parametrize("image", [np.zeros((28, 28), np.float32), np.zeros((8, 8), np.float32), None])
def test_an_image_of_another_shape_gives_way_to_an_example(own: str, image: Any) -> None:
    with visiting() as visitor:
        table.choose_model(own)
        table.put_on_table(visitor, image, 4)
        assert (visitor.sample, visitor.image.shape) == (4, (8, 8, 3))
        table.put_on_table(visitor, image, 400)
        assert visitor.image.shape == (8, 8, 3)
        before = visitor.image
        table.take_drawing({"canvas": visitor.canvas, "strokes": [], "image": "A" * 1044 + "AA==", "under": False})
        table.take_picture(np.zeros((28, 28), np.float32))
        assert visitor.image is before
        assert current() is visitor


def test_its_map_is_made_of_its_examples(own: str) -> None:
    atlas = model_store.atlas(own)
    assert atlas.means.shape == (3, 4)
    np.testing.assert_allclose(atlas.basis @ atlas.basis.T, np.eye(2), atol=1e-6)
    assert atlas.percentile(atlas.latents[3]) < atlas.percentile(np.full(4, 9, np.float32)) == 100
    found = model_of_pictures().examples
    assert found is not None
    with pytest.raises(AtlasError, match="single number"):
        atlas_of_examples("x", "", dataclasses.replace(found, latents=found.latents[:, :1]))
    with pytest.raises(AtlasError, match="at least three"):
        atlas_of_examples("x", "", dataclasses.replace(found, latents=found.latents[:2], labels=found.labels[:2]))


def test_the_demo_as_one_file_has_its_examples_and_not_their_pixels(own: str, pixels: np.ndarray) -> None:
    page = export_html.page(own)
    assert abs(len(page) / export_html.size(own) - 1) < 0.1
    text = page.decode()
    assert "Take a picture, reshape it with 4 numbers" in text
    assert all(name in text for name in CLASSES)
    assert SECRET not in text
    assert pixels[0].tobytes() not in page


def test_a_talk_shows_an_example_and_refuses_strokes(own: str) -> None:
    scene = "talk: a talk\nscenes:\n- {line: look, page: draw, model: MODEL, digit: DIGIT}\n".replace("MODEL", own)
    talk = scenes.parse(scene.replace("DIGIT", "2"), ("default", own))
    np.testing.assert_allclose(talk.scenes[0]["digit"]["latent"], examples.latent(own, 2), atol=1e-6)
    with pytest.raises(TalkError, match="other pictures than digits"):
        scenes.parse(scene.replace("DIGIT", '{strokes: ["M1 1 L9 9"]}'), ("default", own))
