"""A vendor over HTTP that makes the code and checks it (C14): build, send, parse, twice."""

from __future__ import annotations

from otpguard.channels.base import Submission
from otpguard.channels.http_provider import HttpProvider, NotAuthorizedError, told_to_wait
from otpguard.core.checked_code import CheckedCode
from otpguard.core.outcome import Failure, Unavailable
from otpguard.transport.exchange import Request, Response, Unknown, Unsent


class RemoteProvider(HttpProvider):
    """What every such vendor has in common. It only gets messages whose `remote` is true.

    Its capabilities state `remote` and `codes_only`, and how short its codes may be.
    """

    # --- what a vendor's file says -----------------------------------------------------------

    def check_request(self, submitted: Submission) -> Request:
        """The request that asks whether this is the code."""
        raise NotImplementedError

    def parse_check(self, response: Response, submitted: Submission) -> CheckedCode:
        """What the answer to it means."""
        raise NotImplementedError

    # --- what is done with it ----------------------------------------------------------------

    def check(self, submitted: Submission) -> CheckedCode:
        """Ask once, within the deadlines. See `RemoteCheck.check`."""
        try:
            result = self._exchange(self.check_request(submitted))
        except NotAuthorizedError as error:
            return Unavailable(reason=str(error), failure=Failure.AUTH_CONFIG)
        match result:
            case Unsent(reason=reason):
                return Unavailable(reason=reason)
            case Unknown(reason=reason):
                return Unavailable(reason=reason, failure=Failure.UNKNOWN_OUTCOME)
            case Response() as response:
                return told_to_wait(self.parse_check(response, submitted), response)
