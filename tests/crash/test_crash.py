"""Whatever dies, every code arrives, falls back or is given up, and next to none is sent twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.sent_codes import is_replaced
from otpguard.flows.challenge.answer import Verified, answer_challenge
from otpguard.flows.delivery.message import code_of
from otpguard.models import Challenge, Delivery, Event
from tests import factories
from tests.crash.points import POINTS
from tests.crash.settings import MIXED, OWN, providers
from tests.crash.stage import ENDED, Stage, all_ended, endings, stage
from tests.crash.vendor import code_made
from tests.models.rows import postgres_only

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.xdist_group("crash"),
    postgres_only,
]

NURSERIES = 2
DEATHS = 50


@pytest.mark.parametrize("plan", [OWN, MIXED])
def test_no_death_of_a_worker_loses_a_code(tmp_path: Path, settings: Any, plan: str) -> None:
    """A hundred SIGKILLs, a quarter at each point of a send. What arrived is right afterwards,
    also where the vendor made the code (C14)."""
    logs = [tmp_path / f"nursery-{number}" for number in range(NURSERIES)]
    with stage(tmp_path, plan=plan) as running:
        people = running.run("people", 4)
        for log in logs:
            log.touch()
            running.run("nursery", log, DEATHS)
        running.wait_for(lambda: len(_deaths(logs)) == NURSERIES * DEATHS, seconds=150)
        people.stop()
        running.wait_for(all_ended, seconds=75)
        told = endings()
        settings.OTPGUARD = providers(running.vendor.url, plan)
        right = _answer_all()
    deaths = _deaths(logs)
    assert Counter(death["point"] for death in deaths) == dict.fromkeys(POINTS, 25)
    _assert_nothing_lost(running, told)
    assert right.total() == told["delivered"] + told["fell back"]
    doubles = {key: times - 1 for key, times in running.vendor.sent.items() if times > 1}
    between = Counter(key for death in deaths for key in death["between"])
    print(
        f"\n{len(deaths)} workers killed: {Counter(death['point'] for death in deaths)}"
        f"\n{Challenge.objects.count()} challenges, 0 lost: {dict(told)}; then right: {dict(right)}"
        f"\n{sum(running.vendor.sent.values())} messages, {sum(doubles.values())} of them doubles;"
        f" {sum(between.values())} sends were cut off before their record"
    )
    assert all(times <= between[key] for key, times in doubles.items()), (doubles, between)


def test_neither_a_restart_nor_a_flush_of_the_broker_loses_a_code(tmp_path: Path) -> None:
    with stage(tmp_path) as running:
        people = running.run("people", 8)
        for number in range(2):
            running.run("nursery", tmp_path / f"steady-{number}", 0)
        running.wait_for(lambda: Challenge.objects.count() >= 30, seconds=40)
        running.broker.flush()
        running.wait_for(lambda: Challenge.objects.count() >= 60, seconds=30)
        running.broker.stop()
        running.wait_for(lambda: Challenge.objects.count() >= 90, seconds=30)
        running.broker.start()
        running.wait_for(lambda: Challenge.objects.count() >= 120, seconds=30)
        people.stop()
        running.wait_for(all_ended, seconds=60)
    _assert_nothing_lost(running, endings())
    print(f"\nflush and restart: {Challenge.objects.count()} challenges, {dict(endings())}")
    assert set(running.vendor.sent.values()) == {1}, "without a death nothing is sent twice"


def _deaths(logs: list[Path]) -> list[dict[str, object]]:
    return [json.loads(line) for log in logs for line in log.read_text().splitlines()]


def _answer_all() -> Counter[str]:
    """Type what arrived last of each code that arrived; how many were right, by their channel."""
    right: Counter[str] = Counter()
    arrived = Delivery.objects.filter(state="delivered").order_by("challenge_id", "-step")
    for row in arrived.distinct("challenge_id").select_related("challenge"):
        challenge = row.challenge
        assert not is_replaced(row, challenge.deliveries.all()), "what arrived last counts"
        code = code_made(str(row.provider_ref)) if row.remote else code_of(challenge).digits
        facts = factories.facts(challenge.user, challenge.tenant, sid=challenge.sid)
        answer = answer_challenge(facts=facts, challenge_id=challenge.pk, given=code)
        assert isinstance(answer, Verified), (answer, row.channel, challenge.step)
        right[row.channel] += 1
    return right


def _assert_nothing_lost(running: Stage, ended: Mapping[str, int]) -> None:
    assert set(ended) <= set(ENDED), ended
    now = timezone.now()
    assert not Challenge.objects.filter(expires_at__lte=now).exists(), "within its life"
    arrived = Delivery.objects.filter(state="delivered").values_list("pk", flat=True)
    assert {str(pk) for pk in arrived} <= set(running.vendor.sent), "what arrived was sent"
    taken = Event.objects.filter(kind="challenge.fell_back").count()
    steps = sum(Challenge.objects.values_list("step", flat=True))
    assert taken == steps, "each step of a plan is taken once"
    assert Challenge.objects.first().expires_at - now > timedelta(0)
