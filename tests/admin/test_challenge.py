"""Buttons on challenges: cancel; the trail of deliveries without a number."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import Challenge, Event
from tests import factories
from tests.admin.acting import Act
from tests.models.rows import anonymous, claim
from tests.stepup import begin, continue_form, step_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> Challenge:
    """An open challenge of somebody in the middle of a step-up in the admin."""
    other = Client()
    person = factories.staff("ada")
    factories.phone_factor(person, "+12015550142")
    factories.login(other, person)
    url = reverse("admin:otpguard_tenant_do_suspend", args=[factories.tenant().pk])
    refused = other.post(
        url, {"reason": "x"}, HTTP_ACCEPT="text/html", HTTP_USER_AGENT="Firefox/130.0 (X11; Linux)"
    )
    return begin(other, refused)


def test_an_open_challenge_is_canceled(act: Act, asked: Challenge, operator: AbstractUser) -> None:
    url = reverse("admin:otpguard_challenge_do_cancel", args=[asked.pk])
    page = act(url, reason="wrong person").content.decode()
    asked.refresh_from_db()
    assert asked.state == "canceled"
    assert url not in page
    row = Event.objects.get(kind="challenge.canceled", story=asked.story)
    assert (row.actor_ref, row.subject_ref) == (str(operator.pk), str(asked.user_id))


def test_the_page_tells_how_the_code_went_out_and_what_it_was_for(
    site: Client, asked: Challenge
) -> None:
    page = site.get(reverse("admin:otpguard_challenge_change", args=[asked.pk])).content.decode()
    assert "text message" in page
    assert "memory" in page
    assert "delivered" in page
    assert "Suspend: " in page
    assert "+1 ••• ••42" in page
    assert "5550142" not in page


def test_staff_of_one_tenant_do_not_cancel_the_sites_challenge(
    site: Client, asked: Challenge, operator: AbstractUser
) -> None:
    tenant = factories.tenant()
    factories.member(tenant, operator)
    factories.select(site, tenant)
    url = reverse("admin:otpguard_challenge_do_cancel", args=[asked.pk])
    refused = site.post(url, {"reason": "x"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, refused))
    assert page.status_code == 403
    asked.refresh_from_db()
    assert asked.state == "open"


def test_a_claim_shows_its_number_masked_and_what_became_of_it(site: Client) -> None:
    rows = [
        (claim(anonymous("+12015550142")), "not used yet"),
        (claim(anonymous("+12015550142"), used_at=timezone.now()), "used"),
        (claim(anonymous("+12015550142"), expires_at=timezone.now()), "expired"),
    ]
    pages = [site.get(reverse("admin:otpguard_phoneclaim_changelist")).content.decode()]
    for row, state in rows:
        url = reverse("admin:otpguard_phoneclaim_change", args=[row.pk])
        pages.append(site.get(url).content.decode())
        assert state in pages[-1]
    assert all("+1 ••• ••42" in page and "5550142" not in page for page in pages)


def test_an_operator_cancels_a_visitors_challenge(act: Act) -> None:
    asked = anonymous("+12015550142")
    act(reverse("admin:otpguard_challenge_do_cancel", args=[asked.pk]), reason="pumping")
    asked.refresh_from_db()
    assert asked.state == "canceled"
