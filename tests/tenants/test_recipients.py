"""Whom a notice about a tenant goes to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from otpguard.core.audience import Audience, Recipient
from otpguard.models import Membership, Tenant
from otpguard.tenants.recipients import recipients
from tests import factories
from tests.directory import OwnMembers, employ

pytestmark = pytest.mark.django_db


class Knowing(OwnMembers):
    """A host that keeps a mailbox for its security contacts, and knows no other audience."""

    asked: ClassVar[list[tuple[str, Audience]]] = []

    def recipients(self, tenant: str, audience: Audience) -> Iterable[Recipient] | None:
        self.asked.append((tenant, audience))
        if audience is Audience.SECURITY_CONTACTS:
            return [Recipient(email="security@acme.example", language="de")]
        return None


def told(tenant: Tenant, audience: Audience, **more: Any) -> list[str]:
    found = recipients(str(tenant.pk), audience, now=timezone.now(), **more)
    return [each.user or each.email for each in found]


def test_each_audience_is_the_people_of_its_role() -> None:
    tenant = factories.tenant()
    admin = factories.member(tenant, roles=["admin"])
    payer = factories.member(tenant, roles=["billing_admin"])
    contact = factories.member(tenant, roles=["security_contact"])
    factories.member(factories.tenant(), roles=["admin"])
    assert told(tenant, Audience.ADMINS) == [str(admin.user.pk)]
    assert told(tenant, Audience.BILLING_ADMINS) == [str(payer.user.pk)]
    assert told(tenant, Audience.SECURITY_CONTACTS) == [str(contact.user.pk)]


def test_an_audience_without_people_falls_back_to_the_administrators() -> None:
    tenant = factories.tenant()
    admin = factories.member(tenant, roles=["admin"])
    factories.member(tenant, roles=["billing_admin"], active=False)
    assert told(tenant, Audience.BILLING_ADMINS) == [str(admin.user.pk)]
    assert told(tenant, Audience.SECURITY_CONTACTS) == [str(admin.user.pk)]


def test_the_subject_and_the_sites_operators_are_no_role() -> None:
    tenant, boss = factories.tenant(), factories.staff()
    assert told(tenant, Audience.SUBJECT, subject="7") == ["7"]
    assert told(tenant, Audience.SUBJECT) == []
    assert told(tenant, Audience.SITE_OPERATORS) == [str(boss.pk)]


def test_without_a_tenant_nobody_is_told() -> None:
    assert recipients("", Audience.ADMINS, now=timezone.now()) == ()


def test_who_lost_the_role_is_told_for_three_days() -> None:
    tenant = factories.tenant()
    now = timezone.now()
    old, new = (factories.member(tenant, roles=["member"]) for _ in range(2))
    payer = factories.member(tenant, roles=["billing_admin"])
    for member, hours in ((old, 73), (new, 71)):
        member.lost_roles = {"billing_admin": (now - timedelta(hours=hours)).isoformat()}
        member.save()
    assert told(tenant, Audience.BILLING_ADMINS) == [str(new.user.pk), str(payer.user.pk)]


def test_the_hosts_word_counts_and_what_it_does_not_know_falls_back(settings: Any) -> None:
    path = f"{__name__}.Knowing"
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANT_DIRECTORY": path}
    tenant = factories.tenant()
    admin, payer = factories.user(), factories.user()
    for user, role in ((admin, "admin"), (payer, "billing_admin")):
        employ(user, tenant, role)
        Membership.objects.create(tenant=tenant, user=user, roles=[role])
    assert recipients(str(tenant.pk), Audience.SECURITY_CONTACTS, now=timezone.now()) == (
        Recipient(email="security@acme.example", language="de"),
    )
    assert told(tenant, Audience.BILLING_ADMINS) == [str(payer.pk)]
    employ(payer, tenant, "member")  # the host took the role; our row does not know yet
    assert told(tenant, Audience.BILLING_ADMINS) == [str(admin.pk)]
    assert (str(tenant.pk), Audience.BILLING_ADMINS) in Knowing.asked


def test_a_recipient_is_a_user_or_an_address() -> None:
    with pytest.raises(ValueError, match="either"):
        Recipient()
