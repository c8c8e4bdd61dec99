"""One statement records a right answer exactly as the plain ones do, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from otpguard.core import shipped_kinds
from otpguard.core.assurance import MethodFacts, Primary
from otpguard.core.evidence import facts_to_json
from otpguard.factors.base import Shown
from otpguard.factors.catalog import driver_of
from otpguard.factors.lanes import Reservation
from otpguard.flows.challenge.answer import _Attempt, _prove_at_once, _prove_plainly, _Proven
from otpguard.flows.challenge.answer_reading import AnswerReading, read_for_answer
from otpguard.flows.challenge.count_try import count_try
from otpguard.flows.challenge.open import _open_plainly
from otpguard.flows.challenge.prove_at_once import can_prove_at_once
from otpguard.flows.challenge.verify import verify_answer
from otpguard.flows.delivery.message import code_of
from otpguard.models import (
    Challenge,
    Delivery,
    Factor,
    FactorBlock,
    FactorLane,
    Grant,
    LoginSession,
    Membership,
    Tenant,
)
from otpguard.models.factor import FACTORS
from tests import factories
from tests.flows.challenge.both_ways import opening, rehearsal, told
from tests.flows.setting import Stopped, stopped
from tests.models.rows import postgres_only

pytestmark = [pytest.mark.django_db, postgres_only]

METHODS = {"sms": shipped_kinds.BY_SMS, "voice": shipped_kinds.BY_VOICE}
GRANTS = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["sms", "voice", "app"]),
        "sid": st.sampled_from(["same", "same", "other"]),
        "tenant": st.sampled_from(["same", "same", "none", "other"]),
        "user": st.sampled_from(["same", "same", "other"]),
        "intent": st.sampled_from(["", "asked", "other"]),
        "revoked": st.booleans(),
    }
)
Change = Callable[[Stopped], Any]
MEANWHILE: dict[str, Change] = {
    "nothing": lambda _: None,
    "the session ended": lambda who: LoginSession.objects.update(ended_at=who.facts.now),
    "the membership ended": lambda _: Membership.objects.update(active=False),
    "the tenant is suspended": lambda _: Tenant.objects.update(status="suspended"),
    "the factor is off": lambda who: FACTORS.update(disabled_at=who.facts.now),
    "the factor is somebody else's": lambda _: FACTORS.update(user=factories.user()),
    "the factor is blocked here": lambda who: blocked(who, who.member.tenant),
    "the factor is blocked elsewhere": lambda who: blocked(who, factories.tenant()),
    "the challenge is closed": lambda _: Challenge.objects.update(state="canceled"),
    "the code was used": lambda _: FACTORS.update(last_step=2**40),
}
IN_TENANT = {"the membership ended", "the tenant is suspended", "the factor is blocked here"}
HARMLESS = {"nothing", "the factor is blocked elsewhere"}
LANES: dict[str, Change] = {
    "as it was counted": lambda _: None,
    "others failed": lambda who: FactorLane.objects.update(failures=4, last_failure_at=ago(who, 0)),
    "at another moment": lambda who: FactorLane.objects.update(last_failure_at=ago(who, 9)),
    "gone": lambda _: FactorLane.objects.all().delete(),
}
SITUATIONS = {
    "inside": st.booleans(),
    "kind": st.sampled_from(["phone", "totp"]),
    "binds": st.booleans(),
    "known": st.booleans(),
    "guessable": st.sampled_from([True, True, True, False]),
    "failures": st.none() | st.integers(0, 4),
    "meanwhile": st.sampled_from(["nothing", "nothing", "nothing", *MEANWHILE]),
    "lane": st.sampled_from(["as it was counted", "as it was counted", *LANES]),
    "grants": st.lists(GRANTS, max_size=4),
}
PLAIN: dict[str, Any] = {
    "inside": True,
    "kind": "phone",
    "binds": False,
    "known": False,
    "guessable": True,
    "failures": None,
    "meanwhile": "nothing",
    "lane": "as it was counted",
    "grants": [],
}


def ago(who: Stopped, seconds: int) -> Any:
    return who.facts.now - timedelta(seconds=seconds)


def blocked(who: Stopped, tenant: Tenant) -> None:
    FactorBlock.objects.create(tenant=tenant, factor=who.factor, reason="lost")


def proven_before(who: Stopped, known: dict[str, Any]) -> None:
    """A proof that somebody has already."""
    method = METHODS.get(known["method"], shipped_kinds.BY_APP)
    tenants = {"same": who.facts.tenant or None, "none": None}
    tenant = tenants[known["tenant"]] if known["tenant"] in tenants else factories.tenant().pk
    factories.grant(
        who.member.user if known["user"] == "same" else factories.user(),
        sid=who.facts.sid if known["sid"] == "same" else "another",
        tenant_id=tenant,
        intent={"asked": who.ask.intent, "other": "o" * 64}.get(known["intent"], ""),
        facts=facts_to_json(MethodFacts(method=method, primary=Primary.PASSWORD)),
        revoked_at=timezone.now() if known["revoked"] else None,
    )


@dataclass
class Answered:
    """A right answer whose try is counted, read once for each way."""

    who: Stopped
    readings: list[AnswerReading]
    shown: list[Shown]
    reserved: Reservation | None

    def attempt(self, way: int) -> _Attempt:
        read = self.readings[way]
        driver = driver_of(read.factor)
        assert driver is not None
        return _Attempt(facts=self.who.facts, driver=driver, read=read, reserved=self.reserved)


def answered(known: dict[str, Any]) -> Answered:
    """Somebody who has just given a right answer, and what has happened since."""
    who = stopped()
    if known["kind"] == "totp":
        who.factor.delete()
        who.factor = factories.totp_factor(who.member.user)
    device = factories.device(who.member.user) if known["known"] else ""
    tenant = who.facts.tenant if known["inside"] else ""
    who.facts = replace(who.facts, tenant=tenant, device=device)
    who.ask = replace(who.ask, tenant=tenant, binds=known["binds"])
    for each in known["grants"]:
        proven_before(who, each)
    begun = opening(who, sends=known["kind"] == "phone")
    _open_plainly(begun, guarded=False)
    Delivery.objects.update(state="sent")
    if known["failures"] is not None:
        lane = "known" if known["known"] else "open"
        FactorLane.objects.create(
            factor=who.factor, lane=lane, failures=known["failures"], last_failure_at=ago(who, 60)
        )
    found = counted(who, begun.challenge, guessable=known["guessable"])
    MEANWHILE[known["meanwhile"]](who)
    LANES[known["lane"]](who)
    return found


def counted(who: Stopped, challenge: Challenge, *, guessable: bool) -> Answered:
    both = [read_for_answer(who.facts, challenge.pk) for _ in range(2)]
    readings = [each for each in both if each is not None]
    done = count_try(who.facts, readings[0], guessable=guessable, what="a test")
    assert done.attempt == 1
    assert done.reserved is None or isinstance(done.reserved, Reservation)
    shown = []
    for read in readings:
        read.challenge.attempts = done.attempt
        right = right_answer(who.factor, read.challenge)
        driver = driver_of(read.factor)
        assert driver is not None
        now = who.facts.now
        seen = verify_answer(driver, read.challenge, read.factor, right, sent=read.sent, now=now)
        assert isinstance(seen, Shown)
        shown.append(seen)
    return Answered(who=who, readings=readings, shown=shown, reserved=done.reserved)


def right_answer(factor: Factor, challenge: Challenge) -> str:
    if factor.kind == "totp":
        return factories.totp_code(factor, challenge.created_at)
    return code_of(challenge).digits


def said(proven: _Proven, read: AnswerReading) -> tuple[Any, ...]:
    """What of it the caller sees."""
    grant = proven.grant
    about = grant and (grant.sid, grant.tenant_id, grant.user_id, grant.facts, grant.intent)
    return proven.won, proven.spent, about, read.challenge.answered_step


def expected(known: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the answer closes the challenge, and whether it proves something."""
    what = known["meanwhile"]
    harmless = what in HARMLESS or (what in IN_TENANT and not known["inside"])
    if what == "the code was used":
        return True, known["kind"] == "phone"
    return harmless, harmless


