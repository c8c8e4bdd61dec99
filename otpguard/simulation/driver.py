"""Bring one arrival to the real start, and its code back to the real answer.

The only file here that calls the flows of a visitor: when their arguments change, it does. Invited
people go through those of a member.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from otpguard.channels.providers.memory import SENT
from otpguard.conf import settings
from otpguard.core.challenge import DeliveryState
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import FormFacts
from otpguard.core.reasons import StartReason, WhyNotStarted
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.number.answer import NumberProven, answer_number_challenge
from otpguard.flows.number.start import start_number_challenge
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.models import Delivery, Tenant
from otpguard.simulation.arrival import Arrival, Relation
from otpguard.simulation.mailbox import open_mailed_link
from otpguard.simulation.member import STORY, bind_number, confirm_number, member_facts

CHECKPOINT = "signup"
_TENANT = "simulated-tenant"
_AGE = timedelta(days=400)
NO_LINK = "e-mail: no link"
"""What is said of somebody who had to open a link and got none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What became of a wish for a code.

    `challenge` is None if it was refused, for the reason `refused`; `found` is the layer that
    decided and what it found, empty if none did. `asked` says that a proof of work was asked for,
    which everybody solves. `code` is what arrived, empty for nothing.
    """

    challenge: UUID | None = None
    refused: WhyNotStarted | None = None
    found: str = ""
    asked: bool = False
    code: str = ""

    @property
    def stranded(self) -> bool:
        """Refused without being shown another way."""
        ways = {StartReason.ANOTHER_WAY, StartReason.PROOF_OF_WORK}
        return self.refused is not None and self.refused not in ways


def make_tenant(*, now: datetime) -> str:
    """Make an organization that has long shown use; returns its key."""
    made = Tenant.objects.create(
        slug=_TENANT,
        name="Simulated organization",
        created_at=now - _AGE,
        usage_signal_at=now - _AGE / 2,
    )
    return str(made.pk)


def tenant_key() -> str:
    """The key of that organization."""
    return str(Tenant.objects.get(slug=_TENANT).pk)


def start(who: Arrival, *, tenant: str, now: datetime) -> Started:
    """Ask for a code as `who` at the sign-up form, opening a link in an e-mail and solving a proof
    of work if one is asked for, and have the message sent. Raises StoreUnavailable."""
    solved, is_mailed = 0, False
    while True:
        try:
            challenge = _start(who, tenant, now, solved)
        except StartRefused as refusal:
            if refusal.reason is StartReason.EMAIL_FIRST and not is_mailed:
                refused = _open_link(who, now)
                if refused is not None:
                    return refused
                is_mailed = True
                continue
            if refusal.reason is StartReason.PROOF_OF_WORK and refusal.work_level > solved:
                solved = refusal.work_level
                continue
            return Started(refused=refusal.reason, found=_found(refusal), asked=solved > 0)
        return Started(challenge=challenge, asked=solved > 0, code=_deliver(challenge, now))


def answer(who: Arrival, challenge: UUID, code: str, *, tenant: str, now: datetime) -> bool:
    """Enter a code; True if it proved the number. Raises StoreUnavailable."""
    if who.relation is Relation.INVITED:
        return confirm_number(who, challenge, code, tenant=tenant, now=now)
    facts = _visitor_facts(who, now)
    given = answer_number_challenge(facts=facts, challenge_id=challenge, given=code)
    return isinstance(given, NumberProven)


def resend(who: Arrival, challenge: UUID, *, tenant: str, now: datetime) -> bool:
    """Ask for the code once more; True if it was sent."""
    invited = who.relation is Relation.INVITED
    facts = member_facts(who, tenant=tenant, now=now) if invited else _visitor_facts(who, now)
    try:
        resend_code(facts=facts, challenge_id=challenge, another_way=False)
    except StartRefused:
        return False
    return bool(_deliver(challenge, now))


def _start(who: Arrival, tenant: str, now: datetime, solved: int) -> UUID:
    if who.relation is Relation.INVITED:
        return bind_number(who, tenant=tenant, now=now)
    shown = FormFacts(checked=True, token_valid=True, filled_ms=who.filled_ms, work_level=solved)
    return start_number_challenge(
        facts=_visitor_facts(who, now),
        ask=_ask(),
        number=parse_phone(who.number, region=who.country),
        form=CheckedForm(facts=shown),
    ).pk


def _open_link(who: Arrival, now: datetime) -> Started | None:
    """Open the link of an e-mail; how it ended for somebody who could not."""
    nothing = Started(refused=StartReason.EMAIL_FIRST, found=NO_LINK)
    if not who.mailbox:
        return nothing
    try:
        is_open = open_mailed_link(
            facts=_visitor_facts(who, now),
            ask=_ask(),
            email=who.mailbox,
            filled_ms=who.filled_ms,
        )
    except StartRefused as refusal:
        return Started(refused=refusal.reason, found=f"e-mail: {_found(refusal)}")
    return None if is_open else nothing


def _ask() -> Ask:
    return Ask(
        checkpoint=CHECKPOINT,
        tenant="",
        user="",
        sid="",
        story=STORY,
        email_first=settings().email_first,
    )


def _found(refusal: StartRefused) -> str:
    signal = refusal.signal
    return str(refusal.reason) if signal is None else f"{signal.layer}: {signal.reason}"


def _visitor_facts(who: Arrival, now: datetime) -> RequestFacts:
    return RequestFacts(
        now=now,
        browser=who.browser,
        client_ip=who.client_ip,
        host="simulation.example",
        secure=True,
        method="POST",
        path="/sign-up/",
    )


def _deliver(challenge: UUID, now: datetime) -> str:
    """Send what is queued for a challenge; the digits that arrived."""
    queued = Delivery.objects.filter(challenge=challenge, state=DeliveryState.QUEUED.value)
    for key in queued.values_list("pk", flat=True):
        deliver_code(delivery_id=str(key), now=now)
    codes = [message.code for message in SENT if message.code is not None]
    SENT.clear()
    return codes[-1].digits if codes else ""
