"""A vendor spoken to over HTTP: build, send, parse. The only step that does anything is `send`.

A vendor's file says what to ask and what an answer means, as pure methods; this class puts the
shared transport in between.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from django.utils import timezone

from otpguard.channels.base import OutboundMessage, ReceiptFact, Webhook
from otpguard.channels.capabilities import Capabilities
from otpguard.channels.responses import by_status
from otpguard.core.codes import Code
from otpguard.core.outcome import Failure, Outcome, Refused, Unavailable
from otpguard.transport import client
from otpguard.transport.exchange import Deadlines, Request, Response, Unknown, Unsent
from otpguard.transport.retry_after import LONGEST_WAIT, asked_wait

T = TypeVar("T")

WAITED_FOR = frozenset(
    {Failure.RATE_LIMITED, Failure.CONFLICT_OPEN, Failure.TRANSIENT, Failure.UNKNOWN_OUTCOME}
)
"""What may be over after a while. Credentials are not mended by waiting."""


class NotAuthorizedError(Exception):
    """There are no credentials to sign a request with. Its text contains no secret."""


class HttpProvider:
    """What every vendor over HTTP has in common. `connect` and `read` are seconds.

    A vendor states its `capabilities`, in its class or in its constructor, which raises ValueError
    for options that cannot work.
    """

    capabilities: Capabilities
    """See `Provider.capabilities`."""

    def __init__(self, *, connect: float = 3.0, read: float = 8.0) -> None:
        self._deadlines = Deadlines(connect=connect, read=read)

    # --- what a vendor's file says -----------------------------------------------------------

    def build_request(self, message: OutboundMessage) -> Request:
        """The request that sends this message."""
        raise NotImplementedError

    def parse_response(self, response: Response) -> Outcome:
        """What the answer to it means."""
        raise NotImplementedError

    def cancel_request(self, reference: str) -> Request | None:
        """The request that ends what `reference` started; None where the vendor has none."""
        del reference
        return None

    def confirm_request(self, reference: str, code: Code) -> Request | None:
        """The request that tells the vendor that the code was proven; None where it has none."""
        del reference, code
        return None

    def parse_closing(self, response: Response) -> Failure | None:
        """What the answer to a cancel or confirm means; None when it was done."""
        if response.is_success:
            return None
        outcome = self.parse_response(response)
        return outcome.failure if isinstance(outcome, Refused | Unavailable) else Failure.TRANSIENT

    def build_status(self, reference: str) -> Request:
        """The request that asks what became of the message that `reference` names."""
        raise NotImplementedError

    def parse_status(self, response: Response) -> ReceiptFact | None:
        """What the answer to it tells, with the reference that it names; None if nothing."""
        raise NotImplementedError

    def authorize(self, request: Request, *, now: datetime) -> Request:
        """The request with credentials that hold for a moment only; as it is where none do.

        Raises NotAuthorizedError when there are none to be had.
        """
        del now
        return request

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """False: nothing is believed of a vendor whose signature is not known."""
        del received, now
        return False

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        """Nothing: see `is_authentic`."""
        del received
        return ()

    def handshake(self, received: Webhook) -> str | None:
        """None: most vendors do not ask."""
        del received
        return None

    # --- what is done with it ----------------------------------------------------------------

    def send(self, message: OutboundMessage) -> Outcome:
        """Send once, within the deadlines. See `Provider.send`."""
        can = self.capabilities
        if message.channel not in can.channels:
            return Refused(reason="this channel is not served")
        if message.remote != can.remote:
            return Refused(reason="this provider is for codes of the other kind")
        if can.codes_only and message.code is None and not message.remote:
            return Refused(reason="this provider carries codes only")
        try:
            result = self._exchange(self.build_request(message))
        except NotAuthorizedError as error:
            return Unavailable(reason=str(error), failure=Failure.AUTH_CONFIG)
        match result:
            case Unsent(reason=reason):
                return Unavailable(reason=reason)
            case Unknown(reason=reason):
                return Unavailable(reason=reason, failure=Failure.UNKNOWN_OUTCOME)
            case Response() as response:
                return told_to_wait(self.parse_response(response), response)

    def cancel(self, reference: str) -> Failure | None:
        """End what is open at the vendor, so that it sends no more. None when there is nothing left
        to do."""
        return self._close(self.cancel_request(reference))

    def confirm(self, reference: str, code: Code) -> Failure | None:
        """Tell of the success of a code of ours, which vendors count. None when that is done."""
        return self._close(self.confirm_request(reference, code))

    def status(self, reference: str) -> ReceiptFact | Unavailable | None:
        """Ask once what became of a message. See `Polling.status`."""
        try:
            result = self._exchange(self.build_status(reference))
        except NotAuthorizedError as error:
            return Unavailable(reason=str(error), failure=Failure.AUTH_CONFIG)
        match result:
            case Unsent(reason=reason):
                return Unavailable(reason=reason)
            case Unknown(reason=reason):
                return Unavailable(reason=reason, failure=Failure.UNKNOWN_OUTCOME)
            case Response() as response if response.is_success:
                fact = self.parse_status(response)
                # An answer about another message is none.
                return fact if fact is not None and fact.reference == reference else None
            case Response(status=404 | 410):
                return None
            case Response() as response:
                found = told_to_wait(by_status(response, "status"), response)
                return found if isinstance(found, Unavailable) else None

    def _close(self, request: Request | None) -> Failure | None:
        if request is None:
            return None
        try:
            result = self._exchange(request)
        except NotAuthorizedError:
            return Failure.AUTH_CONFIG
        match result:
            case Unsent():
                return Failure.TRANSIENT
            case Unknown():
                return Failure.UNKNOWN_OUTCOME
            case Response() as response:
                return self.parse_closing(response)

    def _exchange(self, request: Request) -> Response | Unsent | Unknown:
        ready = self.authorize(request, now=timezone.now())
        return client.send(ready, deadlines=self._deadlines)


def told_to_wait(found: T, response: Response) -> T:
    """The outcome with the wait that the answer asks for (the header Retry-After), bounded.

    As it is for what no wait mends. A wait that the vendor's file knows of counts where the header
    says none.
    """
    if not isinstance(found, Refused | Unavailable) or found.failure not in WAITED_FOR:
        return found
    asked = asked_wait(response.headers, now=timezone.now()) or found.retry_after
    longest = LONGEST_WAIT // timedelta(seconds=1)
    return replace(found, retry_after=min(asked, longest) if asked else None)
