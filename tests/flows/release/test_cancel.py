"""Those who may cancel do so once, and key and file are gone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.release import cancel
from otpguard.flows.release.ask import cancel_token
from otpguard.flows.release.cancel import cancel_by_link, cancel_release, release_of_link
from otpguard.flows.release.download import begin_download
from otpguard.models import Event, Release
from otpguard.testing.racing import race
from tests import factories
from tests.releasing import asked_by, files, made, ready

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]


def nobody() -> RequestFacts:
    return factories.facts()


@pytest.mark.parametrize("who", ["own", "admin", "site"])
def test_the_person_an_administrator_and_the_site_cancel(who: str) -> None:
    facts, release = ready(factories.member(factories.tenant(), roles=["member"]))
    if who == "admin":
        facts = factories.facts(
            factories.member(release.tenant, roles=["admin"]).user, release.tenant
        )
    elif who == "site":
        facts = factories.facts(factories.staff())
    assert cancel_release(facts=facts, release=release)
    release.refresh_from_db()
    assert (release.state, release.file, bool(release.key), files()) == ("canceled", "", False, [])
    assert str(release.ended_by_id) == facts.user
    assert Event.objects.filter(kind="release.canceled", actor_ref=facts.user).count() == 1


@pytest.mark.parametrize("who", ["member", "stranger", "elsewhere"])
def test_nobody_else_cancels(who: str) -> None:
    _, release = ready()
    facts = factories.facts(factories.user(), release.tenant)
    if who == "member":
        facts = factories.facts(factories.member(release.tenant).user, release.tenant)
    elif who == "elsewhere":
        other = factories.member(factories.tenant(), roles=["admin"])
        facts = factories.facts(other.user, other.tenant)
    with pytest.raises(NotAllowed):
        cancel_release(facts=facts, release=release)
    release.refresh_from_db()
    assert release.state == "ready"


def test_it_is_canceled_once_however_many_try() -> None:
    facts, release = ready()
    assert sum(race(lambda: cancel_release(facts=facts, release=release), threads=4)) == 1
    assert Event.objects.filter(kind="release.canceled").count() == 1


def test_canceling_after_a_download_destroys_it_and_says_how_often_it_was_fetched() -> None:
    facts, release = ready()
    list(begin_download(facts=facts, release=release).pieces)
    release.refresh_from_db()
    assert cancel_release(facts=facts, release=release)
    body = json.loads(Event.objects.get(kind="release.canceled").body)["data"]
    assert body["downloads"] == 1
    assert files() == []


def test_before_a_worker_has_begun_there_is_nothing_to_make_any_more() -> None:
    facts, release = asked_by()
    assert cancel_release(facts=facts, release=release)
    assert (made(release).state, files()) == ("canceled", [])


def test_a_link_cancels_without_a_login_and_once() -> None:
    _, release = ready()
    admin = factories.member(release.tenant, roles=["admin"]).user
    token = cancel_token(release, str(admin.pk))
    assert release_of_link(token=token) == (release, str(admin.pk))
    assert cancel_by_link(facts=nobody(), token=token) == release
    assert cancel_by_link(facts=nobody(), token=token) is None
    assert release_of_link(token=token) is None
    release.refresh_from_db()
    assert (release.state, release.reason, release.ended_by_id) == ("canceled", "link", admin.pk)
    assert files() == []


def test_a_link_that_is_old_or_no_link_of_ours_cancels_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, release = ready()
    token = cancel_token(release, "1")
    for wrong in ("", "x", token[:-3] + "AAA", token + "é"):
        assert cancel_by_link(facts=nobody(), token=wrong) is None
    monkeypatch.setattr(cancel, "LINK_LIFE", timedelta(seconds=-1))
    assert cancel_by_link(facts=nobody(), token=token) is None
    release.refresh_from_db()
    assert release.state == "ready"


def test_the_database_refuses_a_key_after_the_end() -> None:
    facts, release = ready()
    cancel_release(facts=facts, release=release)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(key="again")


@pytest.mark.parametrize("person", ["", "2147483000", "somebody of the host's"])
def test_the_link_of_somebody_without_an_account_still_cancels(person: str) -> None:
    _facts, release = ready(factories.member(factories.tenant(), roles=["member"]))
    assert cancel_by_link(facts=nobody(), token=cancel_token(release, person)) is not None
    release.refresh_from_db()
    assert (release.state, release.ended_by) == ("canceled", None)
