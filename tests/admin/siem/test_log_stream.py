"""Streams in the admin: set up, paused, tested, replayed and removed, each after a proof."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from otpguard.models import DeadLetter, Event, LogStream
from tests import factories
from tests.admin.acting import Act
from tests.flows.siem.streaming import stream_of

pytestmark = pytest.mark.django_db
LIST = "admin:otpguard_logstream_changelist"


def do(slug: str, row: LogStream) -> str:
    return reverse(f"admin:otpguard_logstream_do_{slug}", args=[row.pk])


def test_a_stream_is_set_up_after_a_proof(act: Act, operator: AbstractUser) -> None:
    tenant = factories.tenant("acme")
    page = act(
        reverse("admin:otpguard_logstream_do_create"),
        tenant="acme",
        name="soc",
        sink="syslog",
        url="tls://logs.example.com",
        region="",
    )
    assert "The stream was created" in page.content.decode()
    row = LogStream.objects.get()
    assert (row.tenant, row.sink, operator.is_active) == (tenant, "syslog", True)


def test_a_wrong_url_is_shown_before_any_code_is_asked(site: Client) -> None:
    given = {"name": "soc", "sink": "syslog", "url": "https://logs.example.com", "region": ""}
    page = site.post(reverse("admin:otpguard_logstream_do_create"), given)
    assert page.status_code == 400
    assert "it must begin with tls://" in page.content.decode()
    assert not LogStream.objects.exists()


def test_list_and_page_tell_how_it_goes_and_no_secret(site: Client) -> None:
    row = stream_of(factories.tenant("acme"), failures=3, trouble="HTTP 503")
    DeadLetter.objects.create(stream=row, event=uuid4(), reason="HTTP 400")
    listed = site.get(reverse(LIST)).content.decode()
    page = site.get(reverse("admin:otpguard_logstream_change", args=[row.pk])).content.decode()
    for said in (">failing<", "logs.example.com"):
        assert said in listed
    assert "HTTP 503" in page
    for hidden in ("whsec_", "logs.example.com/in"):
        assert hidden not in listed + page


def test_a_page_says_what_a_kind_cannot_do(site: Client) -> None:
    for sink, said in (("syslog", "acknowledges nothing"), ("datadog", "18 hours")):
        row = stream_of(None, sink=sink)
        url = reverse("admin:otpguard_logstream_change", args=[row.pk])
        assert said in site.get(url).content.decode()


def test_a_stream_is_paused_and_goes_on(act: Act) -> None:
    row = stream_of(None)
    assert "is paused" in act(do("pause", row), reason="maintenance").content.decode()
    row.refresh_from_db()
    assert row.state == LogStream.State.PAUSED
    assert "goes on" in act(do("resume", row), reason="over").content.decode()


def test_a_test_event_is_sent(act: Act) -> None:
    assert "is on its way" in act(do("test", stream_of(None)), reason="try").content.decode()
    assert Event.objects.filter(kind="siem.tested").count() == 1


def test_refused_events_are_listed_and_sent_again(act: Act, site: Client) -> None:
    row = stream_of(None)
    DeadLetter.objects.create(stream=row, event=uuid4(), reason="HTTP 400")
    listed = site.get(reverse("admin:otpguard_deadletter_changelist"), {"stream": str(row.pk)})
    assert "HTTP 400" in listed.content.decode()
    act(do("replay", row), reason="mended")
    assert DeadLetter.objects.get().replay_at is not None


def test_a_secret_is_replaced_and_shown_this_once(act: Act, site: Client) -> None:
    row = stream_of(None)
    page = act(do("secret", row), reason="it leaked").content.decode()
    row.refresh_from_db()
    assert row.secret.reveal() in page
    url = reverse("admin:otpguard_logstream_change", args=[row.pk])
    assert row.secret.reveal() not in site.get(url).content.decode()


def test_a_token_of_a_receiver_is_not_replaced_here(site: Client) -> None:
    row = stream_of(None, sink="splunk")
    url = reverse("admin:otpguard_logstream_change", args=[row.pk])
    assert do("secret", row) not in site.get(url).content.decode()


def test_a_stream_is_removed(act: Act) -> None:
    assert "was removed" in act(do("remove", stream_of(None)), reason="over").content.decode()
    assert not LogStream.objects.exists()


def test_who_may_not_change_streams_is_offered_nothing(client: Client) -> None:
    row = stream_of(None)
    client.force_login(factories.user(is_staff=True))
    assert client.get(reverse(LIST)).status_code == 403
    assert client.post(do("remove", row), {"reason": "x"}).status_code in {302, 403}
    assert LogStream.objects.exists()
