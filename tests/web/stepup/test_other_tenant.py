"""Somebody switches to another organization while they confirm: nothing is carried across."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from otpguard.flows.release import hold
from otpguard.models import Grant, Hold
from tests import factories, guarded
from tests.flows.setting import sent_code
from tests.host import Host
from tests.stepup import begin

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_step_up_that_was_begun_elsewhere_starts_nothing_here(host: Host) -> None:
    url = str(host.client.get("/billing/")["Location"])
    other = factories.member(factories.tenant(), host.user).tenant
    factories.select(host.client, other)
    page = host.client.get(url)
    assert page.status_code == 403
    assert host.client.post(url, {"factor": str(host.factor.pk)}).status_code == 403
    assert not Grant.objects.exists()


def test_a_code_that_was_sent_elsewhere_proves_nothing_here(host: Host) -> None:
    url = str(host.client.get("/billing/")["Location"])
    challenge = begin(host.client, url)
    other = factories.member(factories.tenant(), host.user).tenant
    factories.select(host.client, other)
    code = reverse("otpguard:code", args=[challenge.pk])
    host.client.post(code, {"code": sent_code(challenge)})
    assert not Grant.objects.filter(tenant=other).exists()
    guarded.ran.clear()
    assert host.client.get("/billing/").status_code == 303, "it is asked for here"
    assert guarded.ran == []


def test_a_wait_that_was_shown_elsewhere_is_not_ended_from_here(host: Host) -> None:
    member = factories.member(host.tenant)
    by = factories.facts(host.user, host.tenant)
    row = hold.start(
        facts=by,
        membership=member,
        checkpoint="*",
        until=by.now + timedelta(hours=1),
        reason="a test",
    )
    other = factories.member(factories.tenant(), host.user, roles=["admin"]).tenant
    factories.select(host.client, other)
    done = host.client.post(f"/security/holds/{row.pk}/lift/", {"reason": "known in person"})
    assert done.status_code == 404
    assert Hold.objects.get().lifted_at is None
