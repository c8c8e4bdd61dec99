"""Marks English texts for translation where they are declared; the core itself translates nothing.

`makemessages` collects what stands inside a call of this name; `otpguard.labels` and the doors
translate it when it is shown.
"""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """The message as it is."""
    return message
