"""One tree of errors, each with a stable `code` for machines. HTTP statuses belong to the doors.

    OtpguardError
    ├── StepUpRefused        a guard said no; carries the Decision and what was asked
    ├── StartRefused         a challenge was not started: caps, locks, nothing to send with
    ├── StoreUnavailable     the database did not answer: fail closed
    └── NotAllowed           a flow was asked for something this actor may not do

An expected outcome, such as a wrong code, is a value and not an exception.
"""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.decision import Refusal
from otpguard.core.sending import USUAL, Sending


class OtpguardError(Exception):
    """Root of all errors that otpguard raises on purpose."""

    code = "otpguard_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a refused request was asking for: everything a challenge needs to name and bind it.

    `held` is the kept form; `unkept` says that there was one that could not be kept. `sending` is
    how the view wants its codes sent.
    """

    checkpoint: str
    tenant: str
    user: str
    sid: str
    story: str
    intent: str = ""
    target: str = ""
    next: str = ""
    held: str = ""
    binds: bool = False
    unkept: bool = False
    sending: Sending = USUAL


class StepUpRefused(OtpguardError):  # noqa: N818 (a refusal is no fault of the program)
    """A guarded operation may not pass now. Raised by the guard, translated once by a door."""

    code = "step_up_refused"

    def __init__(self, decision: Refusal, ask: Ask) -> None:
        super().__init__(f"{ask.checkpoint}: {type(decision).__name__} ({decision.reason})")
        self.decision = decision
        self.ask = ask


class StartRefused(OtpguardError):  # noqa: N818 (see above)
    """A challenge was not started; nothing was charged and nothing will be sent."""

    code = "start_refused"

    def __init__(self, reason: str, *, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class StoreUnavailable(OtpguardError):  # noqa: N818 (named after what happened)
    """The store did not answer. Guards turn it into a refusal, never into a pass."""

    code = "store_unavailable"


class NotAllowed(OtpguardError):  # noqa: N818 (named after what happened)
    """This actor may not do this. `message` is fit to be shown."""

    code = "not_allowed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
