"""The shape in which it is declared what a vendor's answer means.

A provider finds an answer by the word that the vendor uses for it; the docs list all of them
(`manage.py otpguard_answers`). An answer is *confirmed* where the vendor documents it, or a
fixture, a model or a public report shows it; else it is *probable*: it is reacted to, but it never
helps to pause a route.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from otpguard.core.outcome import Failure, FailureScope, Refused, Unavailable, failed


class Moment(StrEnum):
    """When the vendor says it: to a message, in a receipt, to a typed code, to the news of how a
    verification ended."""

    SEND = "send"
    RECEIPT = "receipt"
    CHECK = "check"
    CLOSING = "closing"


ALWAYS = frozenset(Moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `said` is the vendor's own word or number for it.

    `wait` are the seconds after which the vendor is known to take the message, where it does not
    say so itself.
    """

    said: str
    failure: Failure
    scope: FailureScope = FailureScope.ACCOUNT
    probable: bool = False
    wait: int | None = None
    at: frozenset[Moment] = ALWAYS

    def outcome(self, vendor: str) -> Refused | Unavailable:
        """The outcome of a try that was answered so."""
        reason = f"{vendor} {self.said}"
        if self.failure is Failure.RATE_LIMITED and self.scope is FailureScope.NUMBER:
            # A limit on one person: the route is in order.
            return Refused(reason=reason, failure=self.failure, retry_after=self.wait)
        return failed(
            self.failure,
            reason=reason,
            retry_after=self.wait,
            scope=self.scope,
            probable=self.probable,
        )


def confirmed(
    failure: Failure,
    *said: str | int,
    scope: FailureScope = FailureScope.ACCOUNT,
    wait: int | None = None,
    at: Iterable[Moment] = ALWAYS,
) -> tuple[Answer, ...]:
    """Answers that are known to mean this."""
    moments = frozenset(at)
    return tuple(
        Answer(said=str(each), failure=failure, scope=scope, wait=wait, at=moments) for each in said
    )


def probable(
    failure: Failure,
    *said: str | int,
    scope: FailureScope = FailureScope.ACCOUNT,
    wait: int | None = None,
    at: Iterable[Moment] = ALWAYS,
) -> tuple[Answer, ...]:
    """Answers that we suppose to mean this. They never help to pause a route."""
    known = confirmed(failure, *said, scope=scope, wait=wait, at=at)
    return tuple(replace(each, probable=True) for each in known)


class Answers:
    """What the answers of one vendor mean. Raises ValueError for one that means two things."""

    def __init__(self, vendor: str, *groups: Iterable[Answer]) -> None:
        self.vendor = vendor
        self._all = tuple(answer for group in groups for answer in group)
        self._by_moment: dict[tuple[str, Moment], Answer] = {}
        for answer in self._all:
            for moment in answer.at:
                if (answer.said, moment) in self._by_moment:
                    raise ValueError(f"{vendor}: {answer.said} is declared twice")
                self._by_moment[answer.said, moment] = answer

    def __iter__(self) -> Iterator[Answer]:
        """In the order of their declaration."""
        return iter(self._all)

    def find(self, said: str | int | None, at: Moment = Moment.SEND) -> Answer | None:
        """What is declared for an answer; None for one that is not known."""
        return self._by_moment.get((str(said), at))

    def outcome(
        self, said: str | int | None, at: Moment = Moment.SEND
    ) -> Refused | Unavailable | None:
        """The outcome of a try that was answered so; None for an answer that is not known."""
        answer = self.find(said, at)
        return answer.outcome(self.vendor) if answer else None

    def failure(self, said: str | int | None, at: Moment) -> Failure | None:
        """What went wrong; None for an answer that is not known."""
        answer = self.find(said, at)
        return answer.failure if answer else None
