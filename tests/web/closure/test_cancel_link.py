"""The link of a notice: opening it changes nothing, pressing the button does, once."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client

from otpguard.flows.closure.ask import ask_closure, cancel_token
from otpguard.models import Event, Tenant
from tests import factories
from tests.host import Host


def link(host: Host) -> str:
    """The link that the administrator of the host was sent."""
    tenant = ask_closure(facts=factories.facts(host.user, host.tenant))
    return f"/security/cancel-closure/{cancel_token(tenant, str(host.user.pk))}/"


def test_a_scanner_that_opens_the_link_changes_nothing(paying: Host) -> None:
    url = link(paying)
    for _ in range(2):
        answer = Client().get(url)
        assert answer.status_code == 200
        assert "Keep this organization open?" in answer.content.decode()
    assert Client().head(url).status_code in {200, 405}
    assert Tenant.objects.exclude(closes_at=None).count() == 1


def test_the_button_keeps_it_open_without_a_login_and_once(paying: Host) -> None:
    url = link(paying)
    browser = Client(enforce_csrf_checks=True)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', browser.get(url).content.decode())
    assert token is not None
    assert browser.post(url).status_code == 403
    answer = browser.post(url, {"csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 200
    assert "Your organization stays open" in answer.content.decode()
    assert not Tenant.objects.exclude(closes_at=None).exists()
    assert browser.post(url, {"csrfmiddlewaretoken": token[1]}).status_code == 410
    assert browser.get(url).status_code == 410
    assert Event.objects.filter(kind="closure.canceled").count() == 1


def test_a_changed_link_and_one_of_an_earlier_closing_are_gone(paying: Host) -> None:
    url = link(paying)
    assert Client().post(f"{url[:-4]}AAA/").status_code == 410
    later = Tenant.objects.get(pk=paying.tenant.pk)
    assert later.closes_at is not None
    Tenant.objects.update(closes_at=later.closes_at + timedelta(hours=1))
    assert Client().get(url).status_code == 410
    assert Client().post(url).status_code == 410
    assert Tenant.objects.exclude(closes_at=None).count() == 1
