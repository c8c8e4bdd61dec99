"""What an authentication class leaves for the guard, and what a call's code does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.request import Request

from otpguard.core.assurance import Primary
from otpguard.exceptions import Ask, StoreUnavailable
from otpguard.http.bearer.client_door import StoreAway, check_return_urls, enter, reading_store
from otpguard.http.bearer.client_login import client_login_of
from otpguard.http.bearer.client_tokens import OpenedTicket, Ticket, return_url_with_code
from otpguard.http.session import Mark
from otpguard.models import Grant
from tests import factories
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db


@dataclass
class Confirmed:
    """Somebody whose browser has confirmed for a login of their app."""

    user: AbstractUser
    app: str
    call_id: str
    code: str


def confirmed(*, ago: timedelta = timedelta()) -> Confirmed:
    user = factories.user()
    app, browser = factories.session(user).pk, factories.session(user).pk
    factories.grant(user, sid=browser)
    ask = Ask(checkpoint="api_key", tenant="", user=str(user.pk), sid=app, story="")
    ticket = Ticket(ask=ask, client="App", return_url="com.example.crm:/done")
    opened = OpenedTicket(ticket=ticket, browser_sid=browser)
    url = return_url_with_code(opened, now=timezone.now() - ago)
    code = parse_qs(urlsplit(url).query)["otpguard_code"][0]
    return Confirmed(user, app, ticket.id, code)


def call(who: Confirmed, *, sid: str = "", user: AbstractUser | None = None, **shown: str) -> Any:
    """Enter as an authentication class does; the token that it was entered at."""
    headers = {"Otpguard-Code": who.code, "Otpguard-Call": who.call_id}
    given = {f"HTTP_{name.upper().replace('-', '_')}": each for name, each in headers.items()}
    request = RequestFactory().post("/", **{**given, **shown})
    request.session = {}  # an app has none of its own
    token = SimpleNamespace()
    mark = Mark(sid=sid or who.app, primary=Primary.PASSWORD, authenticated_at=timezone.now())
    enter(Request(request), user or who.user, token, mark)
    return token


def given(who: Confirmed) -> bool:
    return Grant.objects.filter(sid=who.app, revoked_at=None).exists()


def test_a_call_with_its_code_gets_what_was_confirmed_once() -> None:
    who = confirmed()
    token = call(who)
    login = client_login_of(SimpleNamespace(auth=token), str(who.user.pk))
    assert login is not None
    assert login.mark.sid == who.app
    assert given(who)
    Grant.objects.filter(sid=who.app).delete()
    call(who)
    assert not given(who), "used twice"


@pytest.mark.parametrize(
    "shown",
    [
        {"HTTP_OTPGUARD_CODE": ""},
        {"HTTP_OTPGUARD_CODE": "nothing"},
        {"HTTP_OTPGUARD_CALL": ""},
        {"HTTP_OTPGUARD_CALL": "another"},
    ],
)
def test_a_call_without_its_code_or_id_enters_and_gets_nothing(shown: dict[str, str]) -> None:
    who = confirmed()
    token = call(who, **shown)
    assert client_login_of(SimpleNamespace(auth=token), str(who.user.pk)) is not None
    assert not given(who)
    call(who)
    assert given(who), "nothing was used up"


def test_neither_another_login_nor_another_person_gets_it() -> None:
    who = confirmed()
    other = factories.session(who.user).pk
    call(who, sid=other)
    call(who, user=factories.user())
    assert not given(who)
    assert not Grant.objects.filter(sid=other).exists()


def test_a_code_expires() -> None:
    who = confirmed(ago=timedelta(minutes=2))
    call(who)
    assert not given(who)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), OperationalError("away")])
def test_a_store_that_is_down_is_a_503(error: Exception) -> None:
    with pytest.raises(StoreAway) as refused, reading_store():
        raise error
    assert refused.value.status_code == 503


def test_a_code_gives_nothing_while_the_store_is_down() -> None:
    who = confirmed()
    with no_answer(), pytest.raises(StoreAway), reading_store():
        call(who)
    assert not given(who)


def test_without_a_way_back_nothing_works(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "CLIENT_RETURN_URLS": ["com.example.crm:/done"]}
    check_return_urls()
    settings.OTPGUARD = {**settings.OTPGUARD, "CLIENT_RETURN_URLS": []}
    with pytest.raises(ImproperlyConfigured, match="CLIENT_RETURN_URLS"):
        check_return_urls()
