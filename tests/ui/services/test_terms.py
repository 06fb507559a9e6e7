"""The list of terms, and the words of Python's texts that explain themselves."""

from __future__ import annotations

import html
import re

import pytest

from ui.services.terms import explain, terms


@pytest.mark.parametrize("term", terms())
def test_every_term_has_one_short_line_that_explains_it_by_other_words(term: str) -> None:
    line = terms()[term]
    assert 20 < len(line) <= 110
    assert line.endswith(".")
    assert not re.search(rf"\b{re.escape(term)}\b", line)


def test_each_term_is_explained_where_it_stands_first() -> None:
    text = explain("The encoder makes a latent; latents lie in latent space. An Encoder, again.")
    words = re.findall(
        r'<span class="explained" role="button" tabindex="0" aria-description="([^"]+)">([^<]+)</span>', text
    )
    assert [word for _, word in words] == ["encoder", "latent", "latent space"]
    assert html.unescape(words[2][0]) == terms()["latent space"]
    assert re.sub("<[^>]+>", "", text) == "The encoder makes a latent; latents lie in latent space. An Encoder, again."


def test_a_text_without_terms_stays_as_it_is() -> None:
    assert explain("An encoderless *sentence* & <b>more</b>.") == "An encoderless *sentence* & <b>more</b>."
