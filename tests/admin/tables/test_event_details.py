"""Events read back for people, also those that somebody tampered with."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import override_settings

from otpguard.admin.tables.event_details import names_of, read_event
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.tenant import MembershipChanged, TenantChanged
from otpguard.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


def written(event: object = None, **circumstances: str) -> Event:
    facts = factories.facts(factories.user())
    event = event or MembershipChanged(roles=["admin"], active=True, gained=["admin"])
    return Event.objects.get(pk=record(event, Circumstances.of(facts, **circumstances)))


def test_details_are_words_and_the_private_part_is_clear() -> None:
    said = read_event(written(target="key 'ci'"))
    assert dict(said.details) == {
        "roles": "admin",
        "active": "yes",
        "created": "no",
        "gained": "admin",
        "reason": "",
    }
    assert said.personal == {
        "client_ip": "203.0.113.7",
        "agent": "Firefox on Linux",
        "target": "key 'ci'",
    }
    assert said.genuine is True


def test_nested_values_are_words_too() -> None:
    said = read_event(written(TenantChanged(before={"tags": ["EU"]}, after={"tags": []})))
    assert dict(said.details)["before"] == "tags EU"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "grant.issued"},
        {"actor_ref": "999"},
        {"mac": "0" * 64},
        {"body": "{}"},
        {"body": "no json"},
        {"body": "[]"},
    ],
    ids=str,
)
def test_a_row_that_was_changed_is_not_genuine_and_still_shown(change: dict[str, str]) -> None:
    row = written()
    name, value = next(iter(change.items()))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE otpguard_event SET {name} = %s", [value])
    row.refresh_from_db()
    assert read_event(row).genuine is False


def test_without_the_key_it_is_unknown_and_the_private_part_stays_encrypted() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["a key that will be lost"]}):
        row = written()
    said = read_event(row)
    assert said.genuine is None
    assert said.personal == {}
    assert said.details


def test_names_are_two_reads_for_any_number_of_events(
    django_assert_num_queries: object,
) -> None:
    tenant = factories.tenant(name="Acme")
    rows = [written(tenant=str(tenant.pk)) for _ in range(5)]
    rows += [written(actor="not a key", subject="424242")]
    with django_assert_num_queries(2):
        names = names_of(rows)
    assert names.tenant(tenant.pk) == "Acme"
    assert names.tenant(None) == ""
    assert names.user(rows[0].actor_ref).startswith("user")
    assert names.user("not a key") == "not a key"
    assert names.user("424242") == "424242"
