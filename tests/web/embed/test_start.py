"""A code for a number that was entered on another origin."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from otpguard.flows.pumping.visitor_form.form import place_of_token
from otpguard.models import Challenge
from otpguard.testing import number_form
from tests import factories
from tests.store_down import store_down
from tests.visiting import ask, visitor
from tests.web.embed.embedding import NUMBER, form, post, solve, start


def test_a_person_gets_a_code_as_on_our_own_page() -> None:
    token = form()
    started = post("start", {"form": token, "number": NUMBER})
    assert started.status_code == 201
    place = place_of_token(token)
    assert place is not None
    challenge = Challenge.objects.get()
    assert challenge.browser == place.browser
    assert challenge.checkpoint == "signup"
    assert challenge.browser not in started.content.decode()


def test_a_token_serves_once_and_the_next_one_comes_along() -> None:
    token = form()
    assert post("start", {"form": token, "number": NUMBER}).status_code == 201
    again = post("start", {"form": token, "number": "+12015550124"})
    assert (again.status_code, again.json()["code"]) == (409, "form_again")
    renewed = {"form": again.json()["form"], "number": "+12015550124"}
    assert post("start", renewed).status_code == 201


@pytest.mark.parametrize("token", ["", "x", "gAAAAA"])
def test_a_forged_token_gets_none(token: str) -> None:
    refused = post("start", {"form": token, "number": NUMBER})
    assert (refused.status_code, refused.json()["code"]) == (409, "form_again")
    assert "form" not in refused.json()
    assert not Challenge.objects.exists()


def test_a_token_of_our_own_page_does_not_count_elsewhere_nor_the_other_way(settings: Any) -> None:
    client = visitor()
    url = ask(client)
    own = number_form(client.get(url), NUMBER)
    assert post("start", {"form": own["form"], "number": NUMBER}).status_code == 409
    assert client.post(url, {**own, "form": form()}).status_code == 409
    assert not Challenge.objects.exists()


def test_a_token_of_another_listed_origin_does_not_count(settings: Any) -> None:
    token, other = form(), "https://other.example"
    listed = [*settings.OTPGUARD["EMBED_ORIGINS"], other]
    settings.OTPGUARD = {**settings.OTPGUARD, "EMBED_ORIGINS": listed}
    assert post("start", {"form": token, "number": NUMBER}, origin=other).status_code == 409


def test_a_fast_form_gets_a_puzzle_and_a_code_for_its_solution() -> None:
    asked = post("start", {"form": form(seconds=0), "number": NUMBER})
    assert (asked.status_code, asked.json()["code"]) == (403, "proof_of_work")
    work = solve(asked.json()["work"])
    solved = {"form": asked.json()["form"], "number": NUMBER, "work": work}
    assert post("start", solved).status_code == 201
    other = {"form": form(seconds=0), "number": "+12015550124", "work": work}
    assert post("start", other).json()["code"] == "proof_of_work", "it was for another browser"


def test_a_filled_honeypot_gets_no_code() -> None:
    refused = start(contact_subject="x")
    assert (refused.status_code, refused.json()["code"]) == (429, "start_refused")
    assert not Challenge.objects.exists()


def test_what_is_no_number_gets_a_sentence_and_a_new_token() -> None:
    refused = start("abc")
    assert refused.status_code == 400
    assert refused.json()["field"] == "number"
    assert post("start", {"form": refused.json()["form"], "number": NUMBER}).status_code == 201


def test_a_full_cap_says_when_it_is_possible_again() -> None:
    for _ in range(3):
        assert start().status_code == 201
    refused = start()
    assert (refused.status_code, refused.json()["code"]) == (429, "start_refused")
    assert int(refused["Retry-After"]) > 0


def test_a_stopped_number_looks_like_one_that_no_route_carries(settings: Any) -> None:
    for channel in ("sms", "whatsapp", "voice"):
        factories.opt_out(NUMBER, channel=channel)
    stopped = start().json()
    smtp = {"m": {"BACKEND": "otpguard.channels.providers.smtp.Smtp"}}
    settings.OTPGUARD = {**settings.OTPGUARD, "PROVIDERS": smtp}
    unrouted = start().json()
    assert stopped["detail"] == unrouted["detail"]
    assert "another number" in stopped["detail"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_nothing_starts(transactional_db: None) -> None:
    token = form()
    with store_down():
        answer = post("start", {"form": token, "number": NUMBER})
    assert answer.status_code == 503
    assert answer["Access-Control-Allow-Origin"], "the page may read that it is not its fault"
    assert not Challenge.objects.exists()