@settings(max_examples=80, deadline=None)
@given(known=st.fixed_dictionaries(SITUATIONS))
def test_both_ways_leave_the_same(known: dict[str, Any]) -> None:
    with rehearsal():
        found = answered(known)
        ways = []
        for index, prove in enumerate((_prove_at_once, _prove_plainly)):
            attempt, shown = found.attempt(index), found.shown[index]
            assert can_prove_at_once(attempt.read, shown)

            def act(
                prove: Any = prove, attempt: _Attempt = attempt, shown: Shown = shown
            ) -> tuple[Any, ...]:
                return said(prove(attempt, shown), attempt.read)

            # What proved nothing is rolled back by the caller.
            ways.append(told(act, writes=lambda outcome: bool(outcome[1])))
        assert ways[0].outcome[:2] == expected(known)
        assert ways[0] == ways[1]


@pytest.mark.parametrize("what", sorted({*MEANWHILE} - HARMLESS - {"the code was used"}))
def test_unless_it_won_and_used_the_factor_nothing_is_proven(what: str) -> None:
    """Whatever the caller does with the transaction then."""
    found = answered({**PLAIN, "meanwhile": what})
    assert not _prove_at_once(found.attempt(0), found.shown[0]).won
    assert not Grant.objects.exists()
    assert not FACTORS.exclude(last_used_at=None).exists()
    assert FactorLane.objects.get().failures == 1


REFUSED_BY: dict[str, Callable[[AnswerReading, Shown], tuple[AnswerReading, Shown]]] = {
    "a new factor": lambda read, shown: (changed(read, "confirmed", False), shown),
    "one that waits": lambda read, shown: (changed(read, "usable_from", timezone.now()), shown),
    "another passkey": lambda read, shown: (read, replace(shown, factor="another")),
    "a passkey that counts backwards": lambda read, shown: (read, replace(shown, counted=(2, 1))),
    "a recovery": lambda read, shown: (read, replace(shown, method=shipped_kinds.BY_SAVED_CODE)),
}


def changed(read: AnswerReading, name: str, value: object) -> AnswerReading:
    setattr(read.factor, name, value)
    return read


@pytest.mark.parametrize("what", REFUSED_BY)
def test_what_is_rare_is_left_to_the_plain_way(what: str) -> None:
    found = answered(PLAIN)
    assert can_prove_at_once(found.readings[0], found.shown[0])
    assert not can_prove_at_once(*REFUSED_BY[what](found.readings[1], found.shown[1]))


def test_the_challenge_that_enrolls_is_left_to_the_plain_way() -> None:
    found = answered(PLAIN)
    found.readings[0].challenge.enrolls = True
    assert not can_prove_at_once(found.readings[0], found.shown[0])
