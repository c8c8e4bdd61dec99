"""Browsers are remembered after a right answer and forgotten on demand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from otpguard.exceptions import NotAllowed
from otpguard.factors.devices import LIFE, digests, is_known
from otpguard.flows.session.devices import (
    MAX_DEVICES,
    remember_device,
    revoke_device,
)
from otpguard.models import Event, KnownDevice
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db

OLD, NEW = "old root key " * 3, "new root key " * 3


def written(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_a_new_browser_gets_an_id_a_name_and_an_event() -> None:
    facts = factories.facts(factories.user(), agent="Firefox on Linux")
    device = remember_device(facts=facts)
    row = KnownDevice.objects.get()
    assert (row.name, row.first_seen_at, row.expires_at) == (
        "Firefox on Linux",
        facts.now,
        facts.now + LIFE,
    )
    assert is_known(replace(facts, device=device))
    event = Event.objects.get(kind="device.remembered")
    assert (event.subject_ref, str(row.pk) in event.body) == (facts.user, True)
    assert device not in event.body


def test_a_browser_that_is_known_keeps_its_id_lives_on_and_writes_no_event() -> None:
    facts = factories.facts(factories.user())
    device = remember_device(facts=facts)
    later = replace(facts, device=device, agent="Firefox on macOS", now=facts.now + timedelta(9))
    assert remember_device(facts=later) == device
    row = KnownDevice.objects.get()
    assert (row.first_seen_at, row.last_seen_at) == (facts.now, later.now)
    assert (row.expires_at, row.name) == (later.now + LIFE, "Firefox on macOS")
    assert written("device.remembered") == 1


@pytest.mark.parametrize("ended", ["revoked_at", "expires_at"])
def test_an_id_whose_row_has_ended_is_never_taken_up_again(ended: str) -> None:
    user = factories.user()
    old = factories.device(user, **{ended: timezone.now()})
    facts = factories.facts(user, device=old)
    fresh = remember_device(facts=facts)
    assert fresh != old
    assert not is_known(facts)
    assert is_known(replace(facts, device=fresh))
    assert written("device.remembered") == 1


def test_somebody_elses_device_becomes_a_second_one() -> None:
    theirs = factories.device(factories.user())
    facts = factories.facts(factories.user(), device=theirs)
    assert remember_device(facts=facts) != theirs
    assert KnownDevice.objects.count() == 2


def test_a_renewed_device_moves_to_the_newest_root_key() -> None:
    facts = factories.facts(factories.user())
    with override_settings(OTPGUARD={"ROOT_KEYS": [OLD]}):
        device = remember_device(facts=facts)
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW, OLD]}):
        assert remember_device(facts=replace(facts, device=device)) == device
    with override_settings(OTPGUARD={"ROOT_KEYS": [NEW]}):
        assert KnownDevice.objects.get().digest == digests(device)[0]


def test_there_are_never_more_than_twenty_and_the_longest_unseen_gives_way() -> None:
    user, now = factories.user(), timezone.now()
    for days in range(MAX_DEVICES):
        factories.device(user, name=f"seen {days}", last_seen_at=now - timedelta(days=days))
    oldest = KnownDevice.objects.get(name=f"seen {MAX_DEVICES - 1}")
    device = remember_device(facts=factories.facts(user))
    assert KnownDevice.objects.live_of(str(user.pk), now=timezone.now()).count() == MAX_DEVICES
    oldest.refresh_from_db()
    assert oldest.revoked_at is not None
    assert is_known(factories.facts(user, device=device))
    assert "too many devices" in Event.objects.get(kind="device.revoked").body


@pytest.mark.django_db(transaction=True)
def test_browsers_that_are_remembered_at_the_same_moment_do_not_exceed_the_twenty() -> None:
    user = factories.user()
    for _ in range(MAX_DEVICES - 1):
        factories.device(user)
    race(lambda: remember_device(facts=factories.facts(user)), threads=4)
    assert KnownDevice.objects.live_of(str(user.pk), now=timezone.now()).count() == MAX_DEVICES


def test_a_revoked_device_is_worthless_at_once_and_revoked_once() -> None:
    user = factories.user()
    facts = factories.facts(user, factories.tenant(), device=factories.device(user))
    row = KnownDevice.objects.get()
    assert revoke_device(facts=facts, device=row, reason="sold")
    assert not is_known(facts)
    assert not revoke_device(facts=facts, device=row, reason="sold")
    event = Event.objects.get(kind="device.revoked")
    assert (event.subject_ref, "sold" in event.body) == (facts.user, True)


def test_the_site_forgets_anybodys_device_and_a_tenant_nobodys() -> None:
    person = factories.user()
    factories.device(person)
    row = KnownDevice.objects.get()
    for stranger in (
        factories.facts(factories.user(), factories.tenant()),
        factories.facts(factories.staff(), factories.tenant()),
    ):
        with pytest.raises(NotAllowed):
            revoke_device(facts=stranger, device=row, reason="x")
    site = factories.facts(factories.staff())
    assert revoke_device(facts=site, device=row, reason="incident")
    event = Event.objects.get(kind="device.revoked")
    assert (event.actor_ref, event.subject_ref) == (site.user, str(person.pk))
