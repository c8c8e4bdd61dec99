"""Where our pages may load pictures from, besides the site itself."""

from __future__ import annotations

from django.conf import settings as django_settings

from otpguard.conf import settings
from otpguard.core.content_policy import origin_of


def picture_sources() -> tuple[str, ...]:
    """The origins that the content policy admits for pictures: of STATIC_URL, of LOGO and
    of CSP_SOURCES. No row of the database adds one."""
    mine = settings()
    found = (origin_of(django_settings.STATIC_URL or ""), origin_of(mine.logo))
    # A host without a scheme has that of the page, which is https in production.
    origins = [each if "//" in each else f"https://{each}" for each in found if each]
    return (*origins, *mine.csp_sources.get("img-src", ()))
