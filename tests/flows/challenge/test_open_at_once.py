"""One statement opens a challenge exactly as the plain ones do, or leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from otpguard.core.limits import Cap, CapFull, CapName
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.challenge.open import _open_at_once, _open_plainly
from otpguard.flows.challenge.open_at_once import Opened, Opening, can_open_at_once, open_at_once
from otpguard.models import Challenge, Delivery, Event, LoginSession, Membership, Tenant, Usage
from otpguard.testing.limiter_contract import HOUR
from tests import factories
from tests.flows.challenge.both_ways import cap, opening, rehearsal, told
from tests.flows.setting import Stopped, stopped
from tests.models.rows import postgres_only

pytestmark = [pytest.mark.django_db, postgres_only]

LIMIT = 2
ROOM, LAST_PLACE, FULL = "room", "last place", "full"
CAPS = (CapName.SESSION, CapName.IP, CapName.FACTOR, CapName.TENANT, CapName.SITE)
USES = {ROOM: 0, LAST_PLACE: LIMIT - 1, FULL: LIMIT}
FILLS = st.sampled_from([ROOM, ROOM, ROOM, LAST_PLACE, FULL])

Revoke = Callable[[Stopped], Any]
REVOKED: dict[str, Revoke] = {
    "session": lambda who: LoginSession.objects.update(ended_at=who.facts.now),
    "factor": lambda who: factories.age(who.factor, disabled_at=who.facts.now),
    "membership": lambda _: Membership.objects.update(active=False),
    "tenant": lambda _: Tenant.objects.update(status="suspended"),
}
OF_TENANT = {"membership", "tenant"}
SITUATIONS = {
    "inside": st.booleans(),
    "sends": st.booleans(),
    "binds": st.booleans(),
    "revoked": st.sampled_from(["", "", "", *REVOKED]),
    "older": st.sampled_from(["", "", "", "open", "canceled", "other intent", "other session"]),
    "fills": st.lists(FILLS, min_size=len(CAPS), max_size=len(CAPS)),
}


def somebody(*, inside: bool = True, sends: bool = True, binds: bool = False) -> Stopped:
    """Somebody in a tenant or outside any, with a phone or an app."""
    who = stopped()
    if not sends:
        who.factor = factories.totp_factor(who.member.user)
    if not inside:
        who.facts, who.ask = replace(who.facts, tenant=""), replace(who.ask, tenant="")
    who.ask = replace(who.ask, binds=binds)
    return who


def charged(each: Cap, times: int, who: Stopped) -> None:
    """So many uses of a cap, each at a moment of its own, beside one that is over."""
    now = who.facts.now
    over = [Usage(cap=each.name, key=each.key, at=now - HOUR, challenge=uuid4())]
    running = [
        Usage(cap=each.name, key=each.key, at=now - timedelta(minutes=n + 1), challenge=uuid4())
        for n in range(times)
    ]
    Usage.objects.bulk_create([*over, *running])


def held() -> int:
    """The locks of caps that this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def older_one(which: str, who: Stopped) -> None:
    """A challenge that was started before; "open" is the one whose place this takes."""
    if not which:
        return
    changed = {"other intent": {"intent": "o" * 64}, "other session": {"sid": "other"}}
    ask = replace(who.ask, **changed.get(which, {}))
    before = opening(replace(who, ask=ask), sends=who.factor.kind == "phone")
    _open_plainly(before, guarded=False)
    if which == "canceled":
        Challenge.objects.update(state="canceled")


@contextmanager
def messages_an_hour(limit: int = LIMIT) -> Iterator[None]:
    """Every tenant, and the site, may send so many."""
    each = {"TENANT_MESSAGES_PER_HOUR": limit, "SITE_MESSAGES_PER_HOUR": limit}
    with override_settings(OTPGUARD=each):
        yield


def prepared(known: dict[str, Any]) -> Opening:
    """What is to be opened in a situation whose rows are there."""
    who = somebody(inside=known["inside"], sends=known["sends"], binds=known["binds"])
    older_one(known["older"], who)
    Usage.objects.all().delete()
    own = tuple(cap(name, f"key of {name}", LIMIT) for name in CAPS[:3])
    begun = opening(who, caps=own, sends=known["sends"])
    for each in (*begun.caps, *begun.send_caps):
        charged(each, USES[known["fills"][CAPS.index(each.name)]], who)
    if known["revoked"]:
        REVOKED[known["revoked"]](who)
    return begun


