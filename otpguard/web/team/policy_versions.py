"""The versions of a policy: who changed what and when, and the way back to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otpguard import conf
from otpguard.account import name_of
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.tenant.policy import CHECKPOINT
from otpguard.flows.tenant.policy_rollback import roll_back_policy
from otpguard.http.guard import require
from otpguard.labels import checkpoint_label
from otpguard.models import Approval, PolicyWish, Tenant
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, show, team_page
from otpguard.web.team.plain_policy import plain_label, plain_words
from otpguard.web.team.policies import current_wishes, url_of, version_of

SHOWN = 50
"""The most versions of the page; the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version. `changed` are the fields in which it differs from the one before it: the label,
    what was wished before and after, empty for no wish."""

    number: int
    at: datetime
    by: str
    current: bool
    changed: list[tuple[str, str, str]]


@team_page
@require_safe
def versions(request: HttpRequest, facts: RequestFacts, checkpoint: str) -> HttpResponse:
    """The versions, the newest first. Reads only."""
    if checkpoint not in conf.settings().checkpoints:
        return not_found(request)
    return _page(request, facts, checkpoint)


@team_page
@require_POST
def roll_back(request: HttpRequest, facts: RequestFacts, checkpoint: str) -> HttpResponse:
    """Wish for what an earlier version wished, after a proof."""
    number, expected = version_of(request, "back_to"), version_of(request)
    if checkpoint not in conf.settings().checkpoints or number is None or expected is None:
        return not_found(request)
    target = _("back to version %(number)s of the rule for: %(name)s") % {
        "number": number,
        "name": checkpoint_label(conf.checkpoint(checkpoint)),
    }
    require(request, CHECKPOINT, target=target, body={"version": number, "over": expected})
    try:
        done = roll_back_policy(
            facts=facts,
            tenant=Tenant.objects.get(pk=facts.tenant),
            checkpoint=checkpoint,
            version=number,
            expected=expected,
        )
    except InvalidInput:
        gone = _("This version cannot be brought back. Nothing has changed.")
        return _page(request, facts, checkpoint, status=400, error=gone)
    except NotAllowed as no:
        return _page(request, facts, checkpoint, status=403, error=no.message)
    return on_to(url_of(checkpoint), "asked" if isinstance(done, Approval) else "saved")


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    checkpoint: str,
    *,
    status: int = 200,
    error: str = "",
) -> HttpResponse:
    row = current_wishes(facts, checkpoint)
    return show(
        request,
        "versions",
        status=status,
        error=error,
        here="policies",
        slug=checkpoint,
        label=checkpoint_label(conf.checkpoint(checkpoint)),
        lines=version_lines(facts, checkpoint),
        version=row.version if row else 0,
    )


def version_lines(facts: RequestFacts, checkpoint: str) -> list[VersionLine]:
    """The newest versions, each with what it changed. One statement."""
    rows = PolicyWish.objects.filter(Q(tenant=facts.tenant), checkpoint=checkpoint)
    found = list(rows.select_related("author").order_by("-version")[: SHOWN + 1])
    before: list[Mapping[str, Any]] = [*(row.wishes for row in found[1:]), {}]
    return [
        VersionLine(
            number=row.version,
            at=row.at,
            by=name_of(row.author),
            current=row.current,
            changed=differences(old, row.wishes),
        )
        for row, old in list(zip(found, before, strict=False))[:SHOWN]
    ]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The fields that two versions do not wish alike, with both wishes in words."""
    return [
        (
            plain_label(name),
            plain_words(name, old[name]) if name in old else "",
            plain_words(name, new[name]) if name in new else "",
        )
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
