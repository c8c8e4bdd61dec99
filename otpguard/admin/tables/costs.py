"""Costs as tables: of one tenant on its page, of all on a page of a month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from otpguard.admin.base import channel_words
from otpguard.core.money import as_dollars
from otpguard.labels import Text
from otpguard.models import Tenant
from otpguard.reports.costs import Costs, CostShare, costs, read_month

TEMPLATE = "admin/otpguard/costs.html"


def costs_table(tenant: Tenant) -> SafeString:
    """What a tenant's messages cost in this month and the last. Raises StoreUnavailable."""
    first = this_month(timezone.now())
    months = [costs(month=first, tenant=tenant), costs(month=_before(first), tenant=tenant)]
    context = {"tables": [{"title": _month(m.month), **_routes(m)} for m in months]}
    return render_to_string("admin/otpguard/costs_tables.html", context)


def costs_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """All tenants' costs of the month asked for (`?month=2026-01`), else of this one."""
    try:
        month = read_month(request.GET.get("month", ""))
    except ValueError:
        month = this_month(timezone.now())
    found = costs(month=month)
    tenants = [
        (name or (_("deleted") if pk else _("no organization")), share)
        for (pk, name), share in found.by_tenant().items()
    ]
    channels = [(channel_words(name), share) for name, share in found.by_channel().items()]
    tables = [
        _table(_("Organization"), tenants, found),
        _table(_("Channel"), channels, found),
        _table(_("Provider"), found.by_provider().items(), found),
    ]
    context = {
        **site.each_context(request),
        "title": _("Costs"),
        "subtitle": _month(found.month),
        "tables": [
            {"title": f"{table['head']}, {_month(found.month)}", **table} for table in tables
        ],
        "earlier": f"{_before(found.month):%Y-%m}",
        "later": f"{_after(found.month):%Y-%m}",
    }
    request.current_app = site.name
    return TemplateResponse(request, TEMPLATE, context)


def this_month(now: datetime) -> date:
    """The first day of the month that it is in UTC, by which messages are billed."""
    return now.astimezone(UTC).date().replace(day=1)


def _routes(found: Costs) -> dict[str, Any]:
    rows = [
        (f"{channel_words(line.channel)}, {line.provider}", CostShare(line.messages, line.micros))
        for line in found.lines
    ]
    return _table(_("Route"), rows, found)


def _table(head: str, rows: Iterable[tuple[Any, CostShare]], found: Costs) -> dict[str, Any]:
    total = CostShare(found.messages, found.micros)
    return {
        "head": head,
        "rows": [_row(name, share) for name, share in rows],
        "total": _row(_("Total"), total),
    }


def _row(name: Text, share: CostShare) -> dict[str, Any]:
    return {"name": name, "messages": share.messages, "dollars": as_dollars(share.micros)}


def _month(first: date) -> str:
    return f"{first:%Y-%m}"


def _before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
