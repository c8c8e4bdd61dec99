"""What vendors' answers mean, as the page of the docs that lists them.

Printed by `manage.py otpguard_vendor_answers`. Every cell comes from the tables that the providers
read, so the page cannot differ from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from otpguard.channels.vendor_answers import (
    aws,
    bird,
    http_status,
    message_central,
    messagebird,
    meta_whatsapp,
    sinch,
    twilio_messaging,
    twilio_verify,
    vonage,
)
from otpguard.channels.vendor_answers.answer import ALWAYS, Answer, Answers, Moment
from otpguard.core.outcome import ROUTE_FAILURES, Failure, FailureScope

VENDORS: Mapping[str, Answers] = {
    "AWS End User Messaging": aws.ANSWERS,
    "Bird Verify": bird.ANSWERS,
    "Message Central VerifyNow": message_central.ANSWERS,
    "MessageBird Verify": messagebird.ANSWERS,
    "Meta WhatsApp": meta_whatsapp.ANSWERS,
    "Sinch Verification": sinch.ANSWERS,
    "Twilio Messaging": twilio_messaging.ANSWERS,
    "Twilio Verify": twilio_verify.ANSWERS,
    "Vonage Verify": vonage.ANSWERS,
    "any of them": http_status.ANSWERS,
}

_INTRO = """\
# What vendors' answers mean

Printed by `manage.py otpguard_vendor_answers` from the tables that the providers read.
[Sending codes](sending.md) explains what follows from a class.

- *Answer* is the vendor's own word or number. The rows of *any of them* are HTTP statuses, for
  answers that say nothing known; an exact status counts before its class (`4xx`).
- *When*: in the answer to a message (`send`), in a receipt or a status that was asked for
  (`receipt`), in the answer to a typed code (`check`), or when the vendor is told how a
  verification ended (`closing`).
- *Concerns* says what is paused by `auth_config` and `balance`. The `account`: the route to every
  country, at once. A `country`: the route to it, at once. A `sender`: the route to a country where
  half of what is sent fails, as for any other failure of a route. One `number`, or this `message`:
  nothing.
- *Sure*: *confirmed* answers are documented, or shown by a fixture, a model or a public report.
  *Probable* ones are reacted to, and operators are told, but they never help to pause a route.
"""
_HEAD = """\
| vendor | answer | when | concerns | sure |
|---|---|---|---|---|
"""
_MEANS: Mapping[Failure, str] = {
    Failure.INVALID_NUMBER: "the number or address is none",
    Failure.LANDLINE_OR_UNREACHABLE: "the number cannot be reached in this way",
    Failure.CHANNEL_UNAVAILABLE: "the channel does not work for this message",
    Failure.FRAUD_BLOCKED: "the vendor calls it fraud: nothing more is sent unasked",
    Failure.GEO_BLOCKED: "the country is not allowed",
    Failure.CARRIER_FILTERED: "a carrier or the network filtered it",
    Failure.NOT_REGISTERED: "the sender is not registered where that is demanded",
    Failure.OPTED_OUT: "the person wants no messages from us",
    Failure.RATE_LIMITED: "too many at once: the vendor's wait is kept",
    Failure.CONFLICT_OPEN: "a verification of this number is open",
    Failure.WRONG_CODE: "the code was wrong",
    Failure.CHECKS_EXHAUSTED: "too many codes were wrong",
    Failure.EXPIRED_OR_GONE: "the verification is over",
    Failure.AUTH_CONFIG: "credentials or configuration: an operator is told",
    Failure.BALANCE: "no balance is left: an operator is told",
    Failure.TRANSIENT: "a temporary fault",
    Failure.UNKNOWN_OUTCOME: "perhaps sent: it is waited for as if it were",
}


def render_answers() -> str:
    """The whole page in Markdown."""
    return _INTRO + "".join(map(_section, Failure))


def _section(failure: Failure) -> str:
    rows = "".join(row for vendor in VENDORS for row in _rows(vendor, failure))
    return f"\n## `{failure}`\n\n{_MEANS[failure].capitalize()}.\n\n{_HEAD}{rows}" if rows else ""


def _rows(vendor: str, failure: Failure) -> Iterator[str]:
    """One row for the answers of a vendor that are alike in all but their words."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for answer in VENDORS[vendor]:
        if answer.failure is failure:
            sure = "probable" if answer.probable else "confirmed"
            said = f"`{answer.said}`" + (f" (wait {answer.wait} s)" if answer.wait else "")
            alike.setdefault((_when(answer), _concerns(answer), sure), []).append(said)
    for cells, words in alike.items():
        yield f"| {' | '.join((vendor, ', '.join(words), *cells))} |\n"


def _when(answer: Answer) -> str:
    if answer.at == ALWAYS:
        return "always"
    return ", ".join(moment for moment in Moment if moment in answer.at)


def _concerns(answer: Answer) -> str:
    if answer.failure in ROUTE_FAILURES or answer.scope is not FailureScope.ACCOUNT:
        return answer.scope
    return "message"
