"""The defense at the form: what it asks, what it lets in, and that nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from otpguard.flows.pumping.visitor_form.form import place_of_token
from otpguard.models import Challenge, SpentToken
from otpguard.testing import enter_number, number_form
from otpguard.testing.vendor_server import Reply, Vendor, vendor
from tests.store_down import store_down
from tests.visiting import NUMBER, ask, visitor

TRAP = "contact_subject"
PASSED = {"success": True, "hostname": "testserver", "action": "signup"}


def fast(client: Any, url: str, **more: str) -> Any:
    """Send the form in the moment in which it is shown."""
    page = client.get(url)
    token = re.search(r'name="form" value="([^"]+)"', page.content.decode())
    assert token is not None
    return client.post(url, {"form": token[1], "number": NUMBER, **more})


def test_a_person_gets_a_code_and_the_token_is_spent() -> None:
    client = visitor()
    assert enter_number(client, ask(client), NUMBER).status_code == 302
    assert SpentToken.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "gAAAAA"])
def test_a_forged_token_asks_calmly_to_send_again_and_loses_nothing(token: str) -> None:
    client = visitor()
    url = ask(client)
    page = client.post(url, {"form": token, "number": NUMBER})
    text = page.content.decode()
    assert page.status_code == 409
    assert "Please send this form once more" in text
    assert NUMBER in text
    assert not Challenge.objects.exists()
    assert client.post(url, number_form(page, NUMBER)).status_code == 302


def test_a_form_sent_twice_starts_one_challenge() -> None:
    client = visitor()
    url = ask(client)
    filled = number_form(client.get(url), NUMBER)
    assert client.post(url, filled).status_code == 302
    again = client.post(url, {**filled, "number": "+12015550124"})
    assert again.status_code == 409
    assert "+12015550124" in again.content.decode()
    assert Challenge.objects.count() == 1
    assert client.post(url, number_form(again, "+12015550124")).status_code == 302


def test_a_token_of_another_browser_does_not_count() -> None:
    mine, other = visitor(), visitor()
    for client in (mine, other):
        assert enter_number(client, ask(client), NUMBER).status_code == 302
    url = ask(mine)
    stolen = number_form(other.get(ask(other)), "+12015550125")
    assert mine.post(url, stolen).status_code == 409


def test_a_browser_without_a_cookie_is_named_by_its_form() -> None:
    client = visitor()
    url = ask(client)
    filled = number_form(client.get(url), NUMBER)
    named = place_of_token(filled["form"])
    assert named is not None
    client.post(url, filled)
    assert Challenge.objects.get().browser == named.browser


def test_a_mistake_in_the_number_costs_no_token() -> None:
    client = visitor()
    url = ask(client)
    page = client.post(url, number_form(client.get(url), "abc"))
    assert page.status_code == 400
    assert not SpentToken.objects.exists()
    assert client.post(url, number_form(page, NUMBER)).status_code == 302


def test_a_filled_honeypot_gets_no_code_and_no_reason() -> None:
    client = visitor()
    page = enter_number(client, ask(client), NUMBER, **{TRAP: "buy now"})
    assert page.status_code == 429
    assert "another way" in page.content.decode()
    assert "honeypot" not in page.content.decode()
    assert not Challenge.objects.exists()


def test_the_honeypot_is_out_of_reach_of_people() -> None:
    client = visitor()
    page = client.get(ask(client)).content.decode()
    trap = re.search(rf'<p class="og-trap" aria-hidden="true">.*?name="{TRAP}".*?</p>', page)
    assert trap is not None
    assert 'tabindex="-1"' in trap[0]
    assert 'autocomplete="off"' in trap[0]


def test_a_form_filled_in_too_fast_is_asked_for_work_and_comes_back_filled_in(
    settings: Any,
) -> None:
    consent = {"VERSION": "1", "TEXT": "Send me codes."}
    settings.OTPGUARD = {**settings.OTPGUARD, "PHONE_CONSENT": consent}
    client = visitor()
    url = ask(client)
    page = fast(client, url, consent="1")
    text = page.content.decode()
    assert page.status_code == 429
    assert "data-otpguard-work" in text
    assert NUMBER in text
    assert 'value="1" checked' in text
    assert "needs JavaScript" in text
    assert "use your e-mail or another way" in text
    assert not Challenge.objects.exists()
    solved = number_form(page, NUMBER, consent="1")
    assert client.post(url, solved).status_code == 302
    assert SpentToken.objects.count() == 2


def test_a_puzzle_is_not_solved_twice_nor_for_another_browser() -> None:
    client, other = visitor(), visitor()
    url = ask(client)
    solved = number_form(fast(client, url), NUMBER)
    assert client.post(url, solved).status_code == 302
    for who, number in ((client, "+12015550126"), (other, "+12015550127")):
        page = fast(who, ask(who), work=solved["work"], number=number)
        assert page.status_code in {409, 429}
    assert Challenge.objects.count() == 1


def test_a_solved_puzzle_buys_no_place_beyond_a_cap() -> None:
    for _ in range(3):
        client = visitor()
        assert enter_number(client, ask(client), NUMBER).status_code == 302
    client = visitor()
    url = ask(client)
    page = client.post(url, number_form(fast(client, url), NUMBER))
    assert page.status_code == 429
    assert "Too many codes were asked for." in page.content.decode()


def test_ten_devices_more_from_one_ip_are_no_way_around_its_cap() -> None:
    answers = []
    for number in range(11):
        client = visitor()
        device = f"{number:064x}"
        sent = enter_number(client, ask(client), f"+1201{500 + number}0123", device=device)
        answers.append(sent.status_code)
    assert answers == [302] * 10 + [429]


def test_behavior_is_a_field_only_where_it_is_counted(settings: Any) -> None:
    client = visitor()
    assert 'name="behavior"' not in client.get(ask(client)).content.decode()
    settings.OTPGUARD = {**settings.OTPGUARD, "FORM_BEHAVIOR": True}
    assert 'name="behavior"' in client.get(ask(client)).content.decode()


# --- the hosted captcha -----------------------------------------------------------------------


@pytest.fixture
def turnstile(settings: Any) -> Iterator[Vendor]:
    """A vendor that passes everybody."""
    with vendor(lambda _: Reply(200, PASSED)) as server:
        options = {
            "site_key": "the-site-key",
            "secret_key": "s",
            "hostnames": ["testserver"],
            "base": server.url,
        }
        backend = {"BACKEND": "otpguard.intel.turnstile.Turnstile", "OPTIONS": options}
        settings.OTPGUARD = {**settings.OTPGUARD, "CAPTCHA": backend}
        yield server


def test_without_a_demand_nothing_is_loaded_from_elsewhere(turnstile: Vendor) -> None:
    client = visitor()
    page = client.get(ask(client))
    assert turnstile.url not in page.content.decode()
    assert turnstile.url not in page["Content-Security-Policy"]
    assert "frame-src" not in page["Content-Security-Policy"]
    assert enter_number(client, ask(client), NUMBER).status_code == 302
    assert turnstile.received == []


def test_a_failed_captcha_brings_up_the_widget_and_a_pass_counts(turnstile: Vendor) -> None:
    client = visitor()
    url = ask(client)
    first = fast(client, url)
    assert "the-site-key" not in first.content.decode(), "the lowest level asks for the puzzle only"
    turnstile.reply = Reply(200, {"success": False, "error-codes": ["timeout-or-duplicate"]})
    answer = {"cf-turnstile-response": "old"}
    page = client.post(url, number_form(first, NUMBER, **answer))
    assert page.status_code == 429
    assert 'data-sitekey="the-site-key" data-action="signup"' in page.content.decode()
    policy = page["Content-Security-Policy"]
    assert f"frame-src {turnstile.url}" in policy
    assert re.search(rf"script-src [^;]*{turnstile.url}", policy)
    turnstile.reply = None
    filled = {**number_form(page, NUMBER, **answer), "work": ""}
    assert client.post(url, filled).status_code == 302


def test_at_the_lowest_level_the_puzzle_is_enough(turnstile: Vendor) -> None:
    client = visitor()
    url = ask(client)
    assert client.post(url, number_form(fast(client, url), NUMBER)).status_code == 302
    assert turnstile.received == []


def test_with_a_vendor_that_is_away_the_puzzle_counts_alone(turnstile: Vendor) -> None:
    client = visitor()
    url = ask(client)
    turnstile.mood = "drop"
    page = client.post(
        url, number_form(fast(client, url), NUMBER, **{"cf-turnstile-response": "x"})
    )
    assert page.status_code == 302


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_a_form_starts_nothing(transactional_db: None) -> None:
    client = visitor()
    url = ask(client)
    filled = number_form(client.get(url), NUMBER)
    with store_down():
        assert client.post(url, filled).status_code == 503
    assert client.post(url, filled).status_code == 302, "the token was not spent"
