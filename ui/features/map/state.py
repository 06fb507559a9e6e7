"""The state of the Map page: which map is shown."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from ui.state.schema import State


class MapView(State, frozen=True):
    """The kind of map: linear (PCA), nonlinear (UMAP), of the model with two numbers, or of the visitor's own model.

    `shown` are the digits on the map, each at most once, in ascending order.
    """

    view: Literal["pca", "umap", "plane", "own"] = "umap"
    shown: Annotated[str, Meta(pattern=r"^0?1?2?3?4?5?6?7?8?9?\Z")] = "0123456789"
