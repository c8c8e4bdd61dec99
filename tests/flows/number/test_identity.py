"""What somebody still has to show, by what is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.pumping.intel.number_report import NumberReport
from otpguard.core.signup import IdentityPart
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.number.identity import missing_identity
from otpguard.models import Factor
from tests import factories
from tests.intel.made_checks import SHOWN, signup
from tests.intel.made_vendor import ASKED, SAID, configured
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_shown() -> Iterator[None]:
    for each in (SHOWN, SAID, ASKED):
        each.clear()
    yield
    for each in (SHOWN, SAID, ASKED):
        each.clear()


def ask(settings: Any, identity: str) -> None:
    mine = {} if identity == "phone" else signup(identity)
    settings.OTPGUARD = {**settings.OTPGUARD, "SIGNUP": mine, "NUMBER_INTEL": configured()}


def missing(user: Any) -> IdentityPart | None:
    return missing_identity(facts=factories.facts(user), user=user)


def with_old_phone() -> Any:
    user = factories.user()
    factor = factories.phone_factor(user)
    long_ago = timezone.now() - timedelta(days=100)
    Factor.objects.filter(pk=factor.pk).update(created_at=long_ago)
    return user


def test_a_confirmed_phone_is_enough_by_default(settings: Any) -> None:
    ask(settings, "phone")
    user = factories.user()
    factories.totp_factor(user)
    assert missing(user) is IdentityPart.PHONE, "another factor shows nothing of a number"
    factories.phone_factor(user)
    assert missing(user) is None
    assert ASKED == []


def test_the_phone_of_another_person_shows_nothing(settings: Any) -> None:
    ask(settings, "phone")
    factories.phone_factor(factories.user())
    assert missing(factories.user()) is IdentityPart.PHONE


def test_what_a_tenant_gave_out_shows_nothing(settings: Any) -> None:
    ask(settings, "phone")
    user = factories.user()
    factories.phone_factor(user, tenant=factories.tenant())
    assert missing(user) is IdentityPart.PHONE


def test_the_host_says_whether_the_mailbox_is_theirs(settings: Any) -> None:
    ask(settings, "phone_email")
    user = with_old_phone()
    assert missing(user) is IdentityPart.EMAIL
    SHOWN.add(IdentityPart.EMAIL)
    assert missing(user) is None
    assert ASKED == [], "no vendor costs money where nobody asked for it"


def test_documents_and_the_owner_of_the_number_come_at_ial2(settings: Any) -> None:
    ask(settings, "ial2")
    user = with_old_phone()
    SHOWN.add(IdentityPart.EMAIL)
    assert missing(user) is IdentityPart.DOCUMENTS
    SHOWN.add(IdentityPart.DOCUMENTS)
    assert missing(user) is None
    assert len(ASKED) >= 1
    SAID["made"] = NumberReport(reassigned=True)
    other = with_old_phone()
    assert missing(other) is IdentityPart.NUMBER


def test_a_second_number_takes_the_place_of_one_with_a_new_owner(settings: Any) -> None:
    ask(settings, "ial2")
    SHOWN.update(IdentityPart)
    SAID["made"] = NumberReport(reassigned=True)
    user = with_old_phone()
    assert missing(user) is IdentityPart.NUMBER
    factories.phone_factor(user, "+12015550188")
    assert missing(user) is None, "it was confirmed today"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_nothing_is_shown(settings: Any) -> None:
    ask(settings, "phone")
    user = factories.user()
    factories.phone_factor(user)
    with store_down(), pytest.raises(StoreUnavailable):
        missing(user)
