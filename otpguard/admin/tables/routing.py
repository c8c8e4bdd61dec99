"""Routes as a small table: the order for a tenant's codes, and why a route is not used."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from otpguard.conf import settings
from otpguard.core.route import RouteChoice
from otpguard.flows.route.plan import explained
from otpguard.labels import CHANNELS, WHY_UNUSED
from otpguard.models import Tenant


def routes_table(tenant: Tenant | None) -> SafeString:
    """The routes to a number of the site's own region as they are now, by the site's defaults."""
    country = settings().default_region
    found = explained(tenant=tenant, country=country, now=timezone.now())
    context = {"country": country, "rows": [_row(choice) for choice in found]}
    return render_to_string("admin/otpguard/routes.html", context)


def _row(choice: RouteChoice) -> dict[str, Any]:
    why = (
        ""
        if choice.why_unused is None
        else f"{WHY_UNUSED[choice.why_unused]} {choice.detail}".strip()
    )
    return {
        "channel": CHANNELS[choice.route.channel],
        "provider": choice.route.provider,
        "used": choice.why_unused is None,
        "why": why,
        "generic": choice.generic,
    }
