"""The event streams of an organization: set up, tested, paused, sent again, removed."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from otpguard.models import DeadLetter, Event, LogStream
from tests import factories
from tests.flows.siem.streaming import stream_of
from tests.host import Host
from tests.stepup import carry_out
from tests.store_down import no_answer
from tests.web.team.enterprise import said_by, strangers

pytestmark = pytest.mark.django_db
PAGE = "/security/team/streams/"
WANTED = {"name": "SOC", "sink": "webhook", "url": "https://logs.example.com/a-key"}


def test_a_webhook_is_set_up_after_a_proof_and_its_secret_is_shown_this_once(host: Host) -> None:
    stopped = host.client.post(f"{PAGE}add/", WANTED)
    assert "/step-up/" in stopped["Location"]
    assert not LogStream.objects.exists()
    shown = carry_out(host.client, stopped).content.decode()
    row = LogStream.objects.get()
    assert row.tenant == host.tenant
    assert row.secret.reveal() in shown
    later = host.client.get(f"{PAGE}{row.pk}/").content.decode()
    assert row.secret.reveal() not in later
    assert "a-key" not in later, "of the address the host alone: a path may hold a key"
    assert "logs.example.com" in later


def test_the_token_of_a_receiver_is_typed_once_more_and_shown_nowhere(host: Host) -> None:
    wanted = {**WANTED, "sink": "splunk", "secret": "hec-token"}
    stopped = host.client.post(f"{PAGE}add/", wanted)
    assert "hec-token" not in str(stopped["Location"])
    assert not LogStream.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "http://logs.example.com"},
        {"url": "tls://logs.example.com"},
        {"sink": "pigeon"},
        {"name": ""},
    ],
)
def test_what_no_stream_may_have_is_refused_before_a_proof(
    host: Host, changed: dict[str, str]
) -> None:
    answer = host.client.post(f"{PAGE}add/", {**WANTED, **changed})
    assert answer.status_code == 400
    assert not LogStream.objects.exists()


def test_it_is_paused_continued_tested_and_removed(host: Host) -> None:
    row = stream_of(host.tenant)
    for change, said, kind in (
        ("test", "The test event is on its way.", "siem.tested"),
        ("pause", "The stream is paused.", "siem.paused"),
        ("resume", "The stream goes on", "siem.resumed"),
        ("remove", "The stream was removed.", "siem.removed"),
    ):
        done = carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/{change}/"))
        assert said in said_by(host, done)
        assert Event.objects.filter(kind=kind, tenant_id=host.tenant.pk).count() == 1
    assert not LogStream.objects.exists()


def test_a_new_secret_is_shown_this_once_after_a_proof(host: Host) -> None:
    row = stream_of(host.tenant, sink="verifications")
    stopped = host.client.post(f"{PAGE}{row.pk}/secret/")
    assert "/step-up/" in stopped["Location"]
    shown = carry_out(host.client, stopped).content.decode()
    row.refresh_from_db()
    assert row.secret.reveal() != "whsec_c2VjcmV0"
    assert row.secret.reveal() in shown
    later = host.client.get(f"{PAGE}{row.pk}/").content.decode()
    assert "Both secrets sign until" in later
    assert row.secret.reveal() not in later


def test_a_token_of_a_receiver_is_not_replaced_here(host: Host) -> None:
    row = stream_of(host.tenant, sink="splunk")
    assert "/secret/" not in host.client.get(f"{PAGE}{row.pk}/").content.decode()
    done = carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/secret/"))
    assert done.status_code == 404


def test_refused_events_are_shown_and_sent_again(host: Host) -> None:
    row = stream_of(host.tenant)
    letter = DeadLetter.objects.create(stream=row, event=uuid4(), reason="HTTP 400")
    assert str(letter.event) in host.client.get(f"{PAGE}{row.pk}/").content.decode()
    carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/replay/"))
    letter.refresh_from_db()
    assert letter.replay_at is not None


def test_a_stream_of_another_organization_or_of_the_site_is_not_there(host: Host) -> None:
    for row in (stream_of(factories.tenant(), name="theirs"), stream_of(None, name="theirs")):
        assert "theirs" not in host.client.get(PAGE).content.decode()
        assert host.client.get(f"{PAGE}{row.pk}/").status_code == 404
        for change in ("test", "pause", "resume", "replay", "secret", "remove"):
            assert host.client.post(f"{PAGE}{row.pk}/{change}/").status_code == 404
        row.refresh_from_db()
        assert row.state == "active"


def test_a_change_that_there_is_not_is_not_found(host: Host) -> None:
    row = stream_of(host.tenant)
    assert host.client.post(f"{PAGE}{row.pk}/explode/").status_code == 404


def test_administrators_alone_open_it(host: Host) -> None:
    row = stream_of(host.tenant, name="ours")
    for who, client in strangers(host):
        page = client.get(PAGE)
        assert page.status_code == (403 if who == "member" else 200)
        assert "ours" not in page.content.decode()
        assert client.post(f"{PAGE}{row.pk}/remove/").status_code in {403, 404}
        assert client.get(f"{PAGE}{row.pk}/").status_code in {403, 404}
    assert LogStream.objects.filter(pk=row.pk).exists()
    assert Client().get(PAGE).status_code == 302


def test_the_page_is_away_with_its_store(host: Host) -> None:
    host.client.get(PAGE)
    with no_answer():
        assert host.client.get(PAGE).status_code == 503