def expected(known: dict[str, Any]) -> object:
    """What the statement must say: what was taken away comes first, then what is open, then the
    first cap without room."""
    if known["revoked"] and (known["inside"] or known["revoked"] not in OF_TENANT):
        return Opened.REVOKED
    if known["older"] == "open":
        return Opened.OLDER
    counted = set(CAPS[:3])
    if known["sends"]:
        counted |= {CapName.SITE, *([CapName.TENANT] if known["inside"] else [])}
    fills = zip(CAPS, known["fills"], strict=True)
    full = [name for name, fill in fills if fill == FULL and name in counted]
    # The use that fills it is the oldest of LIMIT: two minutes old.
    return CapFull(cap=full[0], retry_after=HOUR - timedelta(minutes=2)) if full else Opened.DONE


@settings(max_examples=60, deadline=None)
@given(known=st.fixed_dictionaries(SITUATIONS))
def test_both_ways_leave_the_same(known: dict[str, Any]) -> None:
    with messages_an_hour(), rehearsal():
        begun = prepared(known)
        assert can_open_at_once(begun)
        with rehearsal():
            assert open_at_once(begun) == expected(known)
        at_once = told(lambda: _open_at_once(begun) or _open_plainly(begun, guarded=False))
        plainly = told(lambda: _open_plainly(begun, guarded=False))
        outcome = None if at_once.outcome is True else at_once.outcome
        assert (outcome, at_once.rows) == (plainly.outcome, plainly.rows)


@pytest.mark.parametrize("cap_of", ["start", "message"])
def test_a_cap_that_lets_nothing_through_is_left_to_the_plain_way(cap_of: str) -> None:
    begun = opening(somebody())
    none = (cap(CapName.SITE, "", 0),)
    begun = replace(begun, **{"caps" if cap_of == "start" else "send_caps": none})
    assert not can_open_at_once(begun)


def test_a_factor_that_is_new_is_left_to_the_plain_way() -> None:
    begun = opening(somebody())
    begun.factor.confirmed = False
    assert not can_open_at_once(begun)


def test_a_factor_that_is_not_confirmed_any_more_starts_nothing() -> None:
    begun = opening(somebody())
    factories.age(begun.factor, confirmed=False)
    assert open_at_once(begun) is Opened.REVOKED


@pytest.mark.parametrize("what", ["full", "revoked", "older"])
def test_unless_it_is_done_nothing_is_written(what: str) -> None:
    who = somebody()
    begun = opening(who, caps=(cap(CapName.SESSION, "s", 1),))
    if what == "full":
        charged(begun.caps[0], 1, who)
    elif what == "older":
        older_one("open", who)
    else:
        REVOKED["session"](who)
    tables = (Challenge, Delivery, Usage, Event)
    before = [model.objects.count() for model in tables]
    assert open_at_once(begun) is not Opened.DONE
    assert [model.objects.count() for model in tables] == before
    assert begun.challenge._state.adding


def test_what_was_opened_counts_as_saved() -> None:
    begun = opening(somebody())
    assert open_at_once(begun) is Opened.DONE
    begun.challenge.state = "canceled"
    begun.challenge.save()
    assert Challenge.objects.get().state == "canceled"


def test_a_cap_that_is_charged_for_two_reasons_is_locked_once() -> None:
    same = cap(CapName.SITE, "", 5)
    begun = replace(opening(somebody(), caps=(same,)), send_caps=(same,))
    assert open_at_once(begun) is Opened.DONE
    assert held() == 1


def test_the_locks_of_an_older_challenge_go_before_the_plain_way() -> None:
    """A plain start locks older challenges before the caps of the message."""
    who = somebody()
    older_one("open", who)
    before = held()
    assert not _open_at_once(opening(who, caps=(cap(CapName.IP, "another"),)))
    assert held() == before


def test_a_database_that_is_away_is_told_as_such() -> None:
    def away(_execute: Any, _sql: str, *_rest: Any) -> Any:
        raise OperationalError("the database is away")

    begun = opening(somebody())
    with pytest.raises(StoreUnavailable), connection.execute_wrapper(away):
        open_at_once(begun)


def test_a_mistake_of_the_program_is_no_outage() -> None:
    begun = opening(somebody())
    begun.challenge.checkpoint = "x" * 82
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        open_at_once(begun)
    assert not Challenge.objects.exists()


def test_a_moment_later_the_use_of_an_hour_ago_is_over() -> None:
    who = somebody()
    begun = opening(who, caps=(cap(CapName.SESSION, "s", 1),))
    at = timezone.now() - HOUR
    Usage.objects.create(cap="session", key="s", at=at, challenge=uuid4())
    earlier = replace(begun, facts=replace(who.facts, now=at + HOUR - timedelta(seconds=1)))
    with rehearsal():
        full = CapFull(cap=CapName.SESSION, retry_after=timedelta(seconds=1))
        assert open_at_once(earlier) == full
    assert open_at_once(replace(begun, facts=replace(who.facts, now=at + HOUR))) is Opened.DONE
