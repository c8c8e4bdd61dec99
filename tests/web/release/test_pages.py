"""Pages of exports: people see their own, administrators all of their organization."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.models import Membership, Release
from tests import factories
from tests.host import Host
from tests.releasing import asked_by, made, ready


def own(exporting: Host, *, is_ready: bool = True) -> Release:
    member = Membership.objects.get(user=exporting.user)
    return ready(member)[1] if is_ready else asked_by(member)[1]


def page(exporting: Host, release: Release) -> str:
    return exporting.client.get(f"/security/releases/{release.pk}/").content.decode()


def test_a_page_follows_an_export_from_its_request_to_its_end(exporting: Host) -> None:
    release = own(exporting, is_ready=False)
    answer = exporting.client.get(f"/security/releases/{release.pk}/")
    assert "Your export is being made" in answer.content.decode()
    assert answer["Refresh"] == "3"
    made(release)
    answer = exporting.client.get(f"/security/releases/{release.pk}/")
    assert "Your export is waiting" in answer.content.decode()
    assert "data-otpguard-wait=" in answer.content.decode()
    opens_in = (Release.objects.get().opens_at - timezone.now()).total_seconds()
    assert opens_in < int(answer["Refresh"]) < opens_in + 60, "it says so when the wait is over"
    factories.age(release, opens_at=timezone.now())
    answer = exporting.client.get(f"/security/releases/{release.pk}/")
    assert "Your export is ready" in answer.content.decode()
    assert not answer.has_header("Refresh")
    factories.age(release, expires_at=timezone.now())
    text = page(exporting, release)
    assert "This export has ended" in text
    assert "/file/" not in text


def test_a_failed_one_says_why(exporting: Host) -> None:
    release = own(exporting)
    Release.objects.update(state="failed", reason="storage", key="")
    assert "Its file could not be kept." in page(exporting, release)


def test_the_button_cancels_and_a_second_press_changes_nothing(exporting: Host) -> None:
    release = own(exporting)
    for _ in range(2):
        answer = exporting.client.post(f"/security/releases/{release.pk}/cancel/")
        assert answer.status_code == 303
    release.refresh_from_db()
    assert release.state == "canceled"
    assert exporting.client.get(f"/security/releases/{release.pk}/cancel/").status_code == 405


def test_an_administrator_sees_and_cancels_what_others_asked_for_but_cannot_fetch_it(
    exporting: Host,
) -> None:
    other = factories.member(exporting.tenant, roles=["member"])
    release = ready(other)[1]
    text = page(exporting, release)
    assert "Cancel this export" in text
    assert "/file/" not in text
    assert str(release.pk) in exporting.client.get("/security/releases/").content.decode()


@pytest.mark.parametrize("who", ["member", "elsewhere", "outside"])
def test_nobody_else_sees_it(exporting: Host, who: str) -> None:
    release = own(exporting)
    client = Client(headers={"Accept": "text/html"})
    if who == "member":
        factories.login(client, factories.member(exporting.tenant).user, exporting.tenant)
    elif who == "elsewhere":
        other = factories.member(factories.tenant(), roles=["admin"])
        factories.login(client, other.user, other.tenant)
    else:
        client = exporting.client
        factories.select(client, None)
    for path in ("", "manifest/"):
        assert client.get(f"/security/releases/{release.pk}/{path}").status_code == 404
    assert client.post(f"/security/releases/{release.pk}/cancel/").status_code == 404
    assert str(release.pk) not in client.get("/security/releases/").content.decode()
    release.refresh_from_db()
    assert release.state == "ready"


def test_a_visitor_is_asked_to_log_in(exporting: Host) -> None:
    release = own(exporting)
    for path in ("", f"{release.pk}/", f"{release.pk}/manifest/"):
        assert Client().get(f"/security/releases/{path}").status_code == 302


def test_a_countdown_that_is_over_is_none(exporting: Host) -> None:
    release = own(exporting)
    factories.age(release, opens_at=timezone.now() - timedelta(seconds=1))
    assert "data-otpguard-wait=" not in page(exporting, release)
