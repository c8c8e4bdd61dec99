"""Filters by event, checkpoint, tenant, time and story."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import Enum
from uuid import uuid4

import pytest
from django.contrib.auth.models import AbstractUser
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from otpguard.admin.lists import filters
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.base import CATALOG
from otpguard.core.events.challenge import ChallengeExpired
from otpguard.core.events.session import HoldLifted
from otpguard.labels import CHALLENGE_STATES, DELIVERY_STATES, LEVELS, Text
from otpguard.models import Event, RouteSwitch
from tests import factories

pytestmark = pytest.mark.django_db
EVENTS = "admin:otpguard_event_changelist"


@pytest.fixture
def quiet(site: Client, operator: AbstractUser) -> Client:
    """The operator's browser and an empty log."""
    Event.objects.all()._raw_delete(using="default")
    return site


def listed(client: Client, **query: object) -> set[object]:
    page = client.get(reverse(EVENTS), query)
    assert page.status_code == 200, page
    rows = page.context["cl"].result_list
    return {row.pk for row in rows if row.kind != "data.read"}  # each look leaves one


def write(**known: object) -> object:
    known.setdefault("now", timezone.now())
    return record(known.pop("event", ChallengeExpired()), Circumstances(**known))


def test_by_kind_and_checkpoint(quiet: Client) -> None:
    one = write(event=HoldLifted(reason="x"), checkpoint="*")
    two = write(checkpoint="api_key")
    assert listed(quiet, kind="hold.lifted") == {one}
    assert listed(quiet, checkpoint="api_key") == {two}
    assert listed(quiet, checkpoint="*") == {one}
    assert listed(quiet, kind="hold.lifted", checkpoint="api_key") == set()


def test_by_channel_in_words(site: Client) -> None:
    RouteSwitch.objects.create(channel="voice", reason="x")
    RouteSwitch.objects.create(channel="sms", reason="x")
    url = reverse("admin:otpguard_routeswitch_changelist")
    page = site.get(url, {"channel": "voice"})
    assert [row.channel for row in page.context["cl"].result_list] == ["voice"]
    assert ">phone call</a>" in page.content.decode()
    assert site.get(url, {"channel": "fax"}).context["cl"].result_count == 0


@pytest.mark.parametrize(
    ("listed_rows", "column", "words"),
    [
        ("challenge", "state", CHALLENGE_STATES),
        ("delivery", "state", DELIVERY_STATES),
        ("enrollmentrule", "level", LEVELS),
    ],
)
def test_what_is_kept_as_a_code_is_chosen_in_words(
    site: Client, listed_rows: str, column: str, words: Mapping[Enum, Text]
) -> None:
    page = site.get(reverse(f"admin:otpguard_{listed_rows}_changelist")).content.decode()
    for value, text in words.items():
        assert re.search(rf'href="\?{column}={value.value}"[^>]*>{escape(text)}</a>', page), text


def test_by_tenant_or_the_site(quiet: Client) -> None:
    tenant = factories.tenant()
    here, site = write(tenant=str(tenant.pk)), write()
    assert listed(quiet, tenant=tenant.pk) == {here}
    assert listed(quiet, tenant="site") == {site}
    assert listed(quiet, tenant="nonsense") == set()


def test_by_time_through_the_id(quiet: Client) -> None:
    now = timezone.now()
    ages = {"hour": 0.5, "day": 20, "week": 24 * 6, "": 24 * 30}
    rows = {name: write(now=now - timedelta(hours=hours)) for name, hours in ages.items()}
    assert listed(quiet, since="hour") == {rows["hour"]}
    assert listed(quiet, since="day") == {rows["hour"], rows["day"]}
    assert listed(quiet, since="week") == {rows["hour"], rows["day"], rows["week"]}
    assert listed(quiet) == set(rows.values())
    assert listed(quiet, since="nonsense") == set(rows.values())


def test_by_story(quiet: Client) -> None:
    story = str(uuid4())
    rows = {write(story=story), write(story=story)}
    write(story=str(uuid4()))
    assert listed(quiet, story=story) == rows
    assert listed(quiet, story="nonsense") == set()


