"""Coverage as a small table with bars, on the page of a tenant."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.decision import STRENGTH
from otpguard.flows.coverage import Coverage, Share, coverage
from otpguard.labels import FACTOR_KINDS
from otpguard.models import Tenant


def coverage_table(tenant: Tenant) -> SafeString:
    """How many active members have what, as of now. Raises StoreUnavailable."""
    found = coverage(tenant=tenant, now=timezone.now())
    context = {"rows": _rows(found), "parts": _parts(found)}
    return render_to_string("admin/otpguard/coverage.html", context)


def _rows(found: Coverage) -> list[dict[str, Any]]:
    """All members, then those of each role."""
    shares: list[tuple[str, Share]] = [(_("everybody"), found.total)]
    shares += sorted(found.by_role.items())
    return [{"name": name, "share": share} for name, share in shares]


def _parts(found: Coverage) -> list[dict[str, Any]]:
    """By best factor and by level: what, how many of whom."""
    members = found.total.members
    kinds = [
        (FACTOR_KINDS[kind], found.by_kind[kind]) for kind in STRENGTH if kind in found.by_kind
    ]
    levels = [(level.name, found.by_level.get(level, 0)) for level in reversed(AssuranceLevel)]
    return [
        {"name": name, "count": count, "of": members}
        for name, count in [*kinds, *((name, count) for name, count in levels if count)]
    ]
