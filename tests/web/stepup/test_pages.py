"""Each kind of factor has a page of its own, and shows its secret only while it is new."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from otpguard.factors import totp
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.models import Challenge, Factor
from otpguard.web.stepup.pages import page_of
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def started(who: Stopped, factor: Factor) -> Challenge:
    who.factor = factor
    challenge = who.start()
    return Challenge.objects.select_related("factor", "user").get(pk=challenge.pk)


def test_each_kind_has_its_own_page(who: Stopped) -> None:
    factories.recovery_codes(who.member.user)
    key = Authenticator(origin="http://acme.example")
    pages = {
        "code": who.factor,
        "totp": factories.totp_factor(who.member.user),
        "passkey": factories.passkey_factor(who.member.user, key),
        "recovery_code": Factor.objects.get(kind="recovery"),
    }
    for name, factor in pages.items():
        assert page_of(started(who, factor)).template == f"otpguard/{name}.html"


def test_an_app_that_is_set_up_shows_no_secret(who: Stopped) -> None:
    challenge = started(who, factories.totp_factor(who.member.user, name="My app"))
    assert page_of(challenge).details(challenge) == {"enrolls": False, "factor_name": "My app"}


def test_a_new_app_shows_its_secret_until_it_is_confirmed(who: Stopped) -> None:
    Factor.objects.all().delete()
    facts = replace(who.facts, authenticated_at=timezone.now())
    begun = enroll_factor(facts=facts, ask=who.ask, kind="totp", given={"name": "My app"})
    challenge = Challenge.objects.select_related("factor", "user").get(pk=begun.pk)
    details = page_of(challenge).details(challenge)
    assert details["secret"] == totp.seed_of(Factor.objects.get()).spelled
    assert details["qr"].startswith("<svg")
    challenge.factor.confirmed = True
    assert "secret" not in page_of(challenge).details(challenge)
