"""The Security page: what a person sees there, and what nobody does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard import vault
from otpguard.models import EnrollmentRule, Factor, Membership, NoticeEmail
from otpguard.testing import forget_recent, pass_step_up
from tests import factories
from tests.host import Host
from tests.stepup import step_up

pytestmark = pytest.mark.django_db

HOME = "/security/"


def text_of(host: Host, path: str = HOME) -> str:
    page = host.client.get(path)
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def test_with_nothing_there_every_section_says_so(host: Host) -> None:
    Factor.objects.all().delete()
    type(host.user).objects.update(email="")
    text = text_of(host)
    for words in (
        "You have not set up anything yet.",
        "With them you get back in",
        "None right now. You are asked when it matters.",
        "A browser is known once you have confirmed in it.",
        "You are logged in nowhere else.",
        "Nobody is told when something changes here.",
    ):
        assert words in text
    assert "recovery-codes/" not in text


def test_a_phone_says_what_it_is_worth_and_that_it_needs_something_beside_it(host: Host) -> None:
    """NIST SP 800-63B-4, 3.2.9."""
    text = text_of(host)
    assert "Enough for most actions." in text
    assert "Codes can be intercepted" in text
    assert "Add a passkey or an app as well." in text
    factories.totp_factor(host.user, name="Aegis")
    text = text_of(host)
    assert "Add a passkey or an app as well." not in text
    assert "<q>Aegis</q>" in text


def test_a_given_factor_has_no_buttons_and_says_who_gave_it(host: Host) -> None:
    token = factories.totp_factor(host.user, tenant=host.tenant, hardware=True)
    text = text_of(host)
    assert f"Given to you by <bdi>{host.tenant.name}</bdi>." in text
    assert f"factors/{token.pk}/" not in text
    assert f"factors/{host.factor.pk}/remove/" in text


def test_few_recovery_codes_are_a_warning(host: Host) -> None:
    factories.recovery_codes(host.user)
    assert "10 codes left." in text_of(host)
    code = Factor.objects.get(kind="recovery").codes
    code.filter(pk__in=code.values("pk")[:9]).update(used_at=timezone.now())
    text = text_of(host)
    assert "1 code left." in text
    assert "Make new ones before they run out." in text


def test_after_a_step_up_device_proof_login_and_story_are_there(host: Host) -> None:
    step_up(host.client, host.client.get("/billing/"))
    host.another_client()
    text = text_of(host)
    assert "Code by text message" in text
    assert "In this login" in text
    assert "This device" in text
    assert "This login" in text
    assert "Sign out everywhere else" in text
    assert "A code was right" in text or "Recent activity" in text
    assert "Change how you pay" in text


def test_nothing_of_anybody_else_is_there(host: Host) -> None:
    other = factories.user(email="zoe@elsewhere.example")
    factor = factories.totp_factor(other, name="Zoe's app")
    grant = factories.grant(other, host.tenant)
    factories.device(other, name="Opera on iPad")
    index = vault.blind_indexes("q@elsewhere.example")[0]
    NoticeEmail.objects.create(user=other, email="q@elsewhere.example", email_index=index)
    text = text_of(host)
    for secret in (str(factor.pk), "Zoe", str(grant.pk), "Opera", "elsewhere"):
        assert secret not in text


def test_no_secret_stands_on_the_page(host: Host) -> None:
    codes = factories.recovery_codes(host.user)
    app = factories.totp_factor(host.user)
    pass_step_up(host.client)
    text = text_of(host)
    number = host.factor.secret.reveal()
    assert number not in text
    assert number[2:] not in text
    assert app.secret.reveal() not in text
    assert host.user.email not in text
    assert factories.sid_of(host.client) not in text
    assert not any(code in text for code in codes)


def test_what_a_tenant_requires_is_said_and_where_one_wanted_to_go_is_kept(
    host: Host,
) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    Membership.objects.update(created_at=long_ago)
    EnrollmentRule.objects.create(tenant=host.tenant, level=3, starts_at=long_ago)
    text = text_of(host, f"{HOME}?next=/billing/")
    assert "The deadline has passed: set it up to continue." in text
    assert "/security/add/?next=%2Fbilling%2F" in text
    assert "Continue to where you were going" not in text
    EnrollmentRule.objects.all().delete()
    forget_recent()
    assert "Continue to where you were going" in text_of(host, f"{HOME}?next=/billing/")


@pytest.mark.parametrize("email", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_the_page_leads_to_no_other_site(host: Host, email: str) -> None:
    page = host.client.get(HOME, {"next": email})
    assert page.context["next"] == ""
    assert b"evil" not in page.content


def test_it_only_reads(host: Host) -> None:
    assert host.client.post(HOME).status_code == 405


def test_it_is_reachable_without_a_tenant(host: Host) -> None:
    factories.select(host.client, None)
    assert "Enough for most actions." in text_of(host)


def test_it_asks_the_database_no_more_for_more_rows(
    host: Host, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        factories.totp_factor(host.user)
        factories.grant(host.user, host.tenant)
        factories.device(host.user)
    text_of(host)
    with django_assert_max_num_queries(30):
        text_of(host)
