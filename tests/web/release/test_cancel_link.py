"""The link of a notice: opening it changes nothing, pressing the button does, once."""

from __future__ import annotations

import re

from django.test import Client

from otpguard.flows.release.ask import cancel_token
from otpguard.models import Membership
from tests.host import Host
from tests.releasing import files, ready


def test_a_scanner_that_opens_the_link_changes_nothing(exporting: Host) -> None:
    _, release = ready(Membership.objects.get(user=exporting.user))
    url = f"/security/cancel-release/{cancel_token(release, str(exporting.user.pk))}/"
    for _ in range(2):
        answer = Client().get(url)
        assert answer.status_code == 200
        assert "Cancel this export?" in answer.content.decode()
    assert Client().head(url).status_code in {200, 405}
    release.refresh_from_db()
    assert release.state == "ready"


def test_the_button_cancels_without_a_login_and_once(exporting: Host) -> None:
    _, release = ready(Membership.objects.get(user=exporting.user))
    url = f"/security/cancel-release/{cancel_token(release, str(exporting.user.pk))}/"
    browser = Client(enforce_csrf_checks=True)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', browser.get(url).content.decode())
    assert token is not None
    assert browser.post(url).status_code == 403
    assert files() != []
    answer = browser.post(url, {"csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 200
    assert "The export is canceled" in answer.content.decode()
    assert files() == []
    assert browser.post(url, {"csrfmiddlewaretoken": token[1]}).status_code == 410
    assert browser.get(url).status_code == 410


def test_a_changed_link_is_gone(exporting: Host) -> None:
    _, release = ready(Membership.objects.get(user=exporting.user))
    token = cancel_token(release, str(exporting.user.pk))
    assert Client().get(f"/security/cancel-release/{token[:-3]}AAA/").status_code == 410
    assert Client().post(f"/security/cancel-release/{token[:-3]}AAA/").status_code == 410
