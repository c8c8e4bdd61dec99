"""Every page of an organization's administrators, each in every state that people meet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.http import HttpResponse
from django.test import override_settings
from django.utils import timezone

from otpguard.core.checkpoints import SENSITIVE
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.flows.key.own_key import create_key
from otpguard.flows.release import hold
from otpguard.models import (
    Approval,
    BillingChange,
    EmergencyAccess,
    Envelope,
    Hold,
    KeyRecord,
    Membership,
    Release,
)
from tests import factories
from tests.emergencies import open_emergency
from tests.flows.factor.setting import admin_of, of
from tests.host import Host
from tests.stepup import carry_out
from tests.web.enterprise_pages import enterprise_pages

Page = tuple[str, HttpResponse]
OFFERED = {"SCOPES": {"read": "Read contacts", "write": "Read and change contacts"}}
APPROVED = {"security_settings.factor_reset": {"approvals": 1}}


def team_pages(host: Host) -> Iterator[Page]:
    """The name of each page and state, with its response. Leaves no row behind that changes what
    other pages show."""
    yield from _keys(host)
    yield from _approvals(host)
    yield from _holds(host)
    yield from _emergency(host)
    yield from _exports(host)
    yield from _billing(host)
    yield from enterprise_pages(host)


def _keys(host: Host) -> Iterator[Page]:
    with override_settings(OTPGUARD={**settings.OTPGUARD, "API_KEYS": OFFERED}):
        page = "/security/keys/"
        yield "team keys, none", host.client.get(page)
        wanted = {"name": "nightly export", "environment": "test", "scope": "read"}
        facts = factories.facts(host.user, host.tenant)
        create_key(facts=facts, **{**wanted, "environment": "production", "name": "k" * 120})
        made = carry_out(host.client, host.client.post(f"{page}make/", wanted))
        yield "team keys, made", made
        yield "team keys", host.client.get(page)
        yield "team keys, deleted", host.client.get(f"{page}?done=key_deleted")
        yield "team keys, wrong", host.client.post(f"{page}make/", {**wanted, "scope": "all"})
        yield "team keys, unknown", host.client.post(f"{page}{uuid4()}/delete/")
    KeyRecord.objects.all().delete()


def _approvals(host: Host) -> Iterator[Page]:
    yield "team approvals, none", host.client.get("/security/approvals/")
    with override_settings(OTPGUARD={**settings.OTPGUARD, "POLICY_DEFAULTS": APPROVED}):
        member = factories.member(host.tenant, factories.user())
        factories.phone_factor(member.user)
        reset_or_ask(facts=admin_of(host.tenant), **of(member))
        yield "team approvals", host.client.get("/security/approvals/")
        yield "team approvals, done", host.client.get("/security/approvals/?done=approved")
    Approval.objects.all().delete()


def _holds(host: Host) -> Iterator[Page]:
    yield "team holds, none", host.client.get("/security/holds/")
    member = factories.member(host.tenant, factories.user(), roles=["admin"])
    hold.start(
        facts=factories.facts(host.user, host.tenant),
        membership=member,
        checkpoint=SENSITIVE,
        until=timezone.now() + timedelta(hours=24),
        reason="new_role: admin",
    )
    yield "team holds", host.client.get("/security/holds/")
    Hold.objects.all().delete()
    member.delete()


def _emergency(host: Host) -> Iterator[Page]:
    page = "/security/emergency/"
    yield "team emergency, none", host.client.get(page)
    stopped = host.client.post(f"{page}envelope/", {"checkpoints": ["api_key"]})
    yield "team emergency, codes", carry_out(host.client, stopped)
    yield "team emergency", host.client.get(page)
    wrong = {"code": "WRNG-WRNG", "hours": "1", "reason": "a test"}
    yield "team emergency, wrong", host.client.post(f"{page}enter/", wrong)
    for drill in (True, False):
        open_emergency(host.tenant, "api_key", drill=drill)
        yield f"team emergency, open, drill {drill}", host.client.get(page)
        EmergencyAccess.objects.all().delete()
    Envelope.objects.all().delete()
    yield "team, refused", _of_member(host, page)


def _exports(host: Host) -> Iterator[Page]:
    now = timezone.now()
    usual = {"job": "people", "format": "csv", "checkpoint": "data_export", "downloads_left": 3}
    yield "team exports, none", host.client.get("/security/releases/")
    for state in ("queued", "ready", "failed", "canceled"):
        row = Release.objects.create(
            tenant=host.tenant,
            user=host.user,
            event=uuid4(),
            held_until=now + timedelta(hours=1),
            opens_at=now + timedelta(hours=1),
            expires_at=now + timedelta(days=1),
            state=state,
            **usual,
        )
        yield f"team export, {state}", host.client.get(f"/security/releases/{row.pk}/")
    yield "team exports", host.client.get("/security/releases/")
    Release.objects.all().delete()


def _billing(host: Host) -> Iterator[Page]:
    yield "team billing, none", host.client.get("/security/billing/")
    now = timezone.now()
    until = now + timedelta(days=1)
    about = {"tenant": host.tenant, "by": host.user, "field": "bank_account"}
    rows = [
        BillingChange.objects.create(before="..1", after="..2", **about, **more)
        for more in ({}, {"locked_at": now, "locked_until": until})
    ]
    yield "team billing", host.client.get("/security/billing/")
    yield "team billing, lift", host.client.get(f"/security/billing/{rows[1].pk}/lift/")
    BillingChange.objects.all().delete()


def _of_member(host: Host, page: str) -> HttpResponse:
    """What somebody sees who administers nothing: the host's own person, for a moment."""
    member = Membership.objects.get(user=host.user, tenant=host.tenant)
    roles, member.roles = member.roles, []
    member.save()
    answer = host.client.get(page)
    member.roles = roles
    member.save()
    return answer
