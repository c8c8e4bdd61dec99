"""A tenant's admin sets event streams up over the API after a proof, and sees those of no other."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.models import DeadLetter, Event, LogStream
from tests import factories
from tests.flows.siem.streaming import stream_of
from tests.host import Host
from tests.stepup import step_up

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/security/api/streams/"
API = {"Accept": "application/json"}
BODY = {"name": "soc", "sink": "webhook", "url": "https://logs.example.com/in/s3cret"}


def call(client: Client, method: str, path: str = "", body: Any = None) -> Any:
    data = json.dumps(body) if body is not None else ""
    return client.generic(method, URL + path, data, "application/json", headers=API)


def proven(client: Client, method: str, path: str = "", body: Any = None) -> Any:
    """The answer after a proof for exactly this."""
    refused = call(client, method, path, body)
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "security_settings")
    step_up(client, refused)
    return call(client, method, path, body)


def test_a_stream_is_created_after_a_proof_and_its_secret_told_once(host: Host) -> None:
    made = proven(host.client, "POST", body=BODY)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    row = LogStream.objects.get()
    assert (row.tenant, row.sink) == (host.tenant, "webhook")
    listed = call(host.client, "GET").content.decode()
    assert "logs.example.com" in listed
    for hidden in (made.json()["secret"], "s3cret"):
        assert hidden not in listed


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sink": "ftp"}, "sink"),
        ({"name": ""}, "name"),
        ({"tenant": "other"}, "tenant"),
        ({"url": {"a": 1}}, "url"),
        ({"name": ["a"] * 1_000}, "name"),
    ],
)
def test_a_wrong_value_is_told_before_a_proof_or_after(
    host: Host, changed: dict[str, Any], field: str
) -> None:
    answer = call(host.client, "POST", body={**BODY, **changed})
    if answer.status_code == 401:
        step_up(host.client, answer)
        answer = call(host.client, "POST", body={**BODY, **changed})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not LogStream.objects.exists()


def test_what_stops_or_changes_a_stream_asks_for_a_proof(host: Host) -> None:
    row = stream_of(host.tenant)
    assert proven(host.client, "POST", f"{row.pk}/pause/").json()["state"] == "paused"
    assert proven(host.client, "POST", f"{row.pk}/resume/").json()["state"] == "active"
    event = proven(host.client, "POST", f"{row.pk}/test/").json()["event"]
    assert Event.objects.get(pk=event).kind == "siem.tested"
    replaced = proven(host.client, "POST", f"{row.pk}/secret/").json()
    row.refresh_from_db()
    assert replaced["secret"] == row.secret.reveal() != "whsec_c2VjcmV0"
    assert replaced["old_secret_until"] is not None
    assert "secret" not in call(host.client, "GET", f"{row.pk}/").json()
    assert proven(host.client, "DELETE", f"{row.pk}/").json() == {"removed": True}
    assert not LogStream.objects.exists()


def test_refused_events_are_listed_and_offered_again(host: Host) -> None:
    row = stream_of(host.tenant)
    letter = DeadLetter.objects.create(stream=row, event=uuid4(), reason="HTTP 400")
    (listed,) = call(host.client, "GET", f"{row.pk}/refused/").json()["refused"]
    assert (listed["event"], listed["reason"]) == (str(letter.event), "HTTP 400")
    assert call(host.client, "GET", f"{row.pk}/").json()["refused"] == 1
    assert proven(host.client, "POST", f"{row.pk}/replay/").json() == {"count": 1}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "pause/"),
        ("POST", "resume/"),
        ("POST", "test/"),
        ("POST", "replay/"),
        ("POST", "secret/"),
        ("GET", "refused/"),
    ],
)
def test_a_stream_of_another_tenant_or_of_the_site_is_not_there(
    host: Host, method: str, path: str
) -> None:
    for row in (stream_of(factories.tenant()), stream_of(None)):
        assert call(host.client, method, f"{row.pk}/{path}").status_code == 404
    assert call(host.client, "GET").json() == {"streams": []}
    assert LogStream.objects.filter(state="active").count() == 2


def test_only_an_admin_may_ask(host: Host, client: Client) -> None:
    row = stream_of(host.tenant, next_at=timezone.now())
    assert call(client, "GET").status_code in {401, 403}
    factories.login(client, factories.member(host.tenant).user, host.tenant)
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", f"{row.pk}/")):
        assert call(client, method, path, BODY).status_code == 403
