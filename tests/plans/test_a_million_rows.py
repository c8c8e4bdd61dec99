"""At a million rows each hot statement still goes by an index, also with a generic plan.

PostgreSQL plans a prepared statement without its values after a few runs; then a partial index
counts only where the statement itself says its condition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.flows import due
from otpguard.flows.challenge import progress
from otpguard.flows.challenge.answer import Verified
from otpguard.flows.delivery.message import code_of
from otpguard.grants import evidence
from otpguard.models import (
    Challenge,
    Delivery,
    Factor,
    FactorBlock,
    FactorLane,
    Grant,
    KnownDevice,
    LoginSession,
    Membership,
    OptOut,
    Usage,
)
from otpguard.testing import send_queued
from tests import factories
from tests.flows.setting import Stopped, stopped, wrong
from tests.growth import generic_plan, multiply, settle
from tests.models.rows import postgres_only

MILLION = 1_000_000
OTHERS = 200_000
LATER = "interval '1 minute' * n"
GROWS = (
    *(Challenge, Delivery, Grant, Usage, Factor, FactorLane, FactorBlock),
    *(KnownDevice, LoginSession, Membership, OptOut, get_user_model()),
)
"""Tables with a row for each person, or for each thing that people do."""

BY_HAND = ("SELECT EXISTS", "SELECT k.known", "WITH ")
WRITTEN_BY_HAND = 7
"""What a start reads, what it writes with and without a message; what an answer reads, how its try
is counted as the first failure of a lane and as a further one, and what proves it."""

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), postgres_only]


def grown() -> Stopped:
    """Somebody in tables that are years old: nearly all is over, and all of it is theirs."""
    who = stopped()
    challenge = who.start()
    send_queued()
    who.answer(challenge, SENT[-1].code.digits)
    challenge.refresh_from_db()
    sent, grant = Delivery.objects.get(), Grant.objects.get()
    grow_people(who)
    times = {"created_at": f"t.created_at - {LATER}"}
    same = "md5('c' || n)::uuid"
    over = f"t.expires_at - {LATER}"
    multiply(challenge, MILLION, **times, id=same, expires_at=over, due_at="NULL")
    multiply(sent, MILLION, **times, challenge_id=same, provider_ref="'r' || n")
    # Ten logins in all that hold a proof each, a million that are over.
    multiply(
        grant,
        MILLION,
        verified_at=f"t.verified_at - {LATER}",
        challenge_id="NULL",
        sid="'s' || n",
        revoked_at="CASE WHEN mod(n, 100000) > 0 THEN now() END",
    )
    used = Usage.objects.first() or Usage.objects.create(
        cap="ip", key="k", at=timezone.now(), challenge=uuid4()
    )
    # All of it within the hour, by ten thousand keys.
    multiply(used, MILLION, key="'k' || mod(n, 10000)", challenge="gen_random_uuid()")
    settle()
    return who


def grow_people(who: Stopped) -> None:
    """Others by the hundred thousand, each with a factor, a login, a device and a failure."""
    user = "(SELECT id FROM auth_user WHERE username = 'u' || n)"
    factor = "md5('f' || n)::uuid"
    device = KnownDevice.objects.get(pk=known_device(who))
    lane = FactorLane.objects.create(factor=who.factor, lane="known", failures=1)
    multiply(who.member.user, OTHERS, username="'u' || n")
    multiply(who.member, OTHERS, user_id=user)
    multiply(
        who.factor, OTHERS, id=factor, user_id=user, phone_index="'p' || n", phone_index_old="''"
    )
    multiply(lane, OTHERS, factor_id=factor)
    multiply(device, OTHERS, user_id=user, digest="'d' || n")
    multiply(LoginSession.objects.get(pk=who.facts.sid), OTHERS, sid="'s' || n", user_id=user)
    stopped = factories.opt_out("+12015550100")
    multiply(stopped, OTHERS, phone_index="'p' || n", phone_index_old="'o' || n")
    block = FactorBlock.objects.create(tenant=factories.tenant(), factor=who.factor, reason="x")
    multiply(block, OTHERS, factor_id=factor)


def known_device(who: Stopped) -> object:
    """They come back on a browser that is known."""
    who.facts = replace(who.facts, device=factories.device(who.member.user))
    return KnownDevice.objects.get().pk


def test_each_hot_statement_goes_by_an_index() -> None:
    who = grown()
    sweeping_and_guarding(who)
    starting_and_answering(who)


def sweeping_and_guarding(who: Stopped) -> None:
    asked = due._SQL
    plan = generic_plan(asked, [timezone.now()] * asked.count("%s"))
    print(plan)
    for table in (Challenge, Delivery):
        assert f"Seq Scan on {table._meta.db_table}" not in plan, plan
    tenant, user = who.facts.tenant, who.member.user_id
    plan = generic_plan(evidence._MEMBER_SQL, [who.facts.sid, tenant, user, tenant, user, tenant])
    print(plan)
    assert "otpguard_grant_sid" in plan, plan
    key = Challenge.objects.first().pk
    plan = generic_plan(progress._SQL, [key, key])
    print(plan)
    assert "Seq Scan" not in plan, plan
    for index in ("otpguard_challenge_pkey", "otpguard_delivery_step_once"):
        assert index in plan, plan


def said_by(act: Callable[[], object]) -> list[tuple[str, list[object]]]:
    """Every statement about our tables that is made meanwhile, each text once."""
    seen: dict[str, list[object]] = {}

    def keep(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if "otpguard_" in sql and sql.lstrip().startswith(("SELECT", "WITH", "UPDATE")):
            seen.setdefault(sql, list(params or ()))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(keep):
        act()
    return list(seen.items())


def prove(who: Stopped) -> None:
    """A start, a wrong answer and the right one, by a sent code and by an app."""
    for factor in (who.factor, factories.totp_factor(who.member.user)):
        who.factor = factor
        who.ask = replace(who.ask, intent=factor.kind)
        who.facts = replace(who.facts, now=timezone.now())
        challenge = who.start()
        right = factories.totp_code(factor) if factor.kind == "totp" else code_of(challenge).digits
        who.answer(challenge, wrong(right))
        assert isinstance(who.answer(challenge, right), Verified)
        Grant.objects.filter(challenge=challenge).update(revoked_at=timezone.now())


def starting_and_answering(who: Stopped) -> None:
    """Their statements as they are made, on tables that grow by indexes alone."""
    Grant.objects.filter(sid=who.facts.sid).update(revoked_at=timezone.now())
    statements = said_by(lambda: prove(who))
    by_hand = [sql for sql, _ in statements if sql.startswith(BY_HAND)]
    assert len(by_hand) == WRITTEN_BY_HAND, by_hand
    for sql, params in statements:
        plan = generic_plan(sql, params, how="")
        print(sql[:100], plan, sep="\n")
        for model in GROWS:
            assert f"Seq Scan on {model._meta.db_table}" not in plan, plan
