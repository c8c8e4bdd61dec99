"""Downloads are checked each time, counted, marked, and break off where the file was changed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed, StoreUnavailable
from otpguard.flows.release import download
from otpguard.flows.release.cancel import cancel_release
from otpguard.flows.release.download import (
    LINK_LIFE,
    BrokenOffError,
    begin_download,
    download_token,
    release_of_token,
)
from otpguard.models import Event, Membership, Release
from otpguard.testing.racing import race
from tests import factories
from tests.releasing import CSV, asked_by, files, made, ready, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]
HOUR = timedelta(hours=1)


def test_a_file_comes_out_as_it_went_in_and_names_its_event() -> None:
    facts, release = ready()
    got = begin_download(facts=facts, release=release)
    assert b"".join(got.pieces) == CSV
    assert got.size == len(CSV)
    event = Event.objects.get(kind="release.downloaded")
    assert got.event == str(event.pk)
    assert got.name == f"people-{event.pk}.csv"
    body = json.loads(event.body)["data"]
    assert (body["rows"], body["left"]) == (2, 2)
    assert str(event.pk).encode() not in CSV
    release.refresh_from_db()
    assert release.downloads == [str(event.pk)]


def test_a_file_is_downloaded_as_often_as_the_setting_says_and_no_more() -> None:
    facts, release = ready()
    for _ in range(3):
        begin_download(facts=facts, release=release).pieces.close()
        release.refresh_from_db()
    with pytest.raises(NotAllowed, match="as often"):
        begin_download(facts=facts, release=release)
    assert Event.objects.filter(kind="release.downloaded").count() == 3


def test_of_many_downloads_at_once_no_more_than_are_left_begin() -> None:
    facts, release = ready()

    def fetch() -> bool:
        try:
            return b"".join(begin_download(facts=facts, release=release).pieces) == CSV
        except NotAllowed:
            return False

    assert sum(race(fetch, threads=6)) == 3
    release.refresh_from_db()
    assert release.downloads_left == 0
    assert len(set(release.downloads)) == 3


@pytest.mark.parametrize("moment", ["held", "expired", "queued", "canceled"])
def test_outside_its_time_nothing_is_given_out(moment: str) -> None:
    facts, release = asked_by() if moment == "queued" else ready()
    if moment == "held":
        factories.age(release, opens_at=facts.now + HOUR)
    elif moment == "expired":
        factories.age(release, expires_at=facts.now)
    elif moment == "canceled":
        assert cancel_release(facts=facts, release=release)
        release.refresh_from_db()
    with pytest.raises(NotAllowed, match="waits" if moment == "held" else None):
        begin_download(facts=facts, release=release)
    assert not Event.objects.filter(kind="release.downloaded").exists()


def test_the_hold_is_asked_in_the_statement_that_counts_too() -> None:
    """The row that the caller has read may be old."""
    facts, release = ready()
    Release.objects.update(opens_at=facts.now + HOUR)
    with pytest.raises(NotAllowed, match="any more"):
        begin_download(facts=facts, release=release)


def test_nobody_else_and_no_other_tenant_gets_it() -> None:
    facts, release = ready()
    admin = factories.member(release.tenant, roles=["admin"])
    elsewhere = factories.member(factories.tenant(), release.user, roles=["admin"])
    for other in (
        factories.facts(admin.user, release.tenant),
        factories.facts(release.user, elsewhere.tenant),
        replace(facts, tenant=""),
        RequestFacts(now=facts.now),
    ):
        with pytest.raises(NotAllowed):
            begin_download(facts=other, release=release)


@pytest.mark.parametrize("change", [{"roles": ["member"]}, {"active": False}])
def test_who_has_lost_a_role_gets_nothing_and_the_file_is_destroyed(change: Any) -> None:
    facts, release = ready()
    Membership.objects.update(**change)
    with pytest.raises(NotAllowed, match="role"):
        begin_download(facts=facts, release=release)
    release.refresh_from_db()
    assert (release.state, release.reason, files()) == ("canceled", "role", [])


def test_a_storage_that_is_away_costs_no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError

    facts, release = ready()
    monkeypatch.setattr(InMemoryStorage, "_open", away)
    with pytest.raises(StoreUnavailable):
        begin_download(facts=facts, release=release)
    release.refresh_from_db()
    assert release.downloads_left == 3


def change_file(name: str, change: Any) -> None:
    whole = stored(name)
    storages["releases"].delete(name)
    storages["releases"].save(name, ContentFile(change(whole)))


def test_a_file_that_was_cut_since_breaks_the_download_off_and_is_an_event() -> None:
    facts, release = ready(job="archive")
    change_file(release.file, lambda whole: whole[:-20])
    got = begin_download(facts=facts, release=release)
    with pytest.raises(BrokenOffError):
        list(got.pieces)
    assert Event.objects.filter(kind="release.broken").count() == 1


def test_a_file_of_another_release_does_not_open_here() -> None:
    facts, release = ready()
    other = ready()[1]
    change_file(release.file, lambda _whole: stored(other.file))
    Release.objects.filter(pk=release.pk).update(key=other.key)
    release.refresh_from_db()
    with pytest.raises(BrokenOffError):
        begin_download(facts=facts, release=release)
    release.refresh_from_db()
    assert release.downloads_left == 3


def test_a_download_that_runs_breaks_off_when_it_is_canceled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(download, "LOOK_EVERY", 1)
    facts, release = ready(job="archive")
    got = begin_download(facts=facts, release=release)
    next(got.pieces)
    assert cancel_release(facts=facts, release=release)
    with pytest.raises(BrokenOffError):
        list(got.pieces)


def test_a_link_serves_its_person_in_its_tenant_for_a_while() -> None:
    facts, release = ready()
    token = download_token(release=release, user=facts.user)
    assert release_of_token(facts=facts, token=token) == release
    other = factories.member(release.tenant, roles=["admin"])
    assert release_of_token(facts=factories.facts(other.user, release.tenant), token=token) is None
    assert release_of_token(facts=replace(facts, tenant=""), token=token) is None
    assert release_of_token(facts=replace(facts, user=""), token=token) is None
    assert release_of_token(facts=facts, token=token[:-4] + "AAAA") is None
    assert timedelta(0) < LINK_LIFE <= HOUR


def test_a_link_that_is_too_old_serves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    facts, release = ready()
    token = download_token(release=release, user=facts.user)
    monkeypatch.setattr(download, "LINK_LIFE", timedelta(seconds=-1))
    assert release_of_token(facts=facts, token=token) is None


def test_a_held_file_is_not_opened_early_by_making_it_again() -> None:
    facts, release = asked_by()
    made(release)
    assert release.opens_at == release.held_until == facts.now + HOUR
