"""One tree of errors, each with a stable `code` for machines. HTTP statuses belong to the doors.

    OtpguardError
    ├── StepUpRefused        a guard said no; carries the Decision and what was asked
    ├── StartRefused         a challenge was not started: caps, locks, nothing to send with
    ├── ClaimRefused         a proven number cannot be used by this request any more
    │   └── NumberOverused   it serves too many accounts or organizations
    ├── IdentityMissing      a person has not shown who they are yet
    ├── StoreUnavailable     the database did not answer: fail closed
    ├── InsideTransaction    a flow that must commit by itself was called inside a transaction
    ├── InvalidInput         a value given to a flow is wrong; another one would do
    └── NotAllowed           a flow was asked for something this actor may not do
        └── ErasureRefused   a person or tenant must not be deleted now

An expected outcome, such as a wrong code, is a value and not an exception.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self

from django.core.exceptions import PermissionDenied

from otpguard.core.decision import Refusal
from otpguard.core.pumping.verdict import Signal
from otpguard.core.reasons import WhyNotStarted
from otpguard.core.send_options import USUAL, SendOptions, send_options
from otpguard.core.signup import IdentityPart


class OtpguardError(Exception):
    """Root of all errors that otpguard raises on purpose."""

    code = "otpguard_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a refused request was asking for: everything a challenge needs to name and bind it.

    `next` is the page to ask for again after the proof, `came_from` the page before it, if known.
    `kept` is the id of the kept form; `unkept` says that there was one that could not be kept.
    `send_options` is how the view wants its codes sent. `email_first` says that a visitor of whom
    nothing is known opens a link in an e-mail before a code goes to their number; a challenge does
    not keep it.
    """

    checkpoint: str
    tenant: str
    user: str
    sid: str
    story: str
    intent: str = ""
    target: str = ""
    next: str = ""
    came_from: str = ""
    kept: str = ""
    binds: bool = False
    unkept: bool = False
    email_first: bool = False
    send_options: SendOptions = USUAL

    def dump(self) -> str:
        """It as JSON, to be encrypted: it may hold the sid."""
        plain = {**asdict(self), "send_options": self.send_options.dump()}
        return json.dumps(plain, separators=(",", ":"))

    @classmethod
    def load(cls, dumped: str) -> Self:
        """What `dump` wrote. Raises ValueError, TypeError or KeyError for other text."""
        plain = json.loads(dumped)
        return cls(**{**plain, "send_options": send_options(**plain["send_options"])})


class StepUpRefused(OtpguardError):  # noqa: N818 (a refusal is not an error of the program)
    """A guarded operation may not pass now. Raised by the guard, translated once by a door."""

    code = "step_up_refused"

    def __init__(self, decision: Refusal, ask: Ask) -> None:
        super().__init__(f"{ask.checkpoint}: {type(decision).__name__} ({decision.reason})")
        self.decision = decision
        self.ask = ask


class StartRefused(OtpguardError):  # noqa: N818 (see above)
    """A challenge was not started; nothing was charged and nothing will be sent.

    `retry_after` is in seconds, 0 if unknown. `signal` is what the pumping defense found, if that
    is why: for its record, never for the caller. `work_level` says how hard a proof of work must
    be, 0 unless the reason asks for one.
    """

    code = "start_refused"

    def __init__(
        self,
        reason: WhyNotStarted,
        *,
        retry_after: int = 0,
        signal: Signal | None = None,
        work_level: int = 0,
    ) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.retry_after = retry_after
        self.signal = signal
        self.work_level = work_level


class ClaimRefused(OtpguardError):  # noqa: N818 (see above)
    """A phone claim was used already, has expired, or is not this browser's: the number must be
    proven again, for `checkpoint`."""

    code = "claim_refused"

    def __init__(self, checkpoint: str) -> None:
        super().__init__(f"{checkpoint}: the phone claim cannot be used")
        self.checkpoint = checkpoint


class NumberOverused(ClaimRefused):
    """A proven number serves too many accounts or organizations: another one must be proven."""

    code = "number_overused"


class IdentityMissing(OtpguardError):  # noqa: N818 (see above)
    """A person has to show something of themselves first: `part` of it, on the page at `url`."""

    code = "identity_required"

    def __init__(self, part: IdentityPart, url: str) -> None:
        super().__init__(str(part))
        self.part = part
        self.url = url


class StoreUnavailable(OtpguardError):  # noqa: N818 (named after what happened)
    """The store did not answer. Guards turn it into a refusal, never into a pass."""

    code = "store_unavailable"


class InsideTransaction(OtpguardError):  # noqa: N818 (named after what happened)
    """A flow that must commit by itself was called inside a transaction. `what` says which."""

    code = "inside_transaction"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} must not be called inside a transaction: a rollback would undo what it"
            " counts. Where ATOMIC_REQUESTS is on, mark the view with"
            " `django.db.transaction.non_atomic_requests`. Elsewhere, leave `atomic` first."
        )


class InvalidInput(OtpguardError):  # noqa: N818 (named after what happened)
    """A value is wrong; another value could be accepted. `message` may be shown to people.

    `field` is the name of the flow's argument or column that holds the value; "" if the mistake is
    in the combination.
    """

    code = "invalid_input"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


class NotAllowed(OtpguardError):  # noqa: N818 (named after what happened)
    """This actor may not do this, whatever values they enter. `message` may be shown to people."""

    code = "not_allowed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ErasureRefused(NotAllowed, PermissionDenied):
    """A person or tenant must not be deleted now. To Django it is a lack of permission: 403."""

    code = "erasure_refused"
