"""Who is asked to set up a way to confirm reads why, for each reason that there is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.set_up_reason import SetUpReason
from otpguard.flows.factor.reset import reset_factors
from otpguard.flows.release import hold
from otpguard.models import Factor, Hold, Membership, Tenant
from otpguard.web.stepup.set_up_reasons import said
from tests import factories
from tests.flows.factor.setting import admin_of, of
from tests.host import Host

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("tenancy", ["many", "single"])
def test_each_reason_has_a_sentence_of_its_own(settings: Any, tenancy: str) -> None:
    if tenancy == "single":
        settings.OTPGUARD = {**settings.OTPGUARD, "TENANCY": "single"}
    lines = [str(each) for each in said(SetUpReason)]
    assert len(set(lines)) == len(SetUpReason)
    if tenancy == "single":
        assert not any("organization" in each or "administrator" in each for each in lines)


def enroll_page(host: Host) -> str:
    page = host.client.get("/billing/", follow=True)
    assert "/security/enroll/" in page.request["PATH_INFO"]
    return page.content.decode()


def test_after_a_reset_the_page_says_that_it_was_reset(host: Host) -> None:
    member = Membership.objects.get(user=host.user)
    reset_factors(facts=admin_of(host.tenant), **of(member))
    Hold.objects.update(lifted_at=timezone.now())
    Membership.objects.filter(pk=member.pk).update(held={})
    host.client = host.another_client(headers={"Accept": "text/html"})
    page = enroll_page(host)
    assert "How you confirm was reset" in page
    assert "is not accepted in this organization any more" in page


def test_what_waits_is_named_with_its_moment(host: Host) -> None:
    Factor.objects.update(usable_from=timezone.now() + timedelta(hours=3))
    page = enroll_page(host)
    assert "only after a wait" in page
    assert "It can be used from:" in page


def test_what_is_too_weak_is_said_where_more_is_asked(host: Host) -> None:
    Tenant.objects.update(annual_contract_value=250_000)
    assert "is not strong enough for this" in enroll_page(host)


def test_who_simply_has_none_reads_no_other_reason(host: Host) -> None:
    Factor.objects.all().delete()
    page = enroll_page(host)
    assert not [each for each in said(SetUpReason) if str(each) in page]


def test_at_a_wait_after_a_reset_the_way_to_set_one_up_says_why(host: Host) -> None:
    member = Membership.objects.get(user=host.user)
    reset_factors(facts=admin_of(host.tenant), **of(member))
    host.client = host.another_client(headers={"Accept": "text/html"})
    stopped = host.client.get("/billing/").content.decode()
    assert "/security/add/" in stopped
    assert "How you confirm was reset" in host.client.get("/security/add/").content.decode()


def test_after_a_reset_by_email_alone_the_wait_leads_there_too(host: Host) -> None:
    Factor.objects.all().delete()
    by = factories.facts(host.user, host.tenant)
    hold.start(
        facts=by,
        membership=Membership.objects.get(user=host.user),
        checkpoint="*sensitive",
        until=by.now + timedelta(hours=24),
        reason=f"{hold.HoldCause.EMAIL_ONLY}: by e-mail alone",
    )
    assert "/security/add/" in host.client.get("/billing/").content.decode()
    page = host.client.get("/security/add/").content.decode()
    assert "Your password was reset by e-mail alone" in page
