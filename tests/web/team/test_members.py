"""The pages of members: found, reminded, reset after a proof."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.models import Approval, EnrollmentRule, Factor, FactorBlock, Membership, Notice
from tests import factories
from tests.host import Host
from tests.stepup import carry_out

pytestmark = pytest.mark.django_db
PAGE = "/security/team/members/"


def url(member: Membership, way: str = "") -> str:
    return f"{PAGE}{member.pk}/{way}"


def carol(host: Host, **fields: Any) -> Membership:
    return factories.member(host.tenant, factories.user("carol", email="c@example.com"), **fields)


def shown(host: Host, query: str = "") -> str:
    text: str = host.client.get(f"{PAGE}{query}").content.decode()
    return text.partition("og-items")[2]


def test_they_are_found_by_what_they_have_and_by_name(host: Host) -> None:
    carol(host)
    factories.member(factories.tenant(), factories.user("dave"))
    assert "carol" in shown(host)
    assert "dave" not in shown(host), "another organization's"
    assert "carol" in shown(host, "?show=missing")
    assert host.user.username not in shown(host, "?show=missing")
    assert "carol" not in shown(host, "?show=ready")
    assert "carol" in shown(host, "?q=CAR")
    assert "carol" in shown(host, "?q=c@ex")
    assert "carol" not in shown(host, "?q=%25ar")
    assert "carol" not in shown(host, "?show=overdue")
    EnrollmentRule.objects.create(tenant=host.tenant, starts_at=timezone.now() - timedelta(days=9))
    Membership.objects.update(created_at=timezone.now() - timedelta(days=5))
    assert "carol" in shown(host, "?show=overdue")


@pytest.mark.parametrize(
    "query", ["?page=x", "?page=999999999999", "?show=%00", "?q=%00", "?q=' OR"]
)
def test_odd_choices_show_a_page(host: Host, query: str) -> None:
    assert host.client.get(f"{PAGE}{query}").status_code == 200


def test_somebody_without_a_way_to_confirm_is_reminded_once_a_day(host: Host) -> None:
    member = carol(host)
    assert "Send a reminder" in host.client.get(url(member)).content.decode()
    assert host.client.post(url(member, "remind/"))["Location"].endswith("?done=reminded")
    again = host.client.post(url(member, "remind/"))
    assert again["Location"].endswith("?done=reminded_before")
    assert Notice.objects.get().kind == "enrollment_due"


def test_somebody_who_has_one_is_not_reminded(host: Host) -> None:
    member = carol(host)
    factories.phone_factor(member.user)
    assert "Send a reminder" not in host.client.get(url(member)).content.decode()
    assert host.client.post(url(member, "remind/")).status_code == 403
    assert not Notice.objects.exists()


def test_a_reset_is_done_after_a_proof_for_this_person(host: Host) -> None:
    member = carol(host)
    factories.phone_factor(member.user)
    stopped = host.client.post(url(member, "reset/"), {"reason": "lost it"})
    assert "/step-up/" in stopped["Location"]
    assert not FactorBlock.objects.exists()
    done = carry_out(host.client, stopped)
    assert done["Location"].endswith(("?done=reset", "?done=asked"))
    assert FactorBlock.objects.exists() or Approval.objects.exists()


def test_where_another_must_agree_nothing_is_reset_yet(host: Host, settings: Any) -> None:
    defaults = {"security_settings.factor_reset": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    member = carol(host)
    factories.phone_factor(member.user)
    done = carry_out(host.client, host.client.post(url(member, "reset/"), {"reason": "lost"}))
    assert done["Location"].endswith("?done=asked")
    assert not FactorBlock.objects.exists()


def test_a_reset_needs_a_reason_and_is_never_ones_own(host: Host) -> None:
    member = carol(host)
    factories.phone_factor(member.user)
    assert host.client.post(url(member, "reset/"), {"reason": " "}).status_code == 400
    mine = Membership.objects.get(user=host.user)
    assert "Lost phone" not in host.client.get(url(mine)).content.decode()
    assert host.client.post(url(mine, "reset/"), {"reason": "mine"}).status_code == 403
    assert Factor.objects.count() == 2


def test_a_member_of_another_organization_is_unknown_here(host: Host) -> None:
    other = factories.member(factories.tenant())
    assert host.client.get(url(other)).status_code == 404
    for way in ("remind/", "reset/"):
        assert host.client.post(url(other, way), {"reason": "mine"}).status_code == 404
    Membership.objects.filter(pk=other.pk).update(tenant=host.tenant, active=False)
    assert host.client.get(url(other)).status_code == 404, "who has left"
