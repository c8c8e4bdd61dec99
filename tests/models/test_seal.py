"""Seals, tiles and the cursor: what the tables do not let happen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import ALL_HEADS, SITE_EVENTS, LogTile, Seal, SealCursor

pytestmark = pytest.mark.django_db
BYTES = ("root", "peaks", "leaves", "public_key", "signature", "clock_key", "clock_signature")


def seal(first: int, size: int, **more: Any) -> Seal:
    values = {"log": SITE_EVENTS, **dict.fromkeys(BYTES, b"x"), **more}
    with transaction.atomic():
        return Seal.objects.create(first=first, size=size, **values)


def test_a_second_seal_at_the_same_place_is_refused() -> None:
    seal(0, 3)
    for first, size in ((0, 4), (1, 3)):
        with pytest.raises(IntegrityError):
            seal(first, size)
    assert seal(0, 3, log=ALL_HEADS).pk


def test_a_seal_has_at_least_one_leaf() -> None:
    for first, size in ((3, 3), (5, 4), (-1, 1)):
        with pytest.raises(IntegrityError):
            seal(first, size)


def test_a_tile_is_there_once() -> None:
    tile = {"log": SITE_EVENTS, "level": 0, "number": 1, "hashes": b"h", "root": b"r"}
    LogTile.objects.create(**tile)
    with pytest.raises(IntegrityError), transaction.atomic():
        LogTile.objects.create(**tile)


def test_rows_say_what_they_are() -> None:
    assert str(Seal(log=UUID(int=7), size=3)).endswith("7 3")
    assert str(LogTile(log=UUID(int=7), level=1, number=2)).endswith("7 1/2")
    assert str(SealCursor(xact=9, event=UUID(int=1))).startswith("9 ")
