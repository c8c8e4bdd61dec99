"""A tenant's page of billing changes, and lifting a lock there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from otpguard import vault
from otpguard.core.facts import RequestFacts
from otpguard.flows.release.billing_lock import lock_by_link
from otpguard.models import Approval, BillingChange, Membership
from tests import factories
from tests.flows.release.billing import acting, change, payer
from tests.stepup import carry_out

pytestmark = pytest.mark.django_db

LIST = "/security/billing/"
WHY = {"reason": "the details are right"}


@pytest.fixture
def people() -> list[Membership]:
    """Who made the change, and two who were told; all can confirm by phone."""
    tenant = factories.tenant()
    found = [payer(tenant) for _ in range(3)]
    for member in found:
        factories.phone_factor(member.user)
    return found


@pytest.fixture
def row(people: list[Membership]) -> BillingChange:
    """A change that was locked."""
    made = change(acting(people[0]))
    token = vault.encrypt_token(vault.BILLING_LOCK, f"{made.pk}:")
    found = lock_by_link(facts=RequestFacts(now=timezone.now()), token=token)
    assert found is not None
    return found


def browser(member: Membership) -> Client:
    client = Client(headers={"Accept": "text/html"})
    return factories.login(client, member.user, member.tenant)


def url(row: BillingChange) -> str:
    return f"{LIST}{row.pk}/lift/"


def test_two_others_lift_a_lock_each_after_a_proof(
    people: list[Membership], row: BillingChange
) -> None:
    for number, member in enumerate(people[1:]):
        client = browser(member)
        assert "Lift the lock" in client.get(LIST).content.decode()
        client.get(url(row))
        row.refresh_from_db()
        assert row.lifted_at is None
        asked = client.post(url(row), WHY)
        assert carry_out(client, asked).status_code == 303
        row.refresh_from_db()
        assert (row.lifted_at is not None) is bool(number)


def test_who_made_the_change_is_shown_no_button_and_refused(
    people: list[Membership], row: BillingChange
) -> None:
    client = browser(people[0])
    assert url(row) not in client.get(LIST).content.decode()
    assert "You cannot lift this lock" in client.get(url(row)).content.decode()
    assert carry_out(client, client.post(url(row), WHY)).status_code == 403
    assert not Approval.objects.exists()


def test_who_looks_after_nothing_here_sees_nothing(row: BillingChange) -> None:
    plain = factories.member(row.tenant, roles=["member"])
    other = payer(factories.tenant())
    for member in (plain, other):
        client = browser(member)
        assert client.get(url(row)).status_code == client.post(url(row), WHY).status_code == 404
    assert browser(plain).get(LIST).status_code == 404
    assert "1881" not in browser(other).get(LIST).content.decode()


def test_nobody_sees_them_without_a_login(row: BillingChange) -> None:
    for path in (LIST, url(row)):
        assert Client().get(path).status_code == 302
