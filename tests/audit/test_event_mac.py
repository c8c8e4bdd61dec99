"""The folded MAC: what PostgreSQL computes, and what Python does."""

from __future__ import annotations

from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings

from otpguard import vault
from otpguard.audit.event_mac import folded_mac, one_off_key
from tests.models.rows import postgres_only

ONE = b"k" * 32


@pytest.mark.parametrize("xact", [0, 1, 255, 2**40, 2**63 - 1])
def test_it_is_the_hash_of_the_key_and_eight_bytes(xact: int) -> None:
    assert folded_mac(ONE, xact) == sha256(ONE + xact.to_bytes(8, "big")).hexdigest()


@postgres_only
@pytest.mark.django_db
@pytest.mark.parametrize("xact", [0, 1, 255, 2**40, 2**63 - 1])
def test_postgresql_computes_the_same(xact: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(sha256(%s::bytea || int8send(%s::bigint)), 'hex')", [ONE, xact]
        )
        assert cursor.fetchone() == (folded_mac(ONE, xact),)


def test_the_key_depends_on_all_that_it_covers() -> None:
    first, second = uuid4(), uuid4()
    with override_settings(OTPGUARD={"ROOT_KEYS": ["new root key " * 3, "old root key " * 3]}):
        new, old = vault.key_ids()
        keys = {
            one_off_key("{}", first, new),
            one_off_key("{ }", first, new),
            one_off_key("{}", second, new),
            one_off_key("{}", first, old),
        }
    with override_settings(OTPGUARD={"ROOT_KEYS": ["new root key " * 3], "INSTALLATION": "other"}):
        keys.add(one_off_key("{}", first, vault.key_ids()[0]))
    assert len(keys) == 5
