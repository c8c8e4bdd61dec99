"""Refusals, translated once."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils import timezone

from otpguard.exceptions import Ask
from otpguard.flows.release import hold
from otpguard.flows.release.hold import HoldCause
from otpguard.http import ask_token
from otpguard.http.guard import require
from otpguard.http.guard_state import RequestRefused
from otpguard.http.refusal import respond_to_refusal
from otpguard.http.session import KEY
from otpguard.models import KeptForm, LoginSession, Membership
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html"}
API = {"Accept": "application/json"}


def refuse(request: HttpRequest, checkpoint: str = "api_key") -> HttpResponseBase:
    with pytest.raises(RequestRefused) as caught:
        require(request, checkpoint)
    return respond_to_refusal(request, caught.value)


def ask_of(url: str) -> Ask:
    """What the URL of the step-up page holds."""
    match = resolve(urlsplit(url).path)
    assert match.view_name == "otpguard:choose"
    ask = ask_token.decrypt(match.kwargs["token"])
    assert ask is not None
    return ask


def post(host: Host, data: Any = None, **headers: str) -> HttpRequest:
    return request_of(
        host, "post", "/keys/", {"name": "ci"} if data is None else data, headers=BROWSER | headers
    )


def test_a_browser_is_sent_to_the_page_and_comes_back_to_where_it_was(host: Host) -> None:
    response = refuse(request_of(host, "get", "/keys/?page=2", headers=BROWSER))
    assert response.status_code == 303
    assert response["Cache-Control"] == "private, no-store"
    ask = ask_of(response["Location"])
    assert (ask.checkpoint, ask.next, ask.kept, ask.unkept) == (
        "api_key",
        "/keys/?page=2",
        "",
        False,
    )
    assert (ask.user, ask.sid) == (str(host.user.pk), factories.sid_of(host.client))


def test_a_machine_gets_a_document_with_an_absolute_url_and_nothing_is_kept(
    host: Host,
) -> None:
    response = refuse(request_of(host, "post", "/keys/", {"name": "ci"}, headers=API))
    assert response.status_code == 401
    url = json.loads(response.content)["challenge_url"]
    assert url.startswith("http://testserver/security/step-up/")
    ask = ask_of(url)
    assert (ask.next, ask.kept) == ("", "")
    assert not KeptForm.objects.exists()


def test_a_form_is_kept_without_its_secrets_and_files(host: Host) -> None:
    data = {"name": "ci", "password": "hunter2", "csrfmiddlewaretoken": "x"}
    ask = ask_of(refuse(post(host, data))["Location"])
    form = KeptForm.objects.get(pk=ask.kept)
    kept = json.loads(form.body.reveal())
    assert kept == {"fields": {"name": ["ci"]}, "blanks": [["password", "hidden"]], "labels": {}}
    assert (form.path, form.intent) == ("/keys/", ask.intent)
    assert not ask.unkept


def test_what_cannot_be_kept_is_said_to_be_lost(host: Host) -> None:
    large = post(host)
    large.META["CONTENT_LENGTH"] = "65537"
    other = request_of(host, "put", "/keys/", "text", content_type="text/plain", headers=BROWSER)
    for request in (large, other):
        ask = ask_of(refuse(request)["Location"])
        assert (ask.kept, ask.unkept) == ("", True)
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/keys/new/?a=1", "/keys/new/?a=1"),
        ("http://testserver/keys/new/#part", "/keys/new/"),
        ("/keys/new/", "/keys/new/"),
        ("", "/keys/"),
        ("http://evil.example/keys/new/", "/keys/"),
        ("http://testserver.evil.example/", "/keys/"),
        ("http://testserver@evil.example/", "/keys/"),
        ("//evil.example/", "/keys/"),
        ("/\\evil.example/", "/keys/"),
        ("javascript:alert(1)", "/keys/"),
    ],
)
def test_after_a_form_the_way_back_stays_on_this_site(host: Host, referer: str, back: str) -> None:
    ask = ask_of(refuse(post(host, Referer=referer))["Location"])
    assert ask.next == back


def test_a_path_that_looks_like_a_host_is_no_way_off_the_site(host: Host) -> None:
    ask = ask_of(refuse(post(host, Referer="http://testserver//evil.example/"))["Location"])
    assert not ask.next.startswith("//")


def test_over_https_a_way_back_over_plain_http_is_not_taken(host: Host) -> None:
    def sent_from(referer: str) -> str:
        headers = {**BROWSER, "Referer": referer}
        request = request_of(host, "post", "/keys/", {"a": "b"}, secure=True, headers=headers)
        return ask_of(refuse(request)["Location"]).next

    assert sent_from("https://testserver/keys/new/") == "/keys/new/"
    assert sent_from("http://testserver/keys/new/") == "/keys/"


def test_a_visitor_is_sent_to_the_login_page_and_back(host: Host) -> None:
    response = refuse(request_of(None, "get", "/keys/?page=2", headers=BROWSER))
    assert response.status_code == 302
    login = urlsplit(response["Location"])
    assert login.path == "/admin/login/"
    assert parse_qs(login.query) == {"next": ["/keys/?page=2"]}
    assert response["Cache-Control"] == "private, no-store"
    assert refuse(request_of(None, "get", "/keys/", headers=API)).status_code == 401


def test_a_session_from_before_the_installation_gets_a_sid_on_the_way(host: Host) -> None:
    request = request_of(host, headers=BROWSER)
    del request.session[KEY]
    ask = ask_of(refuse(request)["Location"])
    assert ask.sid == request.session[KEY]["sid"]
    assert LoginSession.objects.get(sid=ask.sid).authenticated_at is None


def test_a_hold_is_a_page_that_says_until_when(host: Host) -> None:
    until = timezone.now() + timedelta(hours=1)
    held = {"api_key": until.astimezone(UTC).isoformat()}
    host.user.otpguard_memberships.update(held=held)
    response = refuse(request_of(host, headers=BROWSER))
    assert response.status_code == 403
    assert "Content-Security-Policy" in response
    assert "Create or rotate an API key" in response.content.decode()
    machine = refuse(request_of(host, headers=API))
    assert json.loads(machine.content)["until"] == held["api_key"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (f"{HoldCause.NEW_ROLE}: admin", "You were given a new role."),
        (f"{HoldCause.RESET}: lost phone", "How you confirm was reset."),
        ("looked odd to Eve", "An administrator has decided"),
    ],
)
def test_the_page_of_a_hold_says_why_for_what_where_until_when_and_who_can_end_it(
    host: Host, reason: str, said: str
) -> None:
    facts = factories.facts(factories.user(), host.tenant)
    member = Membership.objects.get(user=host.user)
    until = facts.now + timedelta(hours=24)
    hold.start(facts=facts, membership=member, checkpoint="*", until=until, reason=reason)
    page = refuse(request_of(host, headers=BROWSER)).content.decode()
    assert said in page
    assert "Eve" not in page, "an operator's note is not for the person"
    assert "Create or rotate an API key" in page
    assert f"<bdi>{host.tenant.name}</bdi>" in page
    local = until.astimezone(timezone.get_current_timezone())
    assert f'datetime="{local.isoformat()}"' in page
    assert "You cannot do that yourself." in page
    assert ("/security/add/" in page) is reason.startswith(HoldCause.RESET)


def test_somebody_who_does_not_belong_learns_no_name(host: Host) -> None:
    other = factories.tenant(name="Secret Merger", brand="Merger")
    factories.select(host.client, other)
    assert "Merger" not in refuse(request_of(host, headers=BROWSER)).content.decode()


def test_somebody_who_does_not_belong_gets_a_page_and_no_way_to_step_up(host: Host) -> None:
    factories.select(host.client, factories.tenant())
    response = refuse(request_of(host, headers=BROWSER))
    assert response.status_code == 403
    page = response.content.decode()
    assert "You are not a member of this organization." in page
    assert "/step-up/" not in page
    assert json.loads(refuse(request_of(host, headers=API)).content)["code"] == "not_a_member"


def test_with_nothing_enrolled_the_document_says_so(host: Host) -> None:
    host.factor.delete()
    document = json.loads(refuse(request_of(host, headers=API)).content)
    assert document["code"] == "enrollment_required"
    assert "enroll_url" in document
