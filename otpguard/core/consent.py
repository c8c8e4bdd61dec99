"""What a person agrees to before codes go to their number, as the site words it (10DLC, TCPA)."""

from __future__ import annotations

from dataclasses import dataclass

VERSION_LENGTH = 32
"""Characters of the name of a version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """The opt-in text on the number form, and its version, which changes with the text.

    `text` is a string, or one that Django translates when it is shown.
    """

    version: str
    text: object
