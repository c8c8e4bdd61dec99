"""The words by which people stop messages to their number, start them again, or ask for help.

Carriers and the CTIA require every sender to act on them, and so does the FCC's rule on revoking
consent (47 CFR 64.1200(a)(10)). A message counts only if it is the word and nothing else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

LONGEST = 20
"""Characters of the longest message that is read as a keyword."""


class Keyword(StrEnum):
    """What somebody asks for by one word."""

    STOP = "stop"
    START = "start"
    HELP = "help"


WORDS: Mapping[str, Keyword] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *("stop", "stopall", "stopp", "unsubscribe", "cancel", "end", "quit", "revoke"),
                *("optout", "arret", "abmelden"),
            ),
            Keyword.STOP,
        ),
        **dict.fromkeys(("start", "unstop", "yes"), Keyword.START),
        **dict.fromkeys(("help", "info", "hilfe"), Keyword.HELP),
    }
)
"""Every keyword in small letters, without blanks and signs."""


def keyword_of(text: str) -> Keyword | None:
    """What a message asks for; None for any other message. Ignores case, blanks and punctuation."""
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKD", text).casefold()
    return WORDS.get("".join(char for char in plain if char.isalpha()))
