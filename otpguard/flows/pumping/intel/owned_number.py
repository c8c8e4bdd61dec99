"""Whether codes may go to a number that its owner has confirmed.

A SIM card that was changed lately, or a new owner, takes the number away from them.
"""

from __future__ import annotations

from dataclasses import replace

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.events.number_intel import NumberDoubted
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.intel.number_intel import (
    OwnerDoubt,
    UnknownSwap,
    owner_doubt,
    swap_matters,
)
from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery
from otpguard.core.reasons import StartReason
from otpguard.database import transaction
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors import phone
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.pumping.intel.look_up_number import look_up_number
from otpguard.intel.number import known_facts
from otpguard.models import Factor

WITH_THE_SIM = frozenset({Channel.SMS, Channel.VOICE, Channel.WHATSAPP})
"""What reaches the one who has the SIM card. WhatsApp is among them: a code by SMS moves an account
to another phone."""

lately = Coalescer()


def withheld_channels(facts: RequestFacts, ask: Ask, factor: Factor) -> frozenset[Channel]:
    """The channels that no code of this confirmed factor may take.

    Asks vendors, if any is configured: whether the SIM card was changed, at every checkpoint and
    of everybody, because a proof serves at others as well; and for a factor that nobody has used
    for long whether the number has a new owner. An answer that no vendor knows decides only where
    it matters by itself. Writes an event for each doubt, and there for a SIM swap that no vendor
    knows of. Raises StartRefused for a number with a new owner, and StoreUnavailable.
    """
    config = settings().number_intel
    wanted = _wanted(facts, factor) if config.vendors and factor.confirmed else frozenset()
    if not wanted:
        return frozenset()
    query = NumberQuery(
        e164=phone.number_of(factor),
        wanted=wanted,
        now=facts.now,
        swap_days=config.swap_days,
        verified_on=factor.created_at.date(),
    )
    report = look_up_number(query, phone_index=factor.phone_index)
    matters = swap_matters(checkpoint_named(ask.checkpoint), owned=True)
    terms = config.terms if matters else replace(config.terms, unknown_swap=UnknownSwap.ALLOW)
    doubt = owner_doubt(report, wanted=wanted, terms=terms)
    if doubt is not None:
        _record(facts, ask, factor, doubt, withheld=True)
    elif matters and IntelFact.SIM_SWAP in wanted and report.swapped is None:
        _record(facts, ask, factor, OwnerDoubt.SIM_SWAP_UNKNOWN, withheld=False)
    if doubt is OwnerDoubt.REASSIGNED:
        raise StartRefused(StartReason.NUMBER_REASSIGNED)
    return frozenset() if doubt is None else WITH_THE_SIM


def _wanted(facts: RequestFacts, factor: Factor) -> frozenset[IntelFact]:
    wanted = {IntelFact.SIM_SWAP}
    used_at = max(factor.created_at, factor.last_used_at or factor.created_at)
    if facts.now - used_at >= settings().number_intel.reassigned_after:
        wanted.add(IntelFact.REASSIGNED)
    return frozenset(wanted) & known_facts()


def _record(
    facts: RequestFacts, ask: Ask, factor: Factor, doubt: OwnerDoubt, *, withheld: bool
) -> None:
    kind = (facts.user, str(factor.pk), ask.checkpoint, doubt)
    _story, count = lately.count(kind, story=ask.story, now=facts.now)
    if count:
        with transaction.atomic():
            event = NumberDoubted(
                factor=str(factor.pk), finding=doubt.value, withheld=withheld, count=count
            )
            record(event, Circumstances.of_ask(facts, ask))
