"""What asks for a second admin waits in the API until another one approves or refuses it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.models import Approval, FactorBlock, Membership
from tests import factories
from tests.api.asking import done, post, seen
from tests.host import Host


@pytest.fixture
def member(host: Host) -> Membership:
    """Another member of the host's tenant, with a phone of their own."""
    member = factories.member(host.tenant)
    factories.phone_factor(member.user, "+12015550177")
    return member


@pytest.fixture
def two_pairs_of_eyes(settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_DEFAULTS": {"security_settings.factor_reset": {"approvals": 1}},
    }


def second_admin(host: Host) -> Client:
    """The browser of another admin of the tenant, who can confirm by phone."""
    person = factories.member(host.tenant, roles=["admin"]).user
    factories.phone_factor(person)
    return factories.login(Client(), person, host.tenant)


@pytest.mark.usefixtures("two_pairs_of_eyes")
def test_a_reset_waits_for_another_admin(host: Host, member: Membership) -> None:
    answer = done(host.client, f"members/{member.user_id}/reset/", {"reason": "lost"})
    assert (answer.status_code, answer.json()["state"]) == (202, "open")
    assert not FactorBlock.objects.exists()
    approval = answer.json()["approval"]
    assert seen(host.client, "approvals/").json()["approvals"] == [answer.json()]
    own = post(host.client, f"approvals/{approval}/approve/")
    assert (own.status_code, own.json()["code"]) == (403, "not_allowed")
    other = second_admin(host)
    decided = done(other, f"approvals/{approval}/approve/").json()
    assert (decided["state"], len(decided["approved_by"])) == ("approved", 1)
    assert FactorBlock.objects.count() == 1
    late = done(other, f"approvals/{approval}/refuse/")
    assert late.status_code == 403
    assert "already decided" in late.json()["detail"]


@pytest.mark.usefixtures("two_pairs_of_eyes")
def test_another_admin_refuses(host: Host, member: Membership) -> None:
    answer = done(host.client, f"members/{member.user_id}/reset/", {"reason": "lost"})
    refused = done(second_admin(host), f"approvals/{answer.json()['approval']}/refuse/")
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")
    assert not FactorBlock.objects.exists()


@pytest.mark.usefixtures("two_pairs_of_eyes")
def test_the_subject_does_not_decide(host: Host) -> None:
    subject = factories.member(host.tenant, roles=["admin"])
    factories.phone_factor(subject.user)
    answer = done(host.client, f"members/{subject.user_id}/reset/", {"reason": "lost"})
    client = factories.login(Client(), subject.user, host.tenant)
    for decision in ("approve", "refuse"):
        path = f"approvals/{answer.json()['approval']}/{decision}/"
        assert post(client, path).status_code == 403
    assert Approval.objects.get().state == "open"


@pytest.mark.usefixtures("two_pairs_of_eyes")
def test_another_tenants_admin_neither_sees_nor_decides(host: Host, member: Membership) -> None:
    answer = done(host.client, f"members/{member.user_id}/reset/", {"reason": "lost"})
    foreign = factories.member(factories.tenant(), roles=["admin"])
    factories.phone_factor(foreign.user)
    client = factories.login(Client(), foreign.user, foreign.tenant)
    assert seen(client, "approvals/").json() == {"approvals": [], "next": None}
    for decision in ("approve", "refuse"):
        path = f"approvals/{answer.json()['approval']}/{decision}/"
        assert post(client, path).status_code == 404
    assert Approval.objects.get().state == "open"


@pytest.mark.usefixtures("two_pairs_of_eyes")
def test_a_reset_that_meets_nothing_is_not_asked_for(host: Host) -> None:
    nobody = factories.member(host.tenant)
    answer = done(host.client, f"members/{nobody.user_id}/reset/", {"reason": "lost"})
    assert (answer.status_code, answer.json()["blocked"]) == (200, 0)
    assert not Approval.objects.exists()
