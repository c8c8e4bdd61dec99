"""However many start and answer at once: no cap lets one more through, and one answer wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from otpguard.core.limits import CEILING, Lane
from otpguard.core.reasons import AnswerReason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.challenge.open import _open_plainly
from otpguard.flows.delivery.message import code_of
from otpguard.models import Challenge, Delivery, Event, Factor, FactorLane, Grant, Usage
from otpguard.testing.racing import race
from tests import factories
from tests.flows.challenge.both_ways import opening
from tests.flows.setting import Stopped, stopped_in
from tests.models.rows import postgres_only
from tests.pausing import Actor, meet, waits

pytestmark = [pytest.mark.django_db(transaction=True), postgres_only]

COUNT_A_TRY = 'UPDATE "otpguard_challenge" SET attempts'


def people(number: int) -> list[Stopped]:
    """So many of one tenant, each at a place of their own."""
    tenant = factories.tenant()
    found = [stopped_in(tenant) for _ in range(number)]
    for index, who in enumerate(found):
        who.facts = replace(who.facts, client_ip=f"198.51.{index}.7")
    return found


def started(who: Stopped, act: Callable[[Stopped], Any] = Stopped.start) -> str:
    """How a start went; whatever is no refusal is thrown."""
    try:
        act(who)
    except StartRefused as refused:
        return str(refused.reason)
    return "started"


def plainly(who: Stopped) -> None:
    """A start with the same caps as any other, by the plain statements."""
    _open_plainly(opening(who), guarded=False)


def many(actors: list[Callable[[], list[str]]]) -> Counter[str]:
    """All of them at once; how often each word was said."""
    queue = list(actors)

    def act() -> list[str]:
        return queue.pop()()

    said = race(act, threads=len(actors))
    return Counter(word for words in said for word in words)


def messages(settings: Any, an_hour: int) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SITE_MESSAGES_PER_HOUR": an_hour}


@pytest.mark.parametrize(
    ("threads", "times", "limit"),
    [(12, 2, 7), pytest.param(32, 5, 100, marks=pytest.mark.slow)],
)
def test_a_cap_lets_exactly_so_many_through(
    settings: Any, threads: int, times: int, limit: int
) -> None:
    messages(settings, limit)
    crowd = people(threads)
    said = many(
        [
            lambda who=who: [
                started(replace(who, ask=replace(who.ask, intent=f"{index:064d}")))
                for index in range(times)
            ]
            for who in crowd
        ]
    )
    assert said == {"started": limit, "cap_site": threads * times - limit}
    assert Usage.objects.filter(cap="site").count() == limit
    # All or nothing: session, address, factor, tenant and site of each.
    assert Usage.objects.count() == limit * 5
    assert Challenge.objects.count() == Delivery.objects.count() == limit
    assert Event.objects.filter(kind="challenge.started").count() == limit


@pytest.mark.parametrize(
    ("persons", "times", "limit"),
    [(4, 3, 11), pytest.param(10, 6, 100, marks=pytest.mark.slow)],
)
def test_both_ways_at_once_let_exactly_so_many_through(
    settings: Any, persons: int, times: int, limit: int
) -> None:
    """Three tabs of each person start the same action again and again: at once, plainly because an
    older one is open, and plainly from the beginning."""
    messages(settings, limit)
    crowd = people(persons)
    acts = (Stopped.start, Stopped.start, plainly)
    said = many(
        [
            lambda who=who, act=act: [started(who, act) for _ in range(times)]
            for who in crowd
            for act in acts
        ]
    )
    assert said == {"started": limit, "cap_site": persons * len(acts) * times - limit}
    assert Usage.objects.filter(cap="site").count() == limit
    assert Challenge.objects.count() == limit
    live = Counter(Challenge.objects.filter(state="open").values_list("sid", flat=True))
    assert set(live.values()) == {1}, "each action has one live code"


def test_who_waits_for_the_last_place_finds_it_taken(settings: Any) -> None:
    messages(settings, 1)
    first, second = people(2)
    meeting = meet(lambda: started(first), lambda: started(second), after="WITH seen")
    assert not meeting.failures
    assert meeting.other_waited
    assert (meeting.held.result, meeting.other.result) == ("started", "cap_site")


def test_the_second_tab_sees_the_challenge_of_the_first() -> None:
    (who,) = people(1)
    meeting = meet(lambda: started(who), lambda: started(who), after="WITH seen")
    assert not meeting.failures
    assert meeting.other_waited
    assert sorted(Challenge.objects.values_list("state", flat=True)) == ["canceled", "open"]


# --- answers -------------------------------------------------------------------------------------


def with_app(who: Stopped) -> Stopped:
    """The same, with an authenticator app."""
    who.factor = factories.totp_factor(who.member.user)
    return who


def other_session(who: Stopped) -> Stopped:
    """The same person and factor in another login session."""
    sid = factories.session(who.member.user).sid
    return replace(who, facts=replace(who.facts, sid=sid), ask=replace(who.ask, sid=sid))


@pytest.mark.parametrize("kind", ["phone", "totp"])
def test_of_eight_right_answers_one_wins(kind: str) -> None:
    (who,) = people(1)
    if kind == "totp":
        with_app(who)
    challenge = who.start()
    Delivery.objects.update(state="sent")
    right = code_of(challenge).digits if kind == "phone" else factories.totp_code(who.factor)
    answers = race(lambda: who.answer(challenge, right), threads=8)
    assert sum(isinstance(each, Verified) for each in answers) == 1
    assert Grant.objects.count() == 1
    told = Counter(Event.objects.values_list("kind", flat=True))
    assert (told["challenge.verified"], told["grant.issued"]) == (1, 1)
    challenge.refresh_from_db()
    assert challenge.state == "verified"
    assert not Usage.objects.filter(challenge=challenge.pk).exists()
    assert FactorLane.objects.get().failures == 0, "none of them was wrong"


def test_a_lane_that_changed_since_it_was_read_is_locked_and_read_again() -> None:
    first = with_app(people(1)[0])
    second = other_session(first)
    mine, other = first.start(), second.start()
    meeting = meet(
        lambda: first.answer(mine, "000000"),
        lambda: second.answer(other, "000000"),
        after="SELECT k.known",
    )
    assert not meeting.failures
    assert not meeting.other_waited
    said = meeting.held.statements
    assert [each for each in said if COUNT_A_TRY in each]
    assert [each for each in said if "otpguard_factorlane" in each and "FOR UPDATE" in each]
    assert FactorLane.objects.get().failures == 2
    assert list(Challenge.objects.values_list("attempts", flat=True)) == [1, 1]


@pytest.mark.parametrize("right", [True, False])
def test_the_last_guess_of_a_lane_is_not_made_twice(right: bool) -> None:
    """Not even by the right answer."""
    first = with_app(people(1)[0])
    second = other_session(first)
    mine, other = first.start(), second.start()
    FactorLane.objects.create(factor=first.factor, lane="open", failures=CEILING[Lane.OPEN] - 1)
    given = factories.totp_code(first.factor) if right else "000000"
    meeting = meet(
        lambda: first.answer(mine, given),
        lambda: second.answer(other, "000000"),
        after="SELECT k.known",
    )
    assert not meeting.failures
    assert isinstance(meeting.held.result, Rejected)
    assert meeting.held.result.reason is AnswerReason.LOCKED
    mine.refresh_from_db()
    assert mine.attempts == 0, "what is not compared costs no try"
    assert FactorLane.objects.get().failures == CEILING[Lane.OPEN]
    assert not Grant.objects.exists()


def test_a_failure_of_another_session_outlasts_a_right_answer() -> None:
    """The lane is not as it was counted, so it is given back by one and not as it was."""
    first = with_app(people(1)[0])
    second = other_session(first)
    mine, other = first.start(), second.start()
    right = factories.totp_code(first.factor)
    meeting = meet(
        lambda: first.answer(mine, right),
        lambda: second.answer(other, "000000"),
        after="FOR SHARE",
    )
    assert not meeting.failures
    assert isinstance(meeting.held.result, Verified)
    assert FactorLane.objects.get().failures == 1


def test_two_right_answers_of_two_challenges_both_count_once_each() -> None:
    """A time step serves once: the second is told that it was used."""
    first = with_app(people(1)[0])
    second = other_session(first)
    mine, other = first.start(), second.start()
    now = timezone.now()
    right = factories.totp_code(first.factor, now)
    meeting = meet(
        lambda: first.answer(mine, right, now=now),
        lambda: second.answer(other, right, now=now),
        after="FOR SHARE",
    )
    assert not meeting.failures
    results = [meeting.held.result, meeting.other.result]
    assert sorted(type(each).__name__ for each in results) == ["Rejected", "Verified"]
    assert Grant.objects.count() == 1


def test_two_right_answers_for_two_actions_leave_one_grant_of_their_method() -> None:
    """Both wait for the factor; the second one then sees what the first has committed."""
    who = people(1)[0]
    mine = who.start()
    who.ask = replace(who.ask, intent="n" * 64)
    other = who.start()
    digits = [code_of(each).digits for each in (mine, other)]
    answers = []
    with transaction.atomic():
        Factor.objects.select_for_update(no_key=True).get(pk=who.factor.pk)
        for challenge, given in zip((mine, other), digits, strict=True):
            answers.append(Actor(partial(who.answer, challenge, given)).start())
            while not (waits(answers[-1].pid) or answers[-1].done.wait(0.01)):
                pass
        assert all("WITH won" in each.statements[-1] for each in answers)
    assert [type(each.finish().result) for each in answers] == [Verified, Verified]
    assert Grant.objects.filter(revoked_at=None).count() == 1
