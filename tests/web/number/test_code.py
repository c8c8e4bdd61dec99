"""The page where a visitor enters the code: for their browser alone, else like any other."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.models import Challenge, PhoneClaim
from otpguard.testing import enter_number, number_form, send_queued
from tests import factories
from tests.flows.setting import wrong
from tests.store_down import store_down
from tests.visiting import NUMBER, begin, page_of, prove, visitor

IN_FULL = "+1 201-555-0123"
NAMES = ["number-code", "number-continue"]
BUTTONS = ["number-code", "number-again", "number-cancel"]


def code() -> str:
    return str(SENT[-1].code.digits)


def test_it_shows_the_number_in_full_to_its_typer_who_can_change_it_and_to_nobody_else() -> None:
    client = visitor()
    challenge = begin(client)
    text = client.get(page_of(challenge)).content.decode()
    assert IN_FULL in text
    link = re.search(r'href="([^"]*)">Change the number<', text)
    assert link is not None
    assert client.get(link[1]).status_code == 200
    for other in (visitor(), factories.login(Client(), factories.user())):
        page = other.get(page_of(challenge))
        assert page.status_code == 404
        assert IN_FULL not in page.content.decode()
    client.post(page_of(challenge, "number-cancel"))
    assert IN_FULL not in client.get(page_of(challenge)).content.decode()


def test_the_status_address_which_asks_for_no_browser_names_no_number() -> None:
    challenge = begin(client := visitor())
    poll_url = client.get(page_of(challenge)).context["poll_url"]
    answer = visitor().get(poll_url).content.decode()
    assert "555" not in answer
    assert "23" not in answer.replace(str(challenge.pk), "")


def test_it_offers_what_others_have() -> None:
    client = visitor()
    challenge = begin(client)
    text = client.get(page_of(challenge)).content.decode()
    assert "Sign up" in text
    for name in BUTTONS:
        assert f'action="{page_of(challenge, name)}"' in text
    assert "This was not me" not in text
    assert "/security/challenge/" not in text, "no link leads to pages that need a login"


def test_its_status_address_tells_how_far_the_code_has_come() -> None:
    client = visitor()
    challenge = begin(client)
    poll_url = client.get(page_of(challenge)).context["poll_url"]
    assert client.get(poll_url).json()["state"] == "sent"


def test_the_right_code_leads_back_to_the_page_that_asked() -> None:
    client = visitor()
    page = prove(client)
    assert page.request["PATH_INFO"] == "/join/"
    assert page.content.decode() == "joining with +1 ••• ••23"
    assert PhoneClaim.objects.count() == 1


def test_a_wrong_code_says_how_many_tries_are_left_and_an_empty_one_costs_none() -> None:
    client = visitor()
    challenge = begin(client)
    page = client.post(page_of(challenge), {"code": wrong(code())})
    assert page.status_code == 400
    assert "4 tries left" in page.content.decode()
    assert client.post(page_of(challenge), {"code": ""}).status_code == 400
    challenge.refresh_from_db()
    assert challenge.attempts == 1


@pytest.mark.parametrize(
    "given", ["abc", "\uff11\uff12\uff13", "\0", "1" * 65, "12345678901234567890"]
)
def test_odd_input_gets_a_sentence(given: str) -> None:
    client = visitor()
    challenge = begin(client)
    page = client.post(page_of(challenge), {"code": given})
    assert page.status_code == 400
    assert "og-alert" in page.content.decode()


def test_another_browser_sees_nothing_of_it_not_even_with_the_code() -> None:
    challenge, digits = begin(visitor()), code()
    other = visitor()
    begin(other, "+12015550124")
    for stranger in (visitor(), other, factories.login(visitor(), factories.user())):
        for name in NAMES:
            assert stranger.get(page_of(challenge, name)).status_code == 404
        for name in BUTTONS:
            answer = stranger.post(page_of(challenge, name), {"code": digits})
            assert answer.status_code == 404
    challenge.refresh_from_db()
    assert (challenge.state, challenge.attempts, challenge.sends) == ("open", 0, 1)


@pytest.mark.parametrize("cookie", ["", "made.up", "{browser}", "{browser}.", "{browser}.00"])
def test_a_browser_whose_cookie_is_gone_or_changed_has_no_access(cookie: str) -> None:
    client = visitor()
    challenge = begin(client)
    client.cookies["otpguard_browser"] = cookie.format(browser=challenge.browser)
    assert client.get(page_of(challenge)).status_code == 404
    assert client.post(page_of(challenge), {"code": code()}).status_code == 404
    assert not PhoneClaim.objects.exists()


def test_the_pages_of_a_login_do_not_show_it() -> None:
    client = factories.login(visitor(), factories.user())
    challenge = begin(client)
    assert client.get(f"/security/challenge/{challenge.pk}/").status_code == 404
    assert client.get(page_of(challenge)).status_code == 200


def test_it_is_sent_again_after_half_a_minute_and_says_when_before() -> None:
    client = visitor()
    challenge, digits = begin(client), code()
    early = client.post(page_of(challenge, "number-again"))
    assert early.status_code == 429
    assert "A code was sent only a moment ago." in early.content.decode()
    past = timezone.now() - timedelta(seconds=31)
    Challenge.objects.filter(pk=challenge.pk).update(last_sent_at=past)
    assert client.post(page_of(challenge, "number-again")).status_code == 302
    send_queued()
    assert code() == digits
    assert len(SENT) == 2


def test_giving_up_leads_to_another_number_and_ends_the_code() -> None:
    client = visitor()
    challenge, digits = begin(client), code()
    back = client.post(page_of(challenge, "number-cancel"))
    assert "Confirm your phone number" in client.get(back["Location"]).content.decode()
    late = client.post(page_of(challenge), {"code": digits})
    assert late.status_code == 400
    assert "not valid any more" in late.content.decode()
    assert enter_number(client, back["Location"], "+12015550124").status_code == 302


def test_before_the_code_there_is_no_way_on_and_afterwards_the_code_is_used() -> None:
    client = visitor()
    challenge, digits = begin(client), code()
    early = client.get(page_of(challenge, "number-continue"))
    assert early["Location"] == page_of(challenge)
    client.post(page_of(challenge), {"code": digits})
    for answer in (
        client.get(page_of(challenge)),
        client.post(page_of(challenge), {"code": digits}),
    ):
        assert answer["Location"] == page_of(challenge, "number-continue")
    assert PhoneClaim.objects.count() == 1


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_the_way_on_stays_on_this_site(path: str) -> None:
    client = visitor()
    challenge = begin(client)
    client.post(page_of(challenge), {"code": code()})
    Challenge.objects.filter(pk=challenge.pk).update(next=path)
    page = client.get(page_of(challenge, "number-continue"))
    assert "evil.example" not in page.get("Location", "")


def test_a_post_from_another_site_is_refused() -> None:
    client = visitor(enforce_csrf_checks=True)
    url = client.get("/join/")["Location"]
    filled = number_form(client.get(url), NUMBER)
    token = filled["csrfmiddlewaretoken"]
    entered = client.post(url, filled)
    send_queued()
    challenge = Challenge.objects.get()
    assert client.post(entered["Location"], {"code": code()}).status_code == 403
    for name in BUTTONS:
        assert client.post(page_of(challenge, name), {"code": code()}).status_code == 403
    right = {"code": code(), "csrfmiddlewaretoken": token}
    assert client.post(entered["Location"], right).status_code == 303


def test_an_id_of_no_challenge_is_unknown() -> None:
    client = visitor()
    begin(client)
    assert client.get(f"/security/number/code/{uuid4()}/").status_code == 404


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_nothing_is_proven(transactional_db: None) -> None:
    client = visitor()
    challenge, digits = begin(client), code()
    with store_down():
        assert client.post(page_of(challenge), {"code": digits}).status_code == 503
        assert client.get(page_of(challenge)).status_code == 503
    assert not PhoneClaim.objects.exists()
    assert client.post(page_of(challenge), {"code": digits}).status_code == 303


def test_a_visitor_who_is_done_is_not_sent_to_a_page_that_needs_an_account() -> None:
    client = visitor()
    challenge = begin(client)
    Challenge.objects.filter(pk=challenge.pk).update(next="")
    client.post(page_of(challenge), {"code": code()})
    text = client.get(page_of(challenge, "number-continue")).content.decode()
    assert "You can close this window" in text
    assert 'href="/security/"' not in text
