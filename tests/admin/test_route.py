"""Routes in the admin: how they are, and the buttons that stop and free them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import RouteHealth, RouteSwitch
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db
HEALTH = "admin:otpguard_routehealth_changelist"
OFF = "admin:otpguard_routeswitch_do_off"


def health(**columns: object) -> RouteHealth:
    columns = {"provider": "vendor", "channel": "sms", "country": "DE", **columns}
    return RouteHealth.objects.create(**columns)


def do(action: str, row: RouteHealth) -> str:
    return reverse(f"admin:otpguard_routehealth_do_{action}", args=[row.pk])


def test_a_route_is_taken_out_of_use_and_put_back(act: Act, site: Client) -> None:
    row = health()
    page = act(do("pause", row), reason="odd").content.decode()
    row.refresh_from_db()
    assert (row.state, row.reason) == ("paused", "odd")
    assert do("resume", row) in page
    assert do("pause", row) not in page
    act(do("resume", row), reason="fine")
    row.refresh_from_db()
    assert row.state == "in_use"


def test_the_list_shows_routes_and_not_the_memory_of_alarms(site: Client) -> None:
    health(state="paused", paused_until=timezone.now())
    health(channel="", country="")
    page = site.get(reverse(HEALTH))
    assert [row.channel for row in page.context["cl"].result_list] == ["sms"]
    assert "paused" in page.content.decode()


def test_the_list_tells_the_counts_in_words(site: Client) -> None:
    health(tries=40, failures=12, slow=3)
    page = site.get(reverse(HEALTH)).content.decode()
    assert "vendor · text message · DE" in page
    assert "40 tries, 12 failed, 3 slow" in page


def test_the_kill_switch_looks_grave(site: Client) -> None:
    page = site.get(reverse("admin:otpguard_routeswitch_changelist")).content.decode()
    assert f'<a href="{reverse(OFF)}" class="otpguard-grave">' in page


def test_a_channel_is_switched_off_and_on_again(act: Act, site: Client) -> None:
    page = act(reverse(OFF), channel="voice", country="de", reason="pumping").content.decode()
    row = RouteSwitch.objects.get()
    assert (row.channel, row.country, row.reason) == ("voice", "DE", "pumping")
    on = reverse("admin:otpguard_routeswitch_do_on", args=[row.pk])
    assert on in page
    listed = site.get(reverse("admin:otpguard_routeswitch_changelist")).content.decode()
    assert "every provider · phone call · DE" in listed
    act(on, reason="over")
    row.refresh_from_db()
    assert row.ended_at is not None
    assert site.get(on).status_code == 302, "it is over already"


def test_nothing_is_stopped_without_the_step_up(site: Client) -> None:
    row = health()
    for url in (reverse(OFF), do("pause", row)):
        data = {"channel": "voice", "reason": "x"}
        assert site.post(url, data, HTTP_ACCEPT="text/html").status_code == 303
    assert not RouteSwitch.objects.exists()
    assert not RouteHealth.objects.filter(state="paused").exists()


def test_staff_who_may_only_view_cannot_act(client: Client) -> None:
    viewer = factories.user(is_staff=True)
    for name in ("view_routehealth", "view_routeswitch"):
        viewer.user_permissions.add(Permission.objects.get(codename=name))
    factories.login(client, viewer)
    row = health()
    assert client.get(reverse(HEALTH)).status_code == 200
    for url in (reverse(OFF), do("pause", row), do("resume", row)):
        assert client.post(url, {"reason": "x"}).status_code == 403
