"""A revocation never loses to an answer in flight, wherever either of them is (A25).

Proofs may be taken away at any moment of an answer: before it is counted, while its
transaction holds locks, right before its commit. Afterwards no proof is left, and neither of the
two was thrown out by the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.flows.revoking import REVOKING, Scene, scene
from tests.pausing import Meeting, every_meeting, meet

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]

ANSWER_POINTS = (
    0,
    'UPDATE "otpguard_challenge" SET attempts',
    "FOR SHARE",
    'INSERT INTO "otpguard_grant"',
)
TOO_LATE = ('FOR UPDATE OF "otpguard_challenge"', '"otpguard_grant"')
"""What a revocation has looked for already when a new challenge comes: challenges, then grants."""

Act = Callable[[], Any]


def faults(meeting: Meeting, seen: Scene) -> list[str]:
    """What must not be after the two have met."""
    left = [f"{meeting.where}: a proof is left"] if seen.live() else []
    return meeting.failures + left


@pytest.mark.parametrize("what", REVOKING)
def test_an_answer_in_flight_leaves_no_proof(what: str) -> None:
    for after in ANSWER_POINTS:
        made = scene()
        meeting = meet(made.answer, lambda made=made: REVOKING[what](made), after=after)
        assert meeting.was_held
        assert not faults(meeting, made)


@pytest.mark.parametrize("what", REVOKING)
def test_a_challenge_that_begins_meanwhile_leaves_no_proof(what: str) -> None:
    """It comes after the revocation has looked for challenges or grants, and before its commit."""
    for after in TOO_LATE:
        made = scene()
        meeting = meet(lambda made=made: REVOKING[what](made), made.start_and_answer, after=after)
        assert meeting.was_held
        assert not faults(meeting, made)


# --- everywhere ----------------------------------------------------------------------------------


WAYS: dict[str, Callable[[Scene, Act], tuple[Act, Act]]] = {
    "an answer is held": lambda made, revoke: (made.answer, revoke),
    "a start and its answer are held": lambda made, revoke: (made.start_and_answer, revoke),
    "a revocation is held, an answer comes": lambda made, revoke: (revoke, made.answer),
    "a revocation is held, a start comes": lambda made, revoke: (revoke, made.start_and_answer),
}


def meetings(what: str, way: str, kind: str) -> Iterator[tuple[Meeting, Scene]]:
    """One for each statement of the one that is held, in a scene of its own."""

    def actors() -> tuple[Act, Act, Scene]:
        made = scene(kind=kind)
        held, other = WAYS[way](made, lambda: REVOKING[what](made))
        return held, other, made

    return every_meeting(actors)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["phone", "totp"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", REVOKING)
def test_wherever_one_of_them_is_held_no_proof_is_left(what: str, way: str, kind: str) -> None:
    found = []
    for meeting, seen in meetings(what, way, kind):
        # A revocation that was over when the start came has nothing to do with what follows it.
        over = not meeting.was_held and way == "a revocation is held, a start comes"
        found += meeting.failures if over else faults(meeting, seen)
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_figures_of_64_revocations_against_answers(capsys: pytest.CaptureFixture[str]) -> None:
    live, errors, proven = 0, [], 0
    with ThreadPoolExecutor(2) as pool:
        for number, what in enumerate(islice(cycle(REVOKING), 64)):
            made = scene(kind="totp" if number % 2 else "phone")
            together = Barrier(2, timeout=30)

            def run(act: Act, together: Barrier = together) -> Any:
                try:
                    connection.ensure_connection()
                    together.wait()
                    return act()
                finally:
                    connection.close()

            both = [
                pool.submit(run, made.answer),
                pool.submit(run, lambda what=what, made=made: REVOKING[what](made)),
            ]
            errors += [error for error in (each.exception() for each in both) if error]
            proven += not both[0].exception() and type(both[0].result()).__name__ == "Verified"
            live += made.live()
    with capsys.disabled():
        print(
            f"\n64 revocations against answers: {live} live grants, {len(errors)} errors"
            f" ({proven} answers were first, and what they proved was revoked)"
        )
    assert (live, errors) == (0, [])
