"""The code page takes answers, sends again, cancels, and lets a person say: not me."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.flows.challenge.resend import RESEND_AFTER
from otpguard.models import Challenge, Event, FactorLane, Grant, KnownDevice
from otpguard.signals import challenge_verified
from otpguard.web.stepup.code_page import STUCK_AFTER
from tests import factories
from tests.host import Host
from tests.stepup import begin, go_on


@pytest.fixture
def challenge(host: Host) -> Challenge:
    return begin(host.client, host.client.get("/billing/"))


@pytest.fixture
def url(challenge: Challenge) -> str:
    return reverse("otpguard:code", args=[challenge.pk])


def other_code() -> str:
    return f"{(int(SENT[-1].code.digits) + 1) % 1_000_000:06d}"


def test_its_script_finds_all_its_words(host: Host, url: str) -> None:
    path = finders.find("otpguard/code.js")
    used = set(re.findall(r"words\.([a-z]\w+)", Path(path).read_text()))
    named = re.findall(r"data-([a-z-]+)=", host.client.get(url).content.decode())
    given = {re.sub("-([a-z])", lambda found: found[1].upper(), name) for name in named}
    assert used - given == set()


def test_it_says_where_the_code_went_masked(host: Host, url: str) -> None:
    text = host.client.get(url).content.decode()
    number = host.factor.secret.reveal()
    assert number not in text
    assert f"••{number[-2:]}" in text
    assert 'autocomplete="one-time-code"' in text
    assert SENT[-1].code.digits not in text


def test_the_right_code_leads_on_under_a_new_session_key(host: Host, url: str) -> None:
    before = host.client.cookies["sessionid"].value
    answer = host.client.post(url, {"code": SENT[-1].code.digits})
    assert answer.status_code == 303
    assert host.client.cookies["sessionid"].value != before
    assert host.client.get(answer["Location"]).context["url"] == "/billing/"
    assert host.client.get("/billing/").status_code == 200


def test_it_makes_the_browser_a_known_device(host: Host, url: str) -> None:
    answer = host.client.post(url, {"code": SENT[-1].code.digits})
    cookie = answer.cookies["otpguard_device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    row = KnownDevice.objects.get(user=host.user)
    assert row.digest != cookie.value.partition(".")[0]
    assert Event.objects.filter(kind="device.remembered").count() == 1


def test_a_forgotten_browser_falls_back_into_the_lane_of_strangers(
    host: Host, url: str, challenge: Challenge
) -> None:
    go_on(host.client, challenge)
    Grant.objects.update(revoked_at=timezone.now())
    known = begin(host.client, host.client.get("/billing/"))
    host.client.post(reverse("otpguard:code", args=[known.pk]), {"code": other_code()})
    failed = FactorLane.objects.exclude(failures=0).values_list("lane", flat=True)
    assert set(failed.all()) == {"known"}
    KnownDevice.objects.update(revoked_at=timezone.now())
    host.client.post(reverse("otpguard:code", args=[known.pk]), {"code": other_code()})
    assert set(failed.all()) == {"known", "open"}


def test_a_wrong_code_says_how_many_tries_are_left(host: Host, url: str) -> None:
    answer = host.client.post(url, {"code": other_code()})
    assert answer.status_code == 400
    assert b"4 tries left" in answer.content


@pytest.mark.parametrize("given", ["", " ", "1" * 65])
def test_an_empty_or_endless_answer_is_no_try(
    host: Host, url: str, challenge: Challenge, given: str
) -> None:
    assert host.client.post(url, {"code": given}).status_code == 400
    challenge.refresh_from_db()
    assert challenge.attempts == 0


def test_after_five_wrong_codes_the_page_offers_a_new_start(host: Host, url: str) -> None:
    for _ in range(5):
        answer = host.client.post(url, {"code": other_code()})
    assert b"All tries" in answer.content
    assert answer["Retry-After"] == "30"
    assert b'name="code"' not in answer.content


def test_while_the_factor_waits_it_says_how_long(host: Host, url: str) -> None:
    FactorLane.objects.create(
        factor=host.factor,
        lane="open",
        failures=6,
        not_before=timezone.now() + timezone.timedelta(seconds=50),
    )
    answer = host.client.post(url, {"code": SENT[-1].code.digits})
    assert answer.status_code == 429
    assert 45 <= int(answer["Retry-After"]) <= 50


def test_an_expired_challenge_says_so(host: Host, url: str, challenge: Challenge) -> None:
    factories.age(challenge, expires_at=timezone.now())
    assert b"expired" in host.client.get(url).content
    answer = host.client.post(url, {"code": SENT[-1].code.digits})
    assert b"expired" in answer.content
    assert not Grant.objects.exists()


def test_a_second_tab_that_answers_late_goes_on_as_well(host: Host, url: str) -> None:
    host.client.post(url, {"code": SENT[-1].code.digits})
    again = host.client.post(url, {"code": SENT[-1].code.digits})
    assert again.status_code == 302
    assert again["Location"].endswith("/continue/")
    assert Grant.objects.count() == 1


def test_somebody_elses_challenge_does_not_exist_for_others(host: Host, url: str) -> None:
    colleague = factories.login(Client(), factories.member(host.tenant).user, host.tenant)
    assert colleague.get(url).status_code == 404
    assert colleague.post(url, {"code": SENT[-1].code.digits}).status_code == 404
    assert Event.objects.filter(kind="challenge.rejected").count() == 1
    assert not Grant.objects.exists()


def test_going_on_before_the_proof_leads_back_to_the_code(
    host: Host, url: str, challenge: Challenge
) -> None:
    answer = host.client.get(reverse("otpguard:continue", args=[challenge.pk]))
    assert answer["Location"] == url


def test_another_way_is_taken_at_once_and_the_same_way_after_a_while(
    host: Host, challenge: Challenge
) -> None:
    again = reverse("otpguard:again", args=[challenge.pk])
    early = host.client.post(again)
    assert early.status_code == 429
    assert b"only a moment ago" in early.content
    assert 0 < early.context["again_wait"].seconds <= RESEND_AFTER.total_seconds()
    assert b"aria-invalid" not in early.content, "no code was given, so none was wrong"
    assert host.client.post(again, {"another_way": "1"}).status_code == 302
    challenge.refresh_from_db()
    assert challenge.step == 1


def test_canceling_leads_back(host: Host, challenge: Challenge) -> None:
    answer = host.client.post(reverse("otpguard:cancel", args=[challenge.pk]))
    assert answer["Location"] == "/billing/"
    challenge.refresh_from_db()
    assert challenge.state == "canceled"


def test_following_the_not_me_link_changes_nothing_until_the_button(
    host: Host, challenge: Challenge
) -> None:
    """A8: scanners follow links."""
    url = reverse("otpguard:repudiate", args=[challenge.pk])
    assert host.client.get(url).status_code == 200
    challenge.refresh_from_db()
    assert challenge.state == "open"
    assert host.client.post(url).status_code == 200
    challenge.refresh_from_db()
    assert challenge.state == "repudiated"


def test_somebody_else_cannot_repudiate_it(host: Host, challenge: Challenge) -> None:
    stranger = factories.login(Client(), factories.user())
    url = reverse("otpguard:repudiate", args=[challenge.pk])
    assert stranger.post(url).status_code == 404


def test_it_costs_five_statements(host: Host, url: str, django_assert_num_queries: Any) -> None:
    # The session, the user, the challenge, its deliveries, and whether an emergency is on.
    with django_assert_num_queries(5):
        assert host.client.get(url).status_code == 200


def test_pages_are_for_people_who_are_logged_in(challenge: Challenge, url: str) -> None:
    assert Client().get(url).status_code == 302


def test_a_login_that_ends_elsewhere_during_the_answer_is_logged_out_and_nothing_breaks(
    transactional_db: None, host: Host, url: str
) -> None:
    key = host.client.cookies["sessionid"].value

    def sign_out_elsewhere(**_: object) -> None:
        Session.objects.filter(pk=key).delete()

    challenge_verified.connect(sign_out_elsewhere)
    try:
        answer = host.client.post(url, {"code": SENT[-1].code.digits})
    finally:
        challenge_verified.disconnect(sign_out_elsewhere)
    assert answer.status_code == 303
    assert "otpguard_device" not in answer.cookies
    assert "/login/" in host.client.get(answer["Location"])["Location"]
    assert not KnownDevice.objects.exists()
    assert not Session.objects.filter(pk=key).exists()


def test_a_code_that_does_not_leave_makes_the_page_offer_another_way(
    host: Host, challenge: Challenge, url: str
) -> None:
    challenge.deliveries.update(state="queued")
    page = host.client.get(url)
    assert not page.context["stuck"]
    assert b"Look again" in page.content, "for who has no script"
    factories.age(challenge, last_sent_at=timezone.now() - timedelta(seconds=STUCK_AFTER))
    page = host.client.get(url)
    assert page.context["stuck"]
    assert b"data-otpguard-stuck>" in page.content
    assert host.client.get(page.context["other_ways_url"]).status_code == 200
    challenge.deliveries.update(state="sent")
    assert not host.client.get(url).context["stuck"]
