"""The visitor's own pictures on the Train page: data for the live part that brings them, its reports, the preview."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from ui.features.train.state import current_training, for_own_pictures, keep_form, keep_pictures
from ui.services import own_data

_LONGEST_NAMES = 60  # characters of the classes that are named


def data() -> dict[str, Any]:
    """Return the secret of the visitor's pictures, None where there are none."""
    kept = current_training().pictures
    return {"secret": kept if own_data.about(kept) else None}


def take(payload: object) -> None:
    """Take the secret of pictures that have arrived, or were brought before, to train on; None puts them away.

    Ignores anything else.
    """
    if not isinstance(payload, dict) or "secret" not in payload:
        return
    secret = payload["secret"]
    if secret is not None and own_data.about(secret) is None:
        return
    keep_pictures(str(secret) if secret else None)
    form = current_training().form
    if form is not None and secret and payload.get("chosen") is True:
        keep_form(for_own_pictures(form))


def in_words(found: dict[str, Any]) -> str:
    """Return the pictures in the words of a list."""
    return f"Yours: {found['count']:,} pictures of {found['name']}"


def preview(found: dict[str, Any]) -> None:
    """Show sixteen of the visitor's pictures, their mean, their classes, and what was done to them."""
    named = found["classes"]
    while len(named) > 2 and sum(len(name) for name, _ in named) > _LONGEST_NAMES:
        named = named[:-1]
    classes = ", ".join(f"{escape(name)} ({count:,})" for name, count in named)
    left = found["more"] + len(found["classes"]) - len(named)
    more = f" and {left:,} more" if left else ""
    said = "".join(f"<li>{escape(sentence)}</li>" for sentence in found["sentences"])
    st.html(
        '<figure class="own-pictures">'
        f'<img src="data:image/png;base64,{found["preview"]}" alt="sixteen of your pictures">'
        f'<img class="mean" src="data:image/png;base64,{found["mean"]}" alt="the mean of your pictures">'
        f"<figcaption>Sixteen of {found['count']:,} pictures, and the mean of all."
        f"{f' Classes: {classes}{more}.' if classes else ' They have no classes.'}</figcaption>"
        f"{f'<ul>{said}</ul>' if said else ''}</figure>"
    )
