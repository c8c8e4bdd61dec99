"""Text messages in the GSM alphabet: accents that it lacks would more than halve a part."""

from __future__ import annotations

import unicodedata

from otpguard.core.segments import strange

_SAME = str.maketrans(
    {
        "\u00a0": " ",  # no-break space
        "\u202f": " ",  # narrow no-break space
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u0153": "oe",
        "\u0152": "OE",
    }
)


def in_gsm(text: str, *, keep: str = "") -> str:
    """The text with only those accents and typographic signs that the GSM alphabet has.

    Most letters of Spanish and French have no place there: "sesión" becomes "sesion", as people
    write it in text messages; "café" stays. Texts that do not fit the alphabet without them
    either are returned as they are, and so is every text if `keep` does not fit it. `keep` is what
    must arrive letter by letter: brand, host, links.
    """
    if strange(keep):
        return text
    plain = "".join(map(_plain, unicodedata.normalize("NFC", text).translate(_SAME)))
    return text if strange(plain) else plain


def _plain(char: str) -> str:
    """A letter without its accents, if it is outside the alphabet with them."""
    if not strange(char):
        return char
    return "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))
