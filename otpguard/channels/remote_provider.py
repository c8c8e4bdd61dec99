"""A vendor over HTTP that makes the code and checks it (C14): build, send, parse, twice."""

from __future__ import annotations

from otpguard.channels.base import Submission
from otpguard.channels.http_provider import HttpProvider, NotAuthorizedError
from otpguard.core.checked import Checked
from otpguard.core.outcome import Failure, Unavailable
from otpguard.transport.exchange import Request, Response, Unknown, Unsent


class RemoteProvider(HttpProvider):
    """What every such vendor has in common. It is sent messages with a true `remote` only."""

    codes_only = True
    remote = True

    # --- what a vendor's file says -----------------------------------------------------------

    def check_request(self, submitted: Submission) -> Request:
        """The request that asks whether this is the code."""
        raise NotImplementedError

    def parse_check(self, response: Response, submitted: Submission) -> Checked:
        """What the answer to it means."""
        raise NotImplementedError

    # --- what is done with it ----------------------------------------------------------------

    def check(self, submitted: Submission) -> Checked:
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
                return self.parse_check(response, submitted)
