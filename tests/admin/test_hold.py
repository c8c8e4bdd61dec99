"""Buttons on holds: lift, by others only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from otpguard.flows.release import hold
from otpguard.models import Hold, Membership
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db


def held(member: Membership, by: AbstractUser) -> Hold:
    facts = factories.facts(by)
    return hold.start(
        facts=facts,
        membership=member,
        checkpoint="api_key",
        until=facts.now + timedelta(hours=24),
        reason="new admin",
    )


def lift(row: Hold) -> str:
    return reverse("admin:otpguard_hold_do_lift", args=[row.pk])


def test_a_hold_is_lifted_with_who_did_it(act: Act, operator: AbstractUser) -> None:
    row = held(factories.member(factories.tenant()), operator)
    page = act(lift(row), reason="called back").content.decode()
    row.refresh_from_db()
    assert row.lifted_by_id == operator.pk
    assert row.membership.held == {}
    assert "lifted" in page


def test_an_operator_who_is_held_does_not_lift_it(site: Client, operator: AbstractUser) -> None:
    row = held(factories.member(factories.tenant(), operator), operator)
    asked = site.post(lift(row), {"reason": "me"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 403
    assert "your own hold" in page.content.decode()
    row.refresh_from_db()
    assert row.lifted_at is None


def test_a_hold_that_is_over_is_not_offered(site: Client, operator: AbstractUser) -> None:
    row = held(factories.member(factories.tenant()), operator)
    factories.age(row, until=row.created_at - timedelta(hours=1))
    page = site.get(reverse("admin:otpguard_hold_change", args=[row.pk])).content.decode()
    assert lift(row) not in page
    assert ">over<" in page


def test_an_operator_who_was_given_rights_a_moment_ago_waits_in_the_admin_too(
    site: Client, operator: AbstractUser
) -> None:
    row = held(factories.member(factories.tenant()), factories.staff("other"))
    facts = factories.facts(factories.staff("third"))
    until = facts.now + timedelta(hours=24)
    hold.start_on_site(
        facts=facts, user_id=str(operator.pk), until=until, reason="new role: is_superuser"
    )
    answer = site.post(lift(row), {"reason": "called"}, headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "new role" in answer.content.decode()
    row.refresh_from_db()
    assert row.lifted_at is None
