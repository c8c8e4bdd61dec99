"""The log: who, whom, where, in which story; genuine or not; no more reads for more rows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.admin.lists import paginator as module
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.challenge import ChallengeExpired, ChallengeStarted
from otpguard.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "admin:otpguard_event_changelist"


def write(count: int = 1, **known: object) -> list[Event]:
    event = ChallengeStarted(factor="f", kind="phone", channels=["sms", "voice"])
    now = timezone.now()
    ids = [
        record(event, Circumstances(now=now + timedelta(milliseconds=step), **known))
        for step in range(count)
    ]
    return list(Event.objects.filter(pk__in=ids).order_by("id"))


def text_of(client: Client, **query: object) -> str:
    return client.get(reverse(LIST), query).content.decode()


def test_a_row_names_event_tenant_people_place_and_details(site: Client) -> None:
    ada, tenant = factories.user("ada"), factories.tenant(name="Acme")
    write(
        tenant=str(tenant.pk),
        checkpoint="api_key",
        actor=str(ada.pk),
        subject=str(ada.pk),
        client_ip="203.0.113.9",
        agent="Safari on iPhone",
        target="key 'ci'",
    )
    page = text_of(site)
    for words in (
        "A challenge was started",
        "Acme",
        "Create or rotate an API key",
        "ada",
        "203.0.113.9",
        "Safari on iPhone",
        "key &#x27;ci&#x27;",
        "channels: text message, phone call",
    ):
        assert words in page


def test_what_people_typed_is_escaped(site: Client) -> None:
    write(target="<script>alert(1)</script>", agent="<b>x</b>")
    page = text_of(site)
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_a_hundred_rows_cost_as_many_statements_as_one(
    site: Client, django_assert_num_queries: object
) -> None:
    tenants = [factories.tenant() for _ in range(5)]
    people = [factories.user() for _ in range(5)]
    write(tenant=str(tenants[0].pk), actor=str(people[0].pk))
    with connection.execute_wrapper(count := Counted()):
        site.get(reverse(LIST))
    few = count.statements
    for tenant, person in zip(tenants, people, strict=True):
        write(19, tenant=str(tenant.pk), actor=str(person.pk), subject=str(person.pk))
    with connection.execute_wrapper(count := Counted()):
        site.get(reverse(LIST))
    assert count.statements == few
    assert few <= 10, "the last one says that the log was read"


class Counted:
    """Counts statements."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):  # noqa: ANN001, ANN204 (Django's signature)
        self.statements += 1
        return execute(sql, params, many, context)


def test_the_newest_come_first_and_a_story_in_its_order(site: Client) -> None:
    story = str(uuid4())
    rows = write(3, story=story)
    shown = site.get(reverse(LIST), {"q": story}).context["cl"].result_list
    assert [row.pk for row in shown] == [row.pk for row in reversed(rows)]
    told = site.get(reverse(LIST), {"story": story}).context["cl"].result_list
    assert [row.pk for row in told] == [row.pk for row in rows]


def test_a_row_leads_to_its_story(site: Client) -> None:
    story = str(uuid4())
    (row,) = write(story=story)
    for page in (text_of(site), site.get(url_of(row)).content.decode()):
        assert f"{reverse(LIST)}?story={story}" in page


def url_of(row: Event) -> str:
    return reverse("admin:otpguard_event_change", args=[row.pk])


def test_search_finds_by_story_by_id_and_by_name(site: Client) -> None:
    ada, bob = factories.user("ada"), factories.user("bob")
    story = str(uuid4())
    (one,) = write(actor=str(ada.pk), subject=str(bob.pk), story=story)
    write()
    for term in (story, str(ada.pk), "ada", "bob", "AD"):
        page = site.get(reverse(LIST), {"q": term})
        assert one.pk in {row.pk for row in page.context["cl"].result_list}, term
    assert not site.get(reverse(LIST), {"q": "nobody at all"}).context["cl"].result_list


def test_a_changed_row_is_marked_in_the_list_and_on_its_page(site: Client) -> None:
    (row,) = write(checkpoint="api_key")
    Event.objects.filter(pk=row.pk).update(checkpoint="data_export")
    shown = site.get(reverse(LIST), {"checkpoint": "data_export"})
    assert "not genuine" in shown.content.decode()
    write(checkpoint="data_export")
    assert text_of(site, checkpoint="data_export").count("not genuine") == 1
    assert "icon-no.svg" in site.get(url_of(row)).content.decode()


def test_a_body_that_cannot_be_read_does_not_hide_the_log(site: Client) -> None:
    (row,) = write()
    Event.objects.filter(pk=row.pk).update(body="gone")
    assert "A challenge was started" in text_of(site)
    assert site.get(url_of(row)).status_code == 200


def test_the_list_counts_no_further_than_it_has_to(
    site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COUNTED", 3)
    write(5)
    assert site.get(reverse(LIST)).context["cl"].result_count == 3


def test_a_kind_from_a_later_release_is_shown_as_it_is(site: Client) -> None:
    record(ChallengeExpired(), Circumstances(now=timezone.now()))
    Event.objects.update(kind="later.happened")
    assert "later.happened" in text_of(site)


def test_reading_the_log_is_an_event_with_filter_and_count(site: Client) -> None:
    def reads() -> list[dict[str, object]]:
        rows = Event.objects.filter(kind="data.read").order_by("id")
        return [json.loads(row.body)["data"] for row in rows]

    url = reverse("admin:otpguard_event_changelist")
    assert site.get(url, {"q": "alice"}).status_code == 200
    assert reads()[-1]["filter"] == '{"q": "…"}'
    before = Event.objects.count()
    site.get(url)
    assert reads()[-1]["rows"] == before
    first = Event.objects.filter(kind="data.read").earliest("id")
    site.get(reverse("admin:otpguard_event_change", args=[first.pk]))
    assert [each["rows"] for each in reads()] == [0, before, 1]


@pytest.mark.parametrize(
    ("preset", "status"), [("baseline", 200), ("defensible", 303), ("enterprise", 303)]
)
def test_the_log_is_guarded_where_the_preset_says_so(
    site: Client, settings: Any, preset: str, status: int
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "PRESET": preset}
    answer = site.get(reverse("admin:otpguard_event_changelist"), HTTP_ACCEPT="text/html")
    assert answer.status_code in ({status} if status == 200 else {302, 303, 403})
    assert Event.objects.filter(kind="data.read").exists() == (status == 200)
