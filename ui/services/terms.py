"""Explanations of the words that a visitor may not know, in texts that Python writes. Does not use Streamlit."""

from __future__ import annotations

import html
import json
import re
from functools import lru_cache

from ui.services.frontend_assets import FRONTEND

_LIST = FRONTEND / "lib" / "terms.js"


@lru_cache(maxsize=1)
def terms() -> dict[str, str]:
    """Return the terms with the one line that explains each, from the list that the browser has."""
    text = _LIST.read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return found


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(terms(), key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})(?:s)?\b", re.IGNORECASE)


def explain(text: str, *only: str) -> str:
    """Return HTML or Markdown of our own with each term, where it stands first, as a word that explains itself.

    With `only`, no others than these terms: the others were explained further up on the page.
    Show Markdown with `unsafe_allow_html`. `ui/frontend/lib/explain.js` mirrors it, and opens the explanations.
    """
    known = {term.lower(): line for term, line in terms().items()}
    seen = known.keys() - {term.lower() for term in only} if only else set()

    def word(found: re.Match[str]) -> str:
        term = found[1].lower()
        if term in seen:
            return found[0]
        seen.add(term)
        line = html.escape(known[term], quote=True)
        return f'<span class="explained" role="button" tabindex="0" aria-description="{line}">{found[0]}</span>'

    return _pattern().sub(word, text)
