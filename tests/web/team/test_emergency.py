"""The page of the emergency envelope: codes shown once, opened by two people, a banner, an end."""

from __future__ import annotations

import re

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from otpguard.flows.emergency.envelope import make_envelope
from otpguard.models import EmergencyAccess, Event
from tests import factories
from tests.host import Host
from tests.stepup import carry_out
from tests.web.team.colleagues import colleague

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/security/emergency/"
ENTER = f"{PAGE}enter/"


def envelope(host: Host) -> list[str]:
    _made, codes = make_envelope(
        facts=factories.facts(host.user, host.tenant),
        tenant_id=str(host.tenant.pk),
        checkpoints=["api_key", "billing_change"],
        reason="a test",
    )
    return list(codes)


def given(code: str, **changed: str) -> dict[str, str]:
    return {"code": code, "hours": "1", "reason": "no codes arrive", **changed}


def test_codes_are_made_after_a_proof_and_shown_this_once(host: Host) -> None:
    stopped = host.client.post(f"{PAGE}envelope/", {"checkpoints": ["api_key"]})
    assert "/step-up/" in stopped["Location"]
    shown = carry_out(host.client, stopped).content.decode()
    codes = re.findall(r"<code[^>]*>([0-9A-Z-]{29})</code>", shown)
    assert len(codes) == 8
    later = host.client.get(PAGE).content.decode()
    assert "8 codes are unused" in later
    assert not any(code in later for code in codes)


def test_two_people_open_it_and_both_pass_without_a_proof(host: Host) -> None:
    codes = envelope(host)
    _user, _facts, other = colleague(host)
    assert host.client.get("/billing/").status_code == 303
    assert host.client.post(ENTER, given(codes[0]))["Location"].endswith("?done=second")
    assert host.client.get("/billing/").status_code == 303, "one person alone opens nothing"
    assert other.post(ENTER, given(codes[1]))["Location"].endswith("?done=open")
    assert host.client.get("/billing/").status_code == 200
    assert other.get("/billing/").status_code == 200
    assert Event.objects.filter(kind="break_glass.passed").count() == 2
    assert "Emergency access is open" in host.client.get("/security/").content.decode()


def test_a_drill_passes_no_one_and_says_so_everywhere(host: Host) -> None:
    codes = envelope(host)
    _user, _facts, other = colleague(host)
    host.client.post(ENTER, given(codes[0], drill="on"))
    other.post(ENTER, given(codes[1], drill="on"))
    assert host.client.get("/billing/").status_code == 303
    assert "A drill is running" in host.client.get("/security/").content.decode()


def test_a_wrong_code_is_refused_and_is_not_shown_again(host: Host) -> None:
    envelope(host)
    answer = host.client.post(ENTER, given("WRNG-WRNG-WRNG"))
    assert answer.status_code == 403
    assert "WRNG" not in answer.content.decode()
    assert host.client.post(ENTER, given("x", hours="99")).status_code == 400


def test_any_administrator_ends_it_at_once(host: Host) -> None:
    codes = envelope(host)
    _user, _facts, other = colleague(host)
    host.client.post(ENTER, given(codes[0]))
    other.post(ENTER, given(codes[1]))
    access = EmergencyAccess.objects.get()
    assert host.client.post(f"{PAGE}{access.pk}/end/")["Location"].endswith("?done=closed")
    assert other.get("/billing/").status_code == 303
    assert "Emergency access is open" not in host.client.get("/security/").content.decode()


def test_the_banner_of_a_host_is_silent_for_a_stranger(host: Host) -> None:
    request = RequestFactory().get("/")
    page = Template("{% load otpguard %}{% otpguard_emergency %}")
    assert page.render(Context({"request": request})).strip() == ""
    assert page.render(Context({})).strip() == ""


@pytest.mark.parametrize("hours", ["9" * 5000, "\u0661", "", "-1", "1.0", "\0"])
def test_hours_that_are_none_are_refused(host: Host, hours: str) -> None:
    codes = envelope(host)
    assert host.client.post(ENTER, given(codes[0], hours=hours)).status_code == 400
