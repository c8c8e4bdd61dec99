"""The start page of otpguard in the admin: tiles, cards, and nothing that one may not see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client, override_settings
from django.urls import path, reverse

from otpguard.core.todo import Todo
from otpguard.flows import todo
from otpguard.models import RouteHealth
from tests import factories

pytestmark = pytest.mark.django_db


class OwnSite(admin.AdminSite):
    """A site of the host's own, next to Django's."""


own = OwnSite(name="own")
own._registry = {model: type(each)(model, own) for model, each in admin.site._registry.items()}
urlpatterns = [path("admin/", admin.site.urls), path("staff/", own.urls)]


@pytest.fixture
def staff(client: Client) -> Client:
    return factories.login(client, factories.staff())


def home(client: Client, at: str = "") -> str:
    answer = client.get(at or reverse("admin:app_list", args=["otpguard"]))
    assert answer.status_code == 200
    return answer.content.decode().partition('class="otpguard-home"')[2]


def tiles(page: str) -> dict[str, str]:
    """What a tile leads to, and its number."""
    found = re.findall(r'<a href="([^"?]+\?todo=(\w+))"><strong>([^<]+)</strong>', page)
    return {slug: number for _url, slug, number in found}


def failing(count: int) -> None:
    for at in range(count):
        RouteHealth.objects.create(provider=f"vendor{at}", channel="sms", state="paused")


def test_a_tile_counts_and_leads_to_the_list(staff: Client) -> None:
    failing(2)
    page = home(staff)
    assert tiles(page) == {"routes": "2"}
    assert "Nothing else needs a hand." in page
    url = re.search(r'href="([^"]+\?todo=routes)"', page)
    assert url is not None
    assert len(staff.get(url[1]).context["cl"].result_list) == 2


def test_where_nothing_waits_one_line_says_so(staff: Client) -> None:
    page = home(staff)
    assert tiles(page) == {}
    assert "Nothing needs a hand now." in page


def test_a_store_that_does_not_answer_is_unknown_and_not_zero(
    staff: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(todo._kept, "until", float("inf"))
    monkeypatch.setattr(todo._kept, "counts", None)
    page = home(staff)
    assert tiles(page) == dict.fromkeys(Todo, "unknown")
    assert "Nothing" not in page


def test_more_than_is_counted_is_said_to_be_more(staff: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(todo._kept, "until", float("inf"))
    monkeypatch.setattr(todo._kept, "counts", {**dict.fromkeys(Todo, 0), Todo.HOLDS: 1001})
    assert tiles(home(staff)) == {"holds": "1000+"}


def test_each_sees_the_tiles_and_cards_of_the_lists_they_may_see(client: Client) -> None:
    failing(1)
    viewer = factories.user(is_staff=True)
    factories.login(client, viewer)
    viewer.user_permissions.set([Permission.objects.get(codename="view_hold")])
    page = home(client)
    assert tiles(page) == {}
    assert re.findall(r'<h2 id="otpguard-(\w+)"', page) == ["todo", "people"]
    assert re.findall(r'<li><a href="([^"]+)"', page) == [reverse("admin:otpguard_hold_changelist")]
    viewer.user_permissions.set([Permission.objects.get(codename="view_loginsession")])
    assert "Nothing needs a hand" not in home(client), "nothing that could is theirs to see"


def test_all_lists_stand_on_four_cards(staff: Client) -> None:
    page = home(staff)
    cards = page.partition('class="otpguard-cards"')[2]
    assert re.findall(r'<h2 id="otpguard-(\w+)"', cards) == ["people", "policy", "delivery", "log"]
    models = [each for each in admin.site._registry if each._meta.app_label == "otpguard"]
    linked = re.findall(r'<li><a href="([^"]+)"', cards)
    assert sorted(linked) == sorted(
        reverse(f"admin:otpguard_{each._meta.model_name}_changelist") for each in models
    )


@override_settings(ROOT_URLCONF="tests.templatetags.test_otpguard_admin")
def test_on_a_site_of_the_hosts_own_every_link_stays_there(staff: Client) -> None:
    failing(1)
    page = home(staff, "/staff/otpguard/")
    links = re.findall(r'href="([^"]+)"', page.partition("</main>")[0])
    assert tiles(page) == {"routes": "1"}
    assert len(links) > 20
    assert [link for link in links if not link.startswith("/staff/otpguard/")] == []


@override_settings(LANGUAGE_CODE="de")
def test_it_speaks_the_language_of_the_site(staff: Client) -> None:
    failing(1)
    page = home(staff)
    assert "Needs a hand" not in page
    assert "Zu erledigen" in page
    assert "Sonst ist nichts zu erledigen." in page
    assert "Wer angemeldet ist" in page
