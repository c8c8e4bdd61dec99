"""Somebody with nothing enrolled is told what is missing and may add a phone if it would do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.factors import totp
from otpguard.flows.pumping.known_prefixes import forget
from otpguard.http.session import KEY
from otpguard.models import Challenge, Factor, PrefixStatistic, SpentToken, Tenant
from otpguard.testing import number_form, send_queued
from tests import factories
from tests.authenticator import Authenticator
from tests.host import Host
from tests.stepup import continue_form, step_up

NUMBER = "+1 201 555 0123"


@pytest.fixture
def url(host: Host) -> str:
    """The enrollment page of somebody with nothing enrolled."""
    Factor.objects.all().delete()
    page = host.client.get("/billing/")
    return str(host.client.get(page["Location"])["Location"])


def test_a_number_is_bound_confirmed_and_lets_pass(host: Host, url: str) -> None:
    answer = host.client.post(url, {"number": NUMBER})
    assert answer.status_code == 302
    send_queued()
    host.client.post(answer["Location"], {"code": SENT[-1].code.digits})
    assert Factor.objects.get().confirmed
    assert host.client.get("/billing/").status_code == 200


@pytest.mark.parametrize("number", ["", "12", "not a number", "+1 900 555 0123", "+1201555012312"])
def test_a_malformed_number_says_what_to_do_and_sends_nothing(
    host: Host, url: str, number: str
) -> None:
    answer = host.client.post(url, {"number": number})
    assert answer.status_code == 400
    assert not Challenge.objects.exists()
    assert answer.context["form"].errors["number"]


def test_an_old_login_is_asked_to_log_in_again(host: Host, url: str) -> None:
    """A2: a stolen session cannot bind a phone of its own."""
    session = host.client.session
    mark = session[KEY]
    mark["at"] = (timezone.now() - timedelta(hours=1)).timestamp()
    session[KEY] = mark
    session.save()
    page = host.client.get(url)
    assert page.context["must_log_in_again"]
    assert b"log in again" in page.content.lower()
    assert host.client.post(url, {"number": NUMBER}).status_code == 403
    assert not Factor.objects.exists()


def test_where_a_phone_would_not_do_no_number_is_asked_for(host: Host, url: str) -> None:
    Tenant.objects.update(annual_contract_value=250_000)
    page = host.client.get(url)
    assert b'name="number"' not in page.content
    assert page.context["kind"] == "passkey"
    assert host.client.post(f"{url}phone/", {"number": NUMBER}).status_code == 400


@pytest.mark.parametrize("kind", ["totp", "passkey"])
def test_another_kind_can_be_set_up_first_and_no_number_given(
    host: Host, url: str, kind: str
) -> None:
    page = host.client.get(f"{url}{kind}/")
    assert b'name="number"' not in page.content
    answer = host.client.post(f"{url}{kind}/", {"name": "Mine"})
    assert answer.status_code == 302
    made = Challenge.objects.get()
    assert (made.enrolls, made.plan, made.factor.kind, made.factor.name) == (True, [], kind, "Mine")


@pytest.mark.parametrize("kind", ["totp", "passkey"])
def test_a_name_is_kept_without_what_cannot_be_seen(host: Host, url: str, kind: str) -> None:
    host.client.post(f"{url}{kind}/", {"name": "Blue\u202e\x07 \u2066key\u2069"})
    assert Factor.objects.get().name == "Blue key"
    assert host.client.post(f"{url}{kind}/", {"name": "\u202e"}).status_code == 400


def test_an_app_is_bound_by_its_picture_and_one_code_and_lets_pass(host: Host, url: str) -> None:
    begun = host.client.post(f"{url}totp/", {"name": "My app"})
    page = host.client.get(begun["Location"])
    factor = Factor.objects.get()
    assert totp.seed_of(factor).spelled in page.content.decode()
    assert b"<svg" in page.content
    host.client.post(begun["Location"], {"code": factories.totp_code(factor)})
    assert host.client.get("/billing/").status_code == 200
    later = host.client.get(begun["Location"], follow=True)
    assert totp.seed_of(factor).spelled not in later.content.decode(), "shown only while it is new"


def test_a_passkey_is_bound_by_its_ceremony_and_lets_pass(host: Host, url: str) -> None:
    key = Authenticator(origin="http://testserver")
    begun = host.client.post(f"{url}passkey/", {"name": "Blue key"})
    page = host.client.get(begun["Location"])
    answer = json.dumps(key.create(json.loads(page.context["options"])))
    host.client.post(begun["Location"], {"code": answer})
    assert Factor.objects.get().confirmed
    assert host.client.get("/billing/").status_code == 200


def test_a_ceremony_that_fails_says_so_and_begins_anew(host: Host, url: str) -> None:
    key = Authenticator(origin="http://evil.example")
    begun = host.client.post(f"{url}passkey/", {"name": "Blue key"})
    options = json.loads(host.client.get(begun["Location"]).context["options"])
    failed = host.client.post(begun["Location"], {"code": json.dumps(key.create(options))})
    assert failed.status_code == 400
    assert "Another site" in failed.content.decode()
    assert json.loads(failed.context["options"])["challenge"] != options["challenge"]


def test_who_has_a_weaker_factor_proves_it_and_goes_on(host: Host, url: str) -> None:
    """NIST SP 800-63B-4, 4.1.2: a passkey is added by proof with the phone, not by a login."""
    Tenant.objects.update(annual_contract_value=250_000)
    factories.phone_factor(host.user)
    asked = host.client.post(f"{url}passkey/", {"name": "Blue key"})
    assert asked.status_code == 303
    assert not Challenge.objects.exists()
    shown = step_up(host.client, asked)
    begun = continue_form(host.client, shown)
    assert begun.status_code == 302
    key = Authenticator(origin="http://testserver")
    options = json.loads(host.client.get(begun["Location"]).context["options"])
    host.client.post(begun["Location"], {"code": json.dumps(key.create(options))})
    assert host.client.get("/billing/").status_code == 200


def test_with_a_factor_that_does_the_choosing_page_is_right(host: Host, url: str) -> None:
    factories.phone_factor(host.user)
    answer = host.client.get(url)
    assert answer.status_code == 302
    assert "/step-up/" in answer["Location"]


def test_the_url_is_for_one_person(host: Host, url: str) -> None:
    assert host.another_client().get(url).status_code == 403
    assert host.client.get(url[:-8] + "AAAAAAA/").status_code == 410


class MagicLink(ModelBackend):
    """Logs in who has a link: a subclass of what checks passwords."""


LINKS = f"{__name__}.MagicLink"


def log_in_by_link(host: Host, settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = [LINKS]
    host.client.force_login(host.user, backend=LINKS)
    factories.select(host.client, host.tenant)


def test_after_a_login_that_does_not_count_the_page_says_why_a_phone_is_not_enough(
    host: Host, settings: Any
) -> None:
    log_in_by_link(host, settings)
    stopped = host.client.get("/billing/")
    page = host.client.get(stopped["Location"], follow=True)
    assert "does not count here" in page.content.decode()
    assert "LOGIN_BACKENDS" not in page.content.decode(), "no settings for people"
    settings.DEBUG = True
    told = host.client.get(page.redirect_chain[-1][0]).content.decode()
    assert "LOGIN_BACKENDS" in told
    assert LINKS in told


def test_after_a_login_that_counts_nothing_is_said_about_it(host: Host, url: str) -> None:
    assert "first proof" not in host.client.get(url).content.decode()


def test_who_has_nothing_is_not_told_about_their_login(host: Host, url: str, settings: Any) -> None:
    log_in_by_link(host, settings)
    assert "first proof" not in host.client.get(url).content.decode()


def watch_the_exchange() -> None:
    """Two people of this exchange have entered no code, and the organization is young."""
    at = timezone.now()
    PrefixStatistic.objects.create(level="middle", key="+1201555", total=3.0, at=at)
    Tenant.objects.update(created_at=at, usage_signal_at=None, annual_contract_value=0)
    forget()


def test_who_is_asked_for_a_puzzle_solves_it_on_the_same_page(host: Host, url: str) -> None:
    watch_the_exchange()
    page = host.client.post(url, {"number": NUMBER})
    text = page.content.decode()
    assert page.status_code == 403
    assert "data-otpguard-work" in text
    assert NUMBER in text
    assert "og-alert" not in text.partition("data-otpguard-work")[0], "no refusal to read"
    assert not Challenge.objects.exists()
    solved = number_form(page, NUMBER)
    assert host.client.post(url, solved).status_code == 302
    assert Challenge.objects.count() == 1
    assert SpentToken.objects.count() == 2, "the form and the puzzle"


def test_a_puzzle_is_good_once_and_for_the_login_that_was_given_it(host: Host, url: str) -> None:
    watch_the_exchange()
    solved = number_form(host.client.post(url, {"number": NUMBER}), NUMBER)
    forged = {**solved, "work": solved["work"][:-8]}
    assert host.client.post(url, forged).status_code == 403
    assert not Challenge.objects.exists()
    host.client.post(url, solved)
    again = host.client.post(url, {**solved, "number": "+1 201 555 0124"})
    assert again.status_code == 403
    assert Challenge.objects.count() == 1


def test_a_page_on_which_nothing_is_asked_has_no_puzzle_and_no_script_of_it(
    host: Host, url: str
) -> None:
    text = host.client.get(url).content.decode()
    assert "work.js" not in text
    assert 'name="form"' not in text
