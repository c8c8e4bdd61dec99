"""Who reads DNS here: a port, so that a project can read it elsewhere.

The library is an extra, so nothing of it is imported before somebody asks.
"""

from __future__ import annotations

from typing import Protocol as Typed

from django.utils.module_loading import import_string

from otpguard.conf import settings
from otpguard.exceptions import OtpguardError

SHIPPED = "otpguard.federation.dns_texts.DnsTexts"


class ResolverDownError(OtpguardError):
    """DNS gave no answer, so nothing is known."""

    code = "resolver_down"


class TextResolver(Typed):
    """Reads TXT records."""

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of the records of `name`; none if there are none. Returns within three seconds.
        Raises ResolverDownError where nobody answers for the name."""


def resolver() -> TextResolver:
    """What DOMAIN_RESOLVER names. Raises ResolverDownError without `otpguard[domains]`, or if it
    cannot be loaded."""
    try:
        made: TextResolver = import_string(settings().domain_resolver or SHIPPED)()
    except (ImportError, TypeError) as error:
        raise ResolverDownError(f"DOMAIN_RESOLVER: {error}") from error
    return made
