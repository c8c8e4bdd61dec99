"""How many parts a text message goes out in, as networks count and bill it (3GPP TS 23.038).

One part holds 160 characters of the GSM alphabet. A single character outside it turns the whole
text into UCS-2, of which one part holds 70. Several parts hold less each, because a header joins
them.
"""

from __future__ import annotations

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
"""These take two places each."""

ONE_SEGMENT = 160
ONE_SEGMENT_UCS2 = 70
_JOINED = 153
_JOINED_UCS2 = 67

LONGEST_BRAND = 40
"""Letters of a brand beyond which our English text may no longer fit one part."""


def strange(text: str) -> str:
    """The characters of a text that are not in the GSM alphabet, each once, in their order."""
    return "".join(dict.fromkeys(c for c in text if c not in GSM_BASIC and c not in GSM_EXTENDED))


def septets(text: str) -> int:
    """The length of a text in GSM 7-bit characters. Raises ValueError for any other character."""
    if found := strange(text):
        raise ValueError(f"not in the GSM alphabet: {sorted(found)}")
    return sum(2 if char in GSM_EXTENDED else 1 for char in text)


def segments(text: str) -> int:
    """The number of parts that a text is sent in; 1 even if it is empty."""
    if strange(text):
        # UCS-2 counts characters beyond the basic plane twice.
        length = len(text.encode("utf-16-le", errors="surrogatepass")) // 2
        one, joined = ONE_SEGMENT_UCS2, _JOINED_UCS2
    else:
        length, one, joined = septets(text), ONE_SEGMENT, _JOINED
    return 1 if length <= one else -(-length // joined)


def brand_fault(brand: str) -> str:
    """What makes a brand cost a second part, in English; empty if it does not."""
    if found := strange(brand):
        return f'"{found}" is not in the GSM alphabet'
    if septets(brand) > LONGEST_BRAND:
        return f"it is longer than {LONGEST_BRAND} letters"
    return ""
