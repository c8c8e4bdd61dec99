"""Build what the layers of the pumping defense see, for each way in which a send is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from otpguard import vault
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.fallback import Step
from otpguard.core.phone import NumberType, PhoneNumber, country_of
from otpguard.core.pumping.attempt import Attempt, FormFacts, NetworkFacts, NetworkKind, SpendLane
from otpguard.core.pumping.visitor_form.work import HARDEST
from otpguard.exceptions import Ask
from otpguard.factors import devices
from otpguard.flows.checkpoint.step_up_options import is_strict
from otpguard.flows.pumping.account_age import is_new_account, is_strict_now
from otpguard.flows.pumping.mailed import has_proven, is_seen, mark_of
from otpguard.flows.pumping.money.expected_price import expected_price
from otpguard.flows.pumping.network import network_behind
from otpguard.models import Challenge, MailedBrowser, PumpingDecision, Tenant

ANSWERED = FormFacts(work_level=HARDEST)
"""A further message of a challenge: its form was looked at when it started."""


WITHOUT_PUZZLE = FormFacts(work_level=HARDEST)
"""A puzzle is against scripts, and a person who was invited or has proven a factor in this browser
is none: they are not made to wait for one."""


def visitor_attempt(
    *,
    facts: RequestFacts,
    ask: Ask,
    number: PhoneNumber,
    tenant: Tenant | None,
    first: Step,
    countries: frozenset[str],
    number_types: frozenset[NumberType],
    form: FormFacts = FormFacts(),  # noqa: B008 (frozen)
) -> Attempt:
    """A visitor without an account asks for a code to a number; `first` is the first step of the
    plan, `countries` are those that the number may be of, and `number_types` its kinds. One read:
    whether this browser has proven a number here before; else one whether it has opened a link in
    an e-mail, and one more of its domain if so. Raises the errors of the database."""
    lane, mark = lane_of_visitor(facts)
    made = _attempt(facts, ask, number, tenant=tenant, first=first, lane=lane)
    if mark is not None:
        unseen = "" if is_seen(mark.domain, now=facts.now) else mark.domain
        made = replace(made, mailbox=mark.email_index, unseen_domain=unseen)
    return replace(made, countries=countries, number_types=number_types, form=form)


def lane_of_visitor(facts: RequestFacts) -> tuple[SpendLane, MailedBrowser | None]:
    """Whose number a visitor's seems to be, with the mark of a browser that counts as mailed. Two
    reads at most, none without a browser. Raises the errors of the database."""
    if has_proven(facts):
        return SpendLane.KNOWN, None
    mark = mark_of(facts)
    return (SpendLane.STRANGER if mark is None else SpendLane.MAILED), mark


def enrollment_attempt(
    *,
    facts: RequestFacts,
    ask: Ask,
    number: PhoneNumber,
    tenant: Tenant | None,
    first: Step,
    number_types: frozenset[NumberType],
    work_level: int = 0,
) -> Attempt:
    """Somebody with an account binds a number of one of these kinds; `work_level` is that of the
    puzzle which the page has solved. One read: whether this browser has proven a factor of theirs.
    Raises the errors of the database.

    A member of a tenant that is not strict counts as invited; one of a strict tenant as a stranger,
    or an attacker would open a tenant and invite himself. Only a stranger meets what asks for a
    proof of work.
    """
    if devices.is_known(facts):
        lane = SpendLane.KNOWN
    elif tenant is not None and not is_strict_now(tenant, now=facts.now):
        lane = SpendLane.INVITED
    else:
        lane = SpendLane.STRANGER
    made = _attempt(facts, ask, number, tenant=tenant, first=first, lane=lane)
    return replace(
        made,
        is_newcomer=is_new_account(facts.user, now=facts.now),
        number_types=number_types,
        form=FormFacts(work_level=work_level) if lane is SpendLane.STRANGER else WITHOUT_PUZZLE,
    )


def further_attempt(
    challenge: Challenge,
    past: PumpingDecision | None,
    *,
    tenant: Tenant | None,
    step: Step,
    now: datetime,
) -> Attempt:
    """One more message of a challenge that is open, by what its first send was decided on.

    Raises UndecryptableError when the key is gone.
    """
    number = challenge.destination.reveal()
    return Attempt(
        now=now,
        source=challenge.checkpoint,
        number=PhoneNumber(e164=number, region=country_of(number)),
        phone_index=challenge.phone_index,
        lane=SpendLane(past.lane) if past else SpendLane.STRANGER,
        tenant=str(challenge.tenant_id or ""),
        user=str(challenge.user_id or ""),
        browser=challenge.browser,
        client_ip=challenge.origin.get("client_ip", ""),
        channel=step["channel"],
        price_micros=expected_price(step, now=now),
        is_strict=is_strict(tenant, now=now),
        is_sensitive=_is_sensitive(challenge.checkpoint),
        network=_network(past),
        form=ANSWERED,
        asks_vendors=False,
    )


def _attempt(
    facts: RequestFacts,
    ask: Ask,
    number: PhoneNumber,
    *,
    tenant: Tenant | None,
    first: Step,
    lane: SpendLane,
) -> Attempt:
    return Attempt(
        now=facts.now,
        source=ask.checkpoint,
        number=number,
        phone_index=vault.blind_indexes(number.e164)[0],
        lane=lane,
        tenant=facts.tenant,
        user=facts.user,
        browser=facts.browser,
        client_ip=facts.client_ip,
        channel=first["channel"],
        price_micros=expected_price(first, now=facts.now),
        is_strict=is_strict_now(tenant, now=facts.now),
        is_sensitive=checkpoint_named(ask.checkpoint).sensitive,
        network=network_behind(facts.client_ip),
    )


def _is_sensitive(slug: str) -> bool:
    """Of a checkpoint that may be gone since: then it counts as sensitive."""
    known = settings().checkpoints.get(slug)
    return known is None or known.sensitive


def _network(past: PumpingDecision | None) -> NetworkFacts:
    if past is None:
        return NetworkFacts(kind=NetworkKind.UNKNOWN)
    return NetworkFacts(kind=NetworkKind(past.network), asn=past.asn)
