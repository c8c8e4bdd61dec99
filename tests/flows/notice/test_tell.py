"""Telling an audience: each once, in their language, with who did it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from otpguard.core.audience import Audience, Recipient
from otpguard.core.facts import RequestFacts
from otpguard.flows.notice.tell import tell_tenant
from otpguard.models import Notice, Tenant
from otpguard.notices.kinds import NoticeKind
from tests import factories
from tests.directory import OwnMembers

pytestmark = pytest.mark.django_db


class Mailbox(OwnMembers):
    """A host whose admins are one German mailbox."""

    def recipients(self, tenant: str, audience: Audience) -> Iterable[Recipient]:
        return [Recipient(email="sicherheit@acme.example", language="de")]


def tell(facts: RequestFacts, tenant: Tenant, **more: Any) -> int:
    return tell_tenant(
        facts=facts,
        kind=NoticeKind.HOLD_LIFTED,
        tenant_id=str(tenant.pk),
        context={"checkpoint": "api_key"},
        **more,
    )


def test_the_audience_and_the_subject_are_told_each_once() -> None:
    tenant = factories.tenant()
    admin = factories.member(tenant, roles=["admin"])
    subject = factories.user()
    facts = replace(factories.facts(admin.user, tenant), client_ip="192.0.2.7")
    assert tell(facts, tenant, subject=str(subject.pk)) == 2
    assert tell(facts, tenant, subject=str(admin.user.pk)) == 1
    notice = Notice.objects.filter(user=subject).get()
    assert notice.tenant_id == tenant.pk
    kept = json.loads(notice.context.reveal())["details"]
    assert (kept["from_ip"], kept["checkpoint"]) == ("192.0.2.7", "api_key")
    assert admin.user.email not in kept["by"]


def test_a_mailbox_of_the_host_is_told_in_its_language_by_the_tenants_routes(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANT_DIRECTORY": f"{__name__}.Mailbox"}
    tenant = factories.tenant(tags=["health"])
    assert tell(factories.facts(factories.user(), tenant), tenant) == 1
    notice = Notice.objects.get()
    assert (notice.user_id, notice.language, notice.channel) == (None, "de", "email")
    assert notice.destination.reveal() == "sicherheit@acme.example"
    assert notice.tenant_id == tenant.pk


def test_a_kind_without_an_audience_is_refused() -> None:
    tenant = factories.tenant()
    with pytest.raises(ValueError, match="no audience"):
        tell_tenant(
            facts=factories.facts(factories.user(), tenant),
            kind=NoticeKind.FACTOR_ADDED,
            tenant_id=str(tenant.pk),
            context={},
        )
