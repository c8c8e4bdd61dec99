"""Whether a form field's name says that it holds a secret.

Names are read word by word, so that "discard_reason" is no card. People also write words together;
such a name counts if what stands around the secret is one of the words that usually do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

DEFAULT = (
    *("password", "passwd", "pwd", "passphrase", "passcode"),
    *("secret", "token", "private_key", "api_key", "access_key", "recovery_code", "otp"),
    *("card", "cc_num", "cc_number", "cc_no", "cvv", "cvc", "csc"),
    *("iban", "account_number", "routing_number", "sort_code", "ssn", "social_security"),
)
"""What a name must not contain, as words in this order, for its field to be kept."""

_AROUND_WORDS = """
a access account add admin again api app auth bank bearer bot card cc check client code confirm
confirmation credit csrf current data db debit device edit enter field first form hash hook id
in input key last login main my new no num number old own payment plain private public re
refresh repeat repeated reset retype root second secret security server session set shared sign
signing site test the token tx txt type update user value verify web your
"""
_AROUND = frozenset(_AROUND_WORDS.split())
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")


def says_secret(name: str, secrets: Iterable[str]) -> bool:
    """True if `name` has one of `secrets` in it, such as "api_key" in "newApiKey2" or "apikeys"."""
    words = words_of(name)
    return any(_has(words, words_of(secret)) for secret in secrets)


@lru_cache(maxsize=1024)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name: what other characters, digits and capital letters separate."""
    return tuple(word.lower() for word in _WORD.findall(name))


def _has(words: tuple[str, ...], secret: tuple[str, ...]) -> bool:
    count = len(secret)
    in_order = any(
        _singular(words[start : start + count], secret) for start in range(len(words) - count + 1)
    )
    return in_order or any(_is_compound(word, "".join(secret)) for word in words)


def _singular(found: tuple[str, ...], secret: tuple[str, ...]) -> bool:
    return found[:-1] == secret[:-1] and found[-1] in {secret[-1], f"{secret[-1]}s"}


def _is_compound(word: str, secret: str) -> bool:
    """True if `word` is `secret` between words that usually stand around one."""
    at = word.find(secret)
    while at >= 0:
        rest = word[at + len(secret) :]
        if _is_around(word[:at]) and (_is_around(rest) or _is_around(rest.removeprefix("s"))):
            return True
        at = word.find(secret, at + 1)
    return False


@lru_cache(maxsize=1024)
def _is_around(text: str) -> bool:
    """True if `text` is made of such words, or is empty."""
    return not text or any(
        text[:length] in _AROUND and _is_around(text[length:]) for length in range(1, len(text) + 1)
    )
