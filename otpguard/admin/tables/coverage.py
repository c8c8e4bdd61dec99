"""Coverage as a small table with bars, on the page of a tenant."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.choose import strength
from otpguard.flows.tenant.coverage import Coverage, MemberShare, coverage
from otpguard.labels import factor_kind_label, level_label
from otpguard.models import Tenant


def coverage_table(tenant: Tenant) -> SafeString:
    """How many active members have what, as of now. Raises StoreUnavailable."""
    found = coverage(tenant=tenant, now=timezone.now())
    context = {"rows": _rows(found), "parts": _parts(found), "profile": found.profile}
    return render_to_string("admin/otpguard/coverage.html", context)


def _rows(found: Coverage) -> list[dict[str, Any]]:
    """All members, then those of each role."""
    shares: list[tuple[str, MemberShare]] = [(_("everybody"), found.total)]
    shares += sorted(found.by_role.items())
    return [{"name": name, "share": share} for name, share in shares]


def _parts(found: Coverage) -> list[dict[str, Any]]:
    """How many members have which best factor, and reach which level."""
    members = found.total.members
    kinds = [
        (factor_kind_label(kind.slug), found.by_kind[kind])
        for kind in sorted(found.by_kind, key=strength)
    ]
    levels = [
        (level_label(level), found.by_level.get(level, 0)) for level in reversed(AssuranceLevel)
    ]
    return [
        {"name": name, "count": count, "of": members}
        for name, count in [*kinds, *((name, count) for name, count in levels if count)]
    ]
