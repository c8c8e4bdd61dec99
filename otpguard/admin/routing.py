"""Routes as a small table: which are used for a tenant's codes, in what order, and why not."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from otpguard.conf import settings
from otpguard.core.route import Verdict
from otpguard.flows.routes import explained
from otpguard.labels import CHANNELS, DROPS
from otpguard.models import Tenant


def routes_table(tenant: Tenant | None) -> SafeString:
    """The routes to a number of the site's own region as they are now, by the site's defaults."""
    country = settings().default_region
    found = explained(tenant=tenant, country=country, now=timezone.now())
    context = {"country": country, "rows": [_row(verdict) for verdict in found]}
    return render_to_string("admin/otpguard/routes.html", context)


def _row(verdict: Verdict) -> dict[str, Any]:
    why = "" if verdict.drop is None else f"{DROPS[verdict.drop]} {verdict.detail}".strip()
    return {
        "channel": CHANNELS[verdict.route.channel],
        "provider": verdict.route.provider,
        "used": verdict.drop is None,
        "why": why,
        "generic": verdict.generic,
    }
