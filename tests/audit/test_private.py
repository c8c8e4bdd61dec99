"""What is personal in an event stands under the keys of the people whom it concerns."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.private import context_of, data_of, decrypt_private, load_subjects
from otpguard.audit.recorder import record
from otpguard.audit.subjects import forget_subjects
from otpguard.core.events.base import CATALOG, field_names
from otpguard.core.events.base import Event as EventValue
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.core.events.emergency import EmergencyOpened
from otpguard.core.events.number import ClaimUsed, NumberOptedOut
from otpguard.intel.network import network_data
from otpguard.models import Event
from tests import network_files

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, tzinfo=UTC)
HELD = CheckpointDenied(reason="held")
STOPPED = NumberOptedOut(channel="sms", provider="memory", source="keyword", number="+1 ••• 0199")


def write(event: EventValue = HELD, **known: Any) -> Event:
    return Event.objects.get(pk=record(event, Circumstances(now=NOW, **known)))


def test_the_body_names_nobody_by_the_key_of_their_user() -> None:
    user, other = str(uuid4()), str(uuid4())
    used = write(ClaimUsed(claim="c", user=user), subject=other)
    opened = write(
        EmergencyOpened(
            access="a", checkpoints=["*"], people=[user, other], until="", drill=False, reason="r"
        ),
        actor=user,
    )
    for row in (used, opened):
        assert user not in row.body
        assert other not in row.body
    assert data_of(used)["user"] == user
    assert data_of(opened)["people"] == [user, other]


def test_what_it_was_done_with_is_the_actors_and_what_it_was_about_the_subjects() -> None:
    row = write(actor="7", subject="8", client_ip="203.0.113.7", target="Deal")
    assert set(json.loads(row.body)["private"]) == {"actor", "subject"}
    alone = write(actor="7", subject="7", client_ip="203.0.113.7", target="Deal")
    assert set(json.loads(alone.body)["private"]) == {"actor"}
    assert decrypt_private(row) == decrypt_private(alone)


def test_where_there_is_only_a_subject_all_is_theirs() -> None:
    row = write(subject="8", client_ip="203.0.113.7")
    assert decrypt_private(row) == {"client_ip": "203.0.113.7"}


def test_without_a_user_it_is_under_the_root_key() -> None:
    row = write(client_ip="203.0.113.7")
    assert set(json.loads(row.body)["private"]) == {"root"}
    assert decrypt_private(row) == {"client_ip": "203.0.113.7"}


def test_a_number_is_not_in_clear_and_is_read_back() -> None:
    row = write(STOPPED, subject="8")
    assert "0199" not in row.body
    assert data_of(row)["number"] == STOPPED.number
    assert "number" not in json.loads(row.body)["data"]


def test_what_the_host_adds_is_encrypted() -> None:
    row = write(actor="7", session_context={"shop": "Berlin"})
    assert "Berlin" not in row.body
    assert context_of(row) == {"shop": "Berlin"}
    assert decrypt_private(row) == {}


@pytest.fixture
def network_file(tmp_path: Path, settings: Any) -> Path:
    """A file of networks that the site uses."""
    file = network_files.write_network_file(tmp_path / "network.mmdb")
    settings.OTPGUARD = {**settings.OTPGUARD, "NETWORK_FILES": [str(file)]}
    return file


@pytest.mark.usefixtures("network_file")
def test_an_event_has_the_network_of_its_address_as_it_was_and_it_is_private() -> None:
    where = {"actor": "7", "client_ip": network_files.ORDINARY}
    row = write(**where)
    assert decrypt_private(row).items() >= {"asn": "64496", "country": "US"}.items()
    assert "64496" not in row.body
    with CaptureQueriesContext(connection) as known:
        write(**where)
    with override_settings(OTPGUARD={**django_settings.OTPGUARD, "NETWORK_FILES": []}):
        assert "country" not in decrypt_private(write(**where)), "and its person is at hand again"
        with CaptureQueriesContext(connection) as unknown:
            write(**where)
    assert decrypt_private(row)["country"] == "US"
    assert len(known) == len(unknown)


@pytest.mark.usefixtures("network_file")
def test_an_address_that_the_files_do_not_know_has_no_network() -> None:
    for client_ip in (network_files.UNKNOWN, "no address"):
        row = write(actor="7", client_ip=client_ip)
        assert decrypt_private(row) == {"client_ip": client_ip}


def test_a_file_that_is_broken_stops_no_event(network_file: Path) -> None:
    network_file.write_bytes(b"no database")
    network_data().files[0]._reader = None
    row = write(actor="7", client_ip=network_files.ORDINARY)
    assert decrypt_private(row) == {"client_ip": network_files.ORDINARY}


def test_many_events_read_their_people_at_once() -> None:
    rows = [write(actor=str(number), client_ip="203.0.113.7") for number in range(20)]
    forget_subjects()
    with CaptureQueriesContext(connection) as said:
        load_subjects(rows)
        assert [decrypt_private(row)["client_ip"] for row in rows] == ["203.0.113.7"] * 20
    assert len(said) == 1


def test_every_event_with_a_masked_number_or_a_name_of_a_device_keeps_it_apart() -> None:
    for kind in CATALOG:
        names = set(field_names(kind))
        assert {"number"} & names <= set(kind.personal_fields), kind.code
        assert {"user"} & names <= set(kind.people_fields), kind.code
