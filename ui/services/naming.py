"""What the images of a model are called: what the pages say of digits, they say of pictures where a model has others.

`ui/frontend/lib/naming.js` does the same in the browser.
"""

from __future__ import annotations

import re

from ui.services import model_store
from ui.services.frontend_assets import noun_of

_RULES = (
    (
        r"^Your 3, minus the average 3, plus the average 8: is that an 8 in your handwriting\?",
        "A digit, minus the average of its class, plus the average of another: does it change its class?",
    ),
    (r"\bhandwritten digit", "picture"),
    (r"\bten average digits\b", "average pictures of the classes"),
    (r"\bDraw a digit\b", "Take a picture"),
    (r"\bdraw a digit\b", "take a picture"),
)
_WORDS = ((r"\bdrawing\b", "picture"), (r"\bdigit", "picture"), (r"\bDigit", "Picture"))


def named(text: str, model: str) -> str:
    """Return a text about digits as it is about the images of the model of this name."""
    found = model_store.load(model)
    if noun_of(found) == "digit":
        return text
    height, width, *channels = found.image_shape
    numbers = " × ".join(map(str, (height, width, *channels)))
    size = height * width * (channels[0] if channels else 1)
    text = text.replace("784 pixels", f"{size:,} numbers" if channels else f"{size:,} pixels")
    text = text.replace("28 × 28", numbers).replace("16 numbers", _count(found.latent_dim))
    text = re.sub("sixteen numbers", _count(found.latent_dim), text)
    for pattern, word in (*_RULES, *_WORDS):
        text = re.sub(pattern, word, text)
    return text


def _count(numbers: int) -> str:
    return f"{numbers} number{'s' if numbers > 1 else ''}"
