"""Asking for a file: a row, an event, a job, and word to every administrator."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from otpguard.channels.providers.memory import SENT
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.ask import MOST_LIVE, ask_release
from otpguard.models import Event, Notice, Release, Tenant
from otpguard.testing import send_notices
from otpguard.testing.racing import race
from tests import factories
from tests.releasing import asked_by, made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("jobs")]
HOUR = timedelta(hours=1)


def test_a_file_is_held_for_an_hour_from_the_moment_it_was_asked_for() -> None:
    facts, release = asked_by(city="Berlin")
    assert release.held_until == facts.now + HOUR
    row = Release.objects.get()
    assert (row.state, row.downloads_left, row.roles) == ("queued", 3, ["admin"])
    assert json.loads(row.arguments.reveal()) == {"city": "Berlin"}
    event = Event.objects.get(kind="release.asked")
    body = json.loads(event.body)
    assert event.pk == row.event
    assert (event.tenant_id, event.checkpoint) == (row.tenant_id, "data_export")
    assert body["data"]["filter"] == '{"city": "Berlin"}'


def test_every_administrator_and_the_person_are_told_with_a_link_of_their_own() -> None:
    member = factories.member(factories.tenant(), roles=["member"])
    admins = [
        factories.member(
            member.tenant, factories.user(email=f"{name}@acme.example"), roles=["admin"]
        )
        for name in ("ann", "bob")
    ]
    factories.member(factories.tenant(), roles=["admin"])
    _, release = asked_by(member)
    told = Notice.objects.filter(kind="export_asked")
    people = {*(admin.user_id for admin in admins), member.user_id}
    assert set(told.values_list("user_id", flat=True)) <= people
    assert {admin.user_id for admin in admins} <= set(told.values_list("user_id", flat=True))
    send_notices()
    texts = {message.to: message.text for message in SENT}
    links = {text.split("/cancel-release/")[1].split("/")[0] for text in texts.values()}
    assert len(links) == len(texts) >= 2
    assert all("People" in text for text in texts.values())
    assert str(release.pk) not in " ".join(texts.values())


def test_asking_twice_for_the_same_is_one_file_and_for_another_two() -> None:
    facts, release = asked_by(city="Berlin")
    again = ask_release(facts=facts, job="people", arguments={"city": "Berlin"})
    other = ask_release(facts=facts, job="people", arguments={"city": "Wien"})
    assert again.pk == release.pk != other.pk
    made(release)
    later = ask_release(facts=facts, job="people", arguments={"city": "Berlin"})
    assert later.pk != release.pk


def test_a_double_click_makes_one_file() -> None:
    member = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(member.user, member.tenant)
    found = race(lambda: ask_release(facts=facts, job="people", arguments={}).pk, threads=4)
    assert len(set(found)) == 1
    assert Event.objects.filter(kind="release.asked").count() == 1


def test_a_person_has_so_many_files_at_once_and_no_more() -> None:
    facts, _ = asked_by(number=0)
    for number in range(1, MOST_LIVE):
        ask_release(facts=facts, job="people", arguments={"number": number})
    with pytest.raises(NotAllowed, match="many exports"):
        ask_release(facts=facts, job="people", arguments={"number": -1})


@pytest.mark.parametrize("who", ["nobody", "outside", "stranger", "inactive", "suspended"])
def test_nobody_else_gets_a_file(who: str) -> None:
    member = factories.member(factories.tenant(), roles=["admin"], active=who != "inactive")
    user = {"nobody": None, "stranger": factories.user()}.get(who, member.user)
    if who == "suspended":
        Tenant.objects.update(status=Tenant.Status.SUSPENDED)
    tenant = None if who == "outside" else member.tenant
    with pytest.raises(NotAllowed):
        ask_release(facts=factories.facts(user, tenant), job="people", arguments={})
    assert not Release.objects.exists()
    assert not Event.objects.filter(kind="release.asked").exists()


def test_an_unknown_job_names_the_nearest() -> None:
    with pytest.raises(ImproperlyConfigured, match="people"):
        asked_by(job="peopel")


def test_arguments_that_are_no_json_are_refused() -> None:
    with pytest.raises(TypeError):
        asked_by(when=object())
