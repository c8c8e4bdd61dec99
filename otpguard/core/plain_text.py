"""Names and reasons without invisible characters, as they are stored.

What one person types, another reads: marks that change the direction of writing make a name read
as something else, and control characters break a line of a log (Unicode Technical Report
36, 2.8).
"""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""They spell words of Persian and of Indic scripts, and build emoji, and hide nothing."""

_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs"})


def plain_text(text: str) -> str:
    """The text without control and format characters, its runs of blanks a single space.

    Idempotent. The result may be empty or shorter than the text.
    """
    blanks = "".join(" " if char.isspace() else char for char in text)
    seen = (
        char for char in blanks if char in _JOINERS or unicodedata.category(char) not in _HIDDEN
    )
    return " ".join("".join(seen).split()).strip(f" {_JOINERS}")
