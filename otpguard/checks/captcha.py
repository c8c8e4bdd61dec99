"""Checks of the hosted captcha and of the other sites that show the form."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.checks import CheckMessage

from otpguard.checks.codes import error, warning
from otpguard.conf import Settings
from otpguard.intel.captcha import captcha


def hosted_captcha(_: Settings) -> Iterable[CheckMessage]:
    """E136: it must load."""
    try:
        captcha()
    except (ImportError, TypeError, ValueError) as wrong:
        yield error("otpguard.E136", str(wrong))


def embedding(mine: Settings) -> Iterable[CheckMessage]:
    """W135: an embedding site on the developer's machine."""
    for origin in mine.embed_origins:
        if origin.startswith("http://"):
            yield warning("otpguard.W135", f"Take {origin} out before production.")