def test_the_menu_of_events_is_the_catalog(site: Client) -> None:
    page = site.get(reverse(EVENTS)).content.decode()
    for kind in CATALOG:
        assert f'value="{kind.code}"' in page
        assert escape(kind.label) in page


def test_a_menu_keeps_the_other_filters_and_the_search(site: Client) -> None:
    page = site.get(reverse(EVENTS), {"kind": "hold.lifted", "since": "day", "q": "ada"})
    kept = [kept for spec in page.context["cl"].filter_specs for kept in _kept(spec, page)]
    assert ("since", "day") in kept
    assert ("q", "ada") in kept


def _kept(spec: object, page: object) -> Iterable[object]:
    if not isinstance(spec, filters.KindFilter | filters.CheckpointFilter):
        return []
    return next(iter(spec.choices(page.context["cl"])))["kept"]


def test_many_tenants_are_not_listed_but_can_be_asked_for(
    quiet: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "TENANTS_LISTED", 1)
    one, two = factories.tenant(name="First"), factories.tenant(name="Second")
    row = write(tenant=str(two.pk))
    page = quiet.get(reverse(EVENTS)).content.decode()
    assert f'value="{one.pk}"' not in page
    assert listed(quiet, tenant=two.pk) == {row}
    asked = quiet.get(reverse(EVENTS), {"tenant": str(two.pk)}).content.decode()
    assert f'value="{two.pk}" selected' in asked


def test_what_may_have_happened_is_asked_in_words(site: Client, operator: AbstractUser) -> None:
    live = factories.grant(operator, None)
    over = factories.grant(operator, None, revoked_at=timezone.now())
    page = site.get(reverse("admin:otpguard_grant_changelist"))
    [asked] = [spec for spec in page.context["cl"].filter_specs if spec.title == "revoked"]
    choices = list(asked.choices(page.context["cl"]))
    assert [str(choice["display"]) for choice in choices] == ["All", "No", "Yes"]
    for choice, row in zip(choices[1:], (live, over), strict=True):
        found = site.get(reverse("admin:otpguard_grant_changelist") + choice["query_string"])
        assert [each.pk for each in found.context["cl"].result_list] == [row.pk]


def test_all_menus_of_a_list_share_one_form_and_one_button(quiet: Client) -> None:
    write(event=HoldLifted(reason="x"), checkpoint="*")
    query = {"kind": "hold.lifted", "since": "day", "q": "ada"}
    page = quiet.get(reverse(EVENTS), query).content.decode()
    fields = re.findall(r'<(input|select)[^>]* form="otpguard-filters"([^>]*)>', page)
    assert page.count('<form id="otpguard-filters" method="get"></form>') == 1
    assert [kind for kind, _rest in fields].count("select") == 3
    assert re.findall(r'type="submit" form="otpguard-filters"', page) == [
        'type="submit" form="otpguard-filters"'
    ]
    assert [rest for _kind, rest in fields if "value" in rest and "Filter" not in rest] == [
        ' name="since" value="day"',
        ' name="q" value="ada"',
    ]


def test_empty_menus_filter_nothing(quiet: Client) -> None:
    one = write(event=HoldLifted(reason="x"))
    assert listed(quiet, kind="", checkpoint="", tenant="") == {one}


def test_a_theme_that_has_menus_gets_a_menu_without_a_form_of_its_own(quiet: Client) -> None:
    changelist = quiet.get(reverse(EVENTS)).context["cl"]
    (spec,) = [each for each in changelist.filter_specs if each.parameter_name == "kind"]
    choices = list(spec.choices(changelist))
    shown = render_to_string(
        spec.template, {"field_name": "kind", "title": spec.title, "choices": choices}
    )
    assert '<select class="form-control" name="kind"' in shown
    assert "<form" not in shown
    assert 'type="submit"' not in shown


def test_the_search_box_has_a_label(quiet: Client) -> None:
    page = quiet.get(reverse(EVENTS)).content.decode()
    assert '<label for="searchbar" class="otpguard-unseen">Search: Events</label>' in page
