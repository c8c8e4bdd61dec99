"""Tampering, as a database administrator would do it with the triggers off: each way is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.audit.logs import log_of, note_of
from otpguard.core.sealing.damage import Damaged
from otpguard.exceptions import InvalidInput
from otpguard.flows.audit import verify
from otpguard.flows.audit.verify import VerifyStep, logs_to_verify, verify_against, verify_heads
from otpguard.models import ALL_HEADS, SITE_EVENTS, Event, LogTile, Seal, SealCursor
from tests.flows.audit.logging import ONE, TWO, begin, seal, seals_of, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sealed() -> None:
    """Ten events in two seals, beside those of another tenant."""
    begin()
    for _ in range(2):
        write(number=5)
        write(TWO, 2)
        seal()


def check(tenant: UUID | None = ONE, **more: Any) -> VerifyStep:
    *_, last = verify.verify_log(log_of(tenant), **more)
    assert last.finished
    return last


def found(tenant: UUID | None = ONE) -> set[tuple[str, int | None]]:
    return {(each.damage.value, each.index) for each in check(tenant).damages}


def rows(tenant: UUID = ONE) -> list[Event]:
    return list(Event.objects.filter(tenant_id=tenant).order_by("xact", "pk"))


def copy_of(row: Event, **changed: Any) -> Event:
    values = {each.attname: getattr(row, each.attname) for each in Event._meta.concrete_fields}
    return Event.objects.create(**{**values, "id": uuid4(), **changed})


def test_a_log_as_it_was_written_holds() -> None:
    assert check() == VerifyStep(
        log=f"unnamed.invalid/{ONE.hex}", events=10, finished=True, damages=()
    )
    assert verify_heads().damages == ()
    assert logs_to_verify() == [ONE, TWO]


def test_events_that_no_seal_covers_yet_are_counted_and_their_mac_is_checked() -> None:
    (new,) = write()
    assert (check().waiting, check().damages) == (1, ())
    Event.objects.filter(pk=new).update(kind="checkpoint.passed")
    assert found() == {("not_genuine", None)}


TAMPERS: dict[str, tuple[Callable[[list[Event]], Any], set[tuple[str, int | None]]]] = {
    "a flipped bit in a body": (
        lambda events: Event.objects.filter(pk=events[3].pk).update(
            body=events[3].body.replace("held", "hele")
        ),
        {("changed", 3), ("not_genuine", None)},
    ),
    "a removed event": (
        lambda events: Event.objects.filter(pk=events[3].pk).delete(),
        {("removed", 3)},
    ),
    "the newest event removed": (
        lambda events: Event.objects.filter(pk=events[9].pk).delete(),
        {("removed", 9)},
    ),
    "all events removed": (
        lambda _: Event.objects.filter(tenant_id=ONE).delete(),
        {("removed", index) for index in range(10)},
    ),
    "an event put back under another id": (
        lambda events: copy_of(events[3]),
        {("duplicated", None), ("not_genuine", None)},
    ),
    "one deleted and one inserted, so that the count agrees": (
        lambda events: (
            copy_of(events[7], body=events[7].body.replace("held", "gone")),
            Event.objects.filter(pk=events[3].pk).delete(),
        ),
        {("added", None), ("removed", 3), ("not_genuine", None)},
    ),
    "an event moved to another transaction": (
        lambda events: Event.objects.filter(pk=events[3].pk).update(xact=events[9].xact),
        {("moved", 3), ("not_genuine", None)},
    ),
    "an indexed column that no longer repeats the body": (
        lambda events: Event.objects.filter(pk=events[3].pk).update(subject_ref="9"),
        {("not_genuine", 3)},
    ),
    "an event given to another tenant": (
        lambda events: Event.objects.filter(pk=events[3].pk).update(tenant_id=TWO),
        {("removed", 3)},
    ),
    "an older root under the newest head": (
        lambda _: Seal.objects.filter(log=ONE, size=10).update(root=b"r" * 32),
        {("forked", None), ("not_signed", None)},
    ),
    "a seal removed": (
        lambda _: Seal.objects.filter(log=ONE, size=5).delete(),
        {("hashes", None), ("forked", None), *((("added"), None),)},
    ),
}


@pytest.mark.parametrize("name", TAMPERS)
def test_tampering_is_found_and_named(name: str) -> None:
    tamper, damages = TAMPERS[name]
    tamper(rows())
    assert found() == damages
    if "tenant" not in name:
        assert found(TWO) == set()


def test_an_event_of_another_installation_is_named(settings: Any) -> None:
    settings.OTPGUARD = {"INSTALLATION": "audit.example.com/staging"}
    (foreign,) = write()
    settings.OTPGUARD = {}
    Event.objects.filter(pk=foreign).update(xact=rows()[3].xact)
    (one, two) = sorted(check().damages, key=lambda each: each.damage)
    assert (one.damage, two.damage) == ("added", "foreign")
    assert one.event == two.event == str(foreign)


def test_an_event_of_a_tenant_that_has_no_seal_is_added() -> None:
    row = rows()[3]
    copy_of(row, tenant_id=uuid4())
    strange = next(log for log in logs_to_verify() if log not in {ONE, TWO})
    assert {damage for damage, _ in found(strange)} == {"added", "not_genuine"}


def test_a_head_that_another_key_signed_is_named() -> None:
    Seal.objects.filter(log=ONE, size=5).update(public_key=b"k" * 32)
    assert found() == {("not_signed", None)}
    Seal.objects.filter(log=ONE, size=10).update(signature=b"s" * 64)
    assert len(check().damages) == 2


def test_a_damaged_tile_is_named() -> None:
    write(number=300)
    seal()
    assert found() == set()
    LogTile.objects.filter(log=ONE).update(hashes=b"h" * 8192)
    (only,) = check().damages
    assert (only.damage, only.detail) == ("hashes", "tile 0/0")
    LogTile.objects.filter(log=ONE).delete()
    assert found() == {("hashes", None)}


def test_a_head_that_the_log_of_heads_does_not_have_is_named() -> None:
    Seal.objects.filter(log=ALL_HEADS, size=4).delete()
    assert [each.damage for each in verify_heads().damages] == ["added"]
    Seal.objects.filter(log=TWO, size=2).update(root=b"r" * 32)
    assert [each.damage for each in verify_heads().damages] == ["forked"]


def test_from_a_day_on_only_what_was_sealed_since_is_checked() -> None:
    Seal.objects.filter(log=ONE, size=5).update(at=timezone.now() - timedelta(days=2))
    since = timezone.now() - timedelta(days=1)
    old, new = rows()[3], rows()[7]
    Event.objects.filter(pk=old.pk).delete()
    assert (check(since=since).events, check(since=since).damages) == (5, ())
    Event.objects.filter(pk=new.pk).delete()
    assert [each.index for each in check(since=since).damages] == [7]


def test_what_a_retired_key_has_written_is_counted_as_unchecked(settings: Any) -> None:
    settings.SECRET_KEY = "another key of the same site, and of the same length"
    assert check().unchecked == 10


def rolled_back(size: int) -> None:
    """Rows, tiles and heads put back together to how they were with `size` events of ONE."""
    for row in rows()[size:]:
        row.delete()
    Seal.objects.filter(log=ONE, size__gt=size).delete()
    Seal.objects.filter(log=TWO, size__gt=2).delete()
    Event.objects.filter(pk__in=[row.pk for row in rows(TWO)[2:]]).delete()
    Seal.objects.filter(log=ALL_HEADS, size__gt=2).delete()
    last = seals_of()[-1]
    SealCursor.objects.update(xact=last.last_xact, event=last.last_event)


def test_a_database_put_back_as_a_whole_is_found_against_a_head_kept_elsewhere() -> None:
    kept = note_of(seals_of()[-1]).full()
    assert verify_against(kept) is None
    rolled_back(5)
    assert (found(), verify_heads().damages) == (set(), ()), "it is consistent with itself"
    wrong = verify_against(kept)
    assert isinstance(wrong, Damaged)
    assert wrong.damage == "rolled_back"
    write(number=9)
    seal()
    wrong = verify_against(kept)
    assert wrong is not None
    assert wrong.damage == "forked"


def test_an_older_head_of_the_same_history_still_fits() -> None:
    older = note_of(seals_of()[0]).full()
    heads = note_of(Seal.objects.filter(log=ALL_HEADS).order_by("size")[0]).full()
    write(number=300)
    write(None)
    seal()
    site = note_of(Seal.objects.get(log=SITE_EVENTS)).full()
    assert [verify_against(each) for each in (older, heads, site)] == [None] * 3
    Seal.objects.filter(log=ONE, size=5).delete()
    LogTile.objects.all().delete()
    wrong = verify_against(older)
    assert wrong is not None
    assert wrong.damage == "hashes"


def test_a_head_that_is_not_ours_is_refused() -> None:
    kept = note_of(seals_of()[0]).full()
    for wrong in ("", kept.replace("\n5\n", "\n6\n"), kept.replace("unnamed", "other")):
        with pytest.raises(InvalidInput):
            verify_against(wrong)


def test_nothing_is_written() -> None:
    with connection.execute_wrapper(_refuse_writes):
        assert check().damages == verify_heads().damages == ()
        verify_against(note_of(seals_of()[-1]).full())


def _refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert sql.lstrip().upper().startswith(("SELECT", "DECLARE", "FETCH")), sql
    return execute(sql, params, many, context)
