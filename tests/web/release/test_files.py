"""The download: guarded, counted, marked; streamed under both servers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

from django.core.files.storage import InMemoryStorage
from django.test import AsyncRequestFactory, Client, RequestFactory

from otpguard.flows.release.download import begin_download, download_token
from otpguard.models import Event, Membership, Release
from otpguard.web.release.files import EVENT_HEADER, streamed
from tests import factories
from tests.host import Host
from tests.releasing import CSV, ready
from tests.stepup import step_up


def own(exporting: Host) -> Release:
    return ready(Membership.objects.get(user=exporting.user))[1]


def link(exporting: Host, release: Release) -> str:
    text = exporting.client.get(f"/security/releases/{release.pk}/").content.decode()
    found = re.search(r'href="(/security/releases/[^"]+/file/)"', text)
    assert found is not None
    return found[1]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_each_download_is_guarded_again_and_marked_with_its_event(exporting: Host) -> None:
    release = own(exporting)
    url = link(exporting, release)
    refused = exporting.client.get(url)
    assert refused.status_code in {302, 303}
    release.refresh_from_db()
    assert release.downloads_left == 3
    answer = step_up(exporting.client, refused)
    assert body(answer) == CSV
    event = Event.objects.get(kind="release.downloaded")
    assert answer[EVENT_HEADER] == str(event.pk)
    assert str(event.pk) in answer["Content-Disposition"]
    assert (answer["Content-Type"], answer["Content-Length"]) == (
        "text/csv; charset=utf-8",
        str(len(CSV)),
    )
    assert "no-store" in answer["Cache-Control"]
    assert str(event.pk).encode() not in CSV


def test_the_manifest_names_the_events_and_the_digest(exporting: Host) -> None:
    release = own(exporting)
    body(step_up(exporting.client, exporting.client.get(link(exporting, release))))
    found = exporting.client.get(f"/security/releases/{release.pk}/manifest/").json()
    release.refresh_from_db()
    assert found["event"] == str(release.event)
    assert found["downloads"] == release.downloads != []
    assert (found["rows"], found["bytes"], len(found["sha256"])) == (2, len(CSV), 64)
    assert "arguments" not in found
    assert release.file not in str(found)


def test_a_link_that_was_passed_on_serves_nobody_else(exporting: Host) -> None:
    release = own(exporting)
    url = link(exporting, release)
    other = factories.member(exporting.tenant, roles=["admin"])
    client = factories.login(Client(), other.user, exporting.tenant)
    assert client.get(url).status_code == 404
    elsewhere = factories.member(factories.tenant(), exporting.user, roles=["admin"])
    factories.select(exporting.client, elsewhere.tenant)
    assert exporting.client.get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert not Event.objects.filter(kind="release.downloaded").exists()


def test_asking_only_for_the_headers_counts_nothing(exporting: Host) -> None:
    release = own(exporting)
    assert exporting.client.head(link(exporting, release)).status_code == 405
    release.refresh_from_db()
    assert release.downloads_left == 3


def test_before_the_hold_is_over_a_proof_does_not_help(exporting: Host) -> None:
    release = own(exporting)
    url = link(exporting, release)
    factories.age(release, opens_at=release.expires_at)
    answer = step_up(exporting.client, exporting.client.get(url))
    assert answer.status_code == 403
    assert "still waits" in answer.content.decode()


def test_a_storage_that_is_away_is_503(exporting: Host, monkeypatch: Any) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    release = own(exporting)
    url = link(exporting, release)
    monkeypatch.setattr(InMemoryStorage, "_open", away)
    answer = step_up(exporting.client, exporting.client.get(url))
    assert answer.status_code == 503


def test_under_asgi_the_pieces_come_one_by_one(exporting: Host) -> None:
    release = ready(Membership.objects.get(user=exporting.user), job="archive")[1]
    facts = factories.facts(exporting.user, exporting.tenant)
    got = begin_download(facts=facts, release=release)
    answer = streamed(AsyncRequestFactory().get("/"), got)
    assert isinstance(answer.streaming_content, AsyncIterator)

    async def read() -> list[bytes]:
        return [piece async for piece in answer]

    pieces = asyncio.run(read())
    assert len(pieces) > 5
    assert len(b"".join(pieces)) == got.size


def test_a_broken_off_connection_closes_the_file(exporting: Host) -> None:
    release = ready(Membership.objects.get(user=exporting.user), job="archive")[1]
    got = begin_download(facts=factories.facts(exporting.user, exporting.tenant), release=release)
    answer = streamed(RequestFactory().get("/"), got)
    next(iter(answer.streaming_content))
    answer.close()
    assert next(got.pieces, None) is None


def test_a_token_is_of_one_person(exporting: Host) -> None:
    release = own(exporting)
    token = download_token(release=release, user="0")
    assert exporting.client.get(f"/security/releases/{token}/file/").status_code == 404
