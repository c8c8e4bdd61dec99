"""The driver brings arrivals to the real start and their codes to the real answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from otpguard.core.reasons import StartReason
from otpguard.models import Challenge, Delivery, MailedBrowser
from otpguard.simulation import driver
from otpguard.simulation.arrival import Relation
from otpguard.simulation.play import BEGAN
from tests.simulation.setting import somebody, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[str]:
    with world(tmp_path) as key:
        yield key


def test_a_code_is_sent_paid_for_and_answered(tenant: str) -> None:
    who = somebody()
    made = driver.start(who, tenant=tenant, now=BEGAN)
    assert made.challenge is not None
    assert (len(made.code), made.refused) == (6, None)
    assert Delivery.objects.get().cost_micros == 11_800
    later = BEGAN + timedelta(seconds=12)
    assert driver.answer(who, made.challenge, made.code, tenant=tenant, now=later)
    assert Challenge.objects.get().state == "verified"


def test_a_stranger_opens_the_link_of_an_e_mail_before_the_code(tenant: str) -> None:
    assert driver.start(somebody(), tenant=tenant, now=BEGAN).code
    assert Challenge.objects.get().spend_lane == "mailed"
    mark = MailedBrowser.objects.get()
    assert (mark.opened_at, mark.domain) == (BEGAN, "company.example")


def test_who_reads_no_mailbox_and_who_has_had_two_links_get_no_code(tenant: str) -> None:
    made = driver.start(somebody(mailbox=""), tenant=tenant, now=BEGAN)
    assert (made.refused, made.code) == (StartReason.EMAIL_FIRST, "")
    codes = []
    for index in range(3):
        who = somebody(f"+1201555012{index}", browser=f"{index}" * 32)
        codes.append(driver.start(who, tenant=tenant, now=BEGAN))
    assert [bool(each.code) for each in codes] == [True, True, False]
    assert codes[-1].found == driver.NO_LINK
    assert codes[-1].stranded, "the page tells them to wait for an e-mail"


def test_a_wrong_code_proves_nothing(tenant: str) -> None:
    made = driver.start(somebody(), tenant=tenant, now=BEGAN)
    assert made.challenge is not None
    assert not driver.answer(somebody(), made.challenge, "x", tenant=tenant, now=BEGAN)


def test_a_full_cap_of_the_project_refuses(tenant: str) -> None:
    made = [driver.start(somebody(), tenant=tenant, now=BEGAN) for _ in range(4)]
    refused = [None, None, StartReason.CAP_MAILBOX, StartReason.CAP_MAILBOX]
    assert [each.refused for each in made] == refused
    assert made[-1].stranded


def test_a_script_that_is_too_fast_solves_the_puzzle_and_is_counted_as_asked(tenant: str) -> None:
    made = driver.start(somebody(filled_ms=900), tenant=tenant, now=BEGAN)
    assert made.asked
    assert made.code
    assert not driver.start(somebody("+12015550124"), tenant=tenant, now=BEGAN).asked


def test_a_refusal_says_what_was_found(tenant: str) -> None:
    made = driver.start(somebody("+923001234567", country="PK"), tenant=tenant, now=BEGAN)
    assert made.found == "money: price_limit"
    assert not made.stranded


def test_a_code_is_sent_again_after_half_a_minute_and_not_before(tenant: str) -> None:
    made = driver.start(somebody(), tenant=tenant, now=BEGAN)
    assert made.challenge is not None
    early, late = (BEGAN + timedelta(seconds=after) for after in (5, 31))
    assert not driver.resend(somebody(), made.challenge, tenant=tenant, now=early)
    assert driver.resend(somebody(), made.challenge, tenant=tenant, now=late)
    assert Delivery.objects.count() == 2


def test_only_an_invited_person_comes_in_the_organization(tenant: str) -> None:
    driver.start(somebody(), tenant=tenant, now=BEGAN)
    driver.start(somebody("+12015550124", relation=Relation.INVITED), tenant=tenant, now=BEGAN)
    asked = Challenge.objects.order_by("created_at", "phone_index").values_list("tenant", flat=True)
    assert {str(key or "") for key in asked} == {"", tenant}
    assert driver.tenant_key() == tenant


def test_who_is_shown_another_way_is_not_stranded() -> None:
    assert not driver.Started(refused=StartReason.ANOTHER_WAY).stranded
    assert not driver.Started(code="123456").stranded
    assert driver.Started(refused=StartReason.CAP_IP).stranded
