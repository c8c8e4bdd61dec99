"""What the guard did for one request, kept on it until the middleware writes it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask, StepUpRefused
from otpguard.flows.checkpoint.guard import Passed
from otpguard.flows.checkpoint.refusals import PendingRefusal, count_refusal, record_refusal
from otpguard.flows.tenant.single import follow_account
from otpguard.store_errors import STORE_ERRORS

STATE = "_otpguard"

_CHECKPOINT = -3
"""Where a key of `passed` names the checkpoint: target and whether it reads safely follow."""

logger = logging.getLogger("otpguard.guard")


@dataclass(slots=True)
class GuardState:
    """What the guard did for one request; the middleware writes it later."""

    passed: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    """What has passed, with the intents of the bodies that views passed with; "" for no body."""
    pending: list[PendingRefusal] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    kept_forms: list[str] = field(default_factory=list)
    moved: RequestFacts | None = None
    """Whose membership followed their account in this request."""

    def has_passed(self, checkpoint: str) -> bool:
        """Whether this request has passed the checkpoint, about whatever it was asked."""
        return any(key[_CHECKPOINT] == checkpoint for key in self.passed)

    def remember(self, passed: Passed, facts: RequestFacts, ask: Callable[[], Ask]) -> None:
        """Keep the grant that was used, and the refusal that report-only mode did not carry out."""
        if passed.spent:
            self.spent.append(passed.spent)
        if passed.reported is not None:
            pending = count_refusal(
                facts=facts, decision=passed.reported, ask=ask(), carried_out=False
            )
            self.pending.append(pending)

    def write(self) -> None:
        """Write the pending refusals, and again what a refusal may have rolled back. Call it when
        every transaction of the view has ended."""
        moved, self.moved = self.moved, None
        if moved is not None:
            try:
                follow_account(facts=moved)
            except STORE_ERRORS:
                logger.exception("a membership could not follow its account: the next request does")
        while self.pending:
            record_refusal(self.pending.pop(0))


class RequestRefused(StepUpRefused):
    """A refusal together with the facts it was decided on, for the door that translates it.

    It is kept for the log when it is raised, so a view that swallows it cannot hide it.
    """

    def __init__(self, pending: PendingRefusal) -> None:
        super().__init__(pending.decision, pending.ask)
        self.facts = pending.facts
        self.form: Any = None
        """The form that the view had read, if it said so."""
        self.answer: HttpResponse | None = None
        """What is answered, where the door that refused knows it."""


def state_of(request: HttpRequest) -> GuardState:
    """The state on the request, made at first use. Raises ImproperlyConfigured without ours."""
    if STATE not in request.__dict__:
        raise ImproperlyConfigured(
            "otpguard guards nothing without its middleware: add"
            ' "otpguard.middleware.OtpguardMiddleware" to MIDDLEWARE (otpguard.E010)'
        )
    state: GuardState | None = request.__dict__[STATE]
    if state is None:
        state = request.__dict__[STATE] = GuardState()
    return state


def noted(state: GuardState, facts: RequestFacts, refused: StepUpRefused) -> RequestRefused:
    """Count the refusal and keep it for the log; returns it with its facts, to be raised."""
    pending = count_refusal(facts=facts, decision=refused.decision, ask=refused.ask)
    state.pending.append(pending)
    return RequestRefused(pending)
