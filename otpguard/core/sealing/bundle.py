"""The names of what lies in a proof bundle, and the page for its reader."""

from __future__ import annotations

import re
from typing import Final

FORMAT: Final = "otpguard-audit-bundle/1"
MANIFEST: Final = "manifest.json"
EVENTS: Final = "events.jsonl"
KEYS: Final = "keys.txt"
HEAD: Final = "checkpoint"
HEADS: Final = "heads/"
HEAD_PROOF: Final = "checkpoint.tlog-proof"
README: Final = "README.txt"
UNNAMED: Final = "unnamed.invalid"
"""Stands for INSTALLATION in the name of a log where none is set."""
MOST_HEADS: Final = 1_000
FIRST: Final = 1
"""The generation of a log before any restore; its name says no number."""
_LATER = re.compile(r"(.+)/(?:[2-9]|[1-9][0-9]{1,4})")

README_TEXT: Final = """\
Audit log of {origin}, with what proves it.

{events}  one event a line, in the order of the log; a line is exactly what was hashed
{head}    the signed head: the name of the log, how many events, the root over them
{heads}        older heads, one a day
tile/0/          the hashes of all events, 256 a file (C2SP tlog-tiles)
{head_proof}  shows that the head is in the log of all heads of the site
{keys}      the public keys

To check it you need Python 3.11 and nothing of the site:

    python -m otpguard.verify_export FILE.zip --key KEY --against HEAD

KEY is the first line of {keys}, as you were given it before and elsewhere. Without --key you only
see that the bundle is consistent with itself. HEAD is a head that you kept. Without --against a log
that was put back as a whole to an earlier state looks whole.

By hand: the hash of an event is SHA-256 of a zero byte and the line without its newline.
"""


def without_generation(origin: str) -> str:
    """The name of a log as it was before any restore. Logs are called by 32 digits or by words, so
    a short number at the end is a generation."""
    found = _LATER.fullmatch(origin)
    return found.group(1) if found else origin


def generation_of(origin: str) -> int:
    """The generation in the name of a log."""
    base = without_generation(origin)
    return int(origin.removeprefix(f"{base}/")) if base != origin else FIRST


def in_generation(origin: str, number: int) -> str:
    """The name of the same log in another generation."""
    base = without_generation(origin)
    return base if number == FIRST else f"{base}/{number}"


def readme(origin: str) -> str:
    """The page for the reader of one bundle."""
    return README_TEXT.format(
        origin=origin, events=EVENTS, head=HEAD, heads=HEADS, head_proof=HEAD_PROOF, keys=KEYS
    )
