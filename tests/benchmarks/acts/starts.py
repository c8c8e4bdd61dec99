"""One start of a code: a visitor's with the whole defense and without, and a member's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

from django.utils import timezone

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.events.challenge import ChallengeStarted
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import CapFull
from otpguard.core.phone import NumberType, PhoneNumber, number_facts, parse_phone
from otpguard.core.pumping.velocity import RowName, cap_of, limit_of
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.shipped_kinds import PHONE
from otpguard.database import transaction
from otpguard.exceptions import Ask
from otpguard.flows.challenge.ask_columns import columns_of
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.challenge.open import net_of, steps_of
from otpguard.flows.delivery.caps import charge_first
from otpguard.flows.delivery.outbox import enqueue_deliveries
from otpguard.flows.number.place import place_of
from otpguard.flows.number.start import start_number_challenge
from otpguard.flows.pumping.visitor_form.form import FormFields, check_form, issue_form_token
from otpguard.flows.route.plan import number_routes
from otpguard.ids import new_id
from otpguard.limits.limiter import limiter
from otpguard.models import Challenge
from tests import factories
from tests.benchmarks.crew import Act
from tests.benchmarks.networks import client_ip
from tests.flows.number.visitor import visitor
from tests.flows.setting import Stopped, stopped_in
from tests.models.rows import mailed

DEFENDED, BARE, MEMBER = "whole defense", "no defense", "a member's"
TENANTS, PREFIXES = 20, 10
"""Few enough that what is read of each once a day does not count."""

AREAS = range(201, 990)
OF_AN_AREA = 100
"""Numbers from 555-0100 on, which nobody has."""

_OPENED_BEFORE = timedelta(seconds=5)

_people = count()
_numbers = {DEFENDED: count(), BARE: count()}

Fuel = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A visitor who has opened the link in their e-mail and filled in the form."""

    facts: RequestFacts
    ask: Ask
    number: PhoneNumber
    place: FormPlace
    token: str


def fuel(number: int) -> Fuel:
    """People who start once: so many for each contender."""
    tenants = [factories.tenant() for _ in range(TENANTS)]
    return {
        DEFENDED: [_applicant(tenants, DEFENDED) for _ in range(number)],
        BARE: [_applicant(tenants, BARE) for _ in range(number)],
        MEMBER: [_member(tenants, next(_people)) for _ in range(number)],
    }


def _member(tenants: list[Any], each: int) -> Stopped:
    who = stopped_in(tenants[each % TENANTS])
    who.facts = replace(who.facts, client_ip=client_ip(each))
    return who


def _applicant(tenants: list[Any], contender: str) -> Applicant:
    each, number_of = next(_people), next(_numbers[contender])
    tenant = tenants[each % TENANTS]
    who = visitor(tenant=tenant, client_ip=client_ip(each))
    areas = _us_areas()
    tail = 100 + number_of // PREFIXES % OF_AN_AREA
    number = parse_phone(f"+1{areas[number_of % PREFIXES]}5550{tail}", region="US")
    mailed(f"kim{each}@gmail.com", browser=who.facts.browser, tenant=tenant)
    place = FormPlace(source=who.ask.checkpoint, tenant=who.ask.tenant, browser=who.facts.browser)
    return Applicant(
        facts=who.facts,
        ask=replace(who.ask, email_first=True),
        number=number,
        place=place,
        token=issue_form_token(place, now=timezone.now() - _OPENED_BEFORE),
    )


@cache
def _us_areas() -> list[int]:
    shapes = {area: f"+1{area}5550100" for area in AREAS}
    return [area for area, shape in shapes.items() if _is_usual(shape)][:PREFIXES]


def _is_usual(e164: str) -> bool:
    known = number_facts(e164)
    return (known.country, known.type) == ("US", NumberType.FIXED_OR_MOBILE)


def acts(made: Fuel) -> Mapping[str, Act]:
    """By name, what is timed."""
    defended, bare, members = (iter(made[name]) for name in (DEFENDED, BARE, MEMBER))
    return {
        DEFENDED: Act(lambda: start_defended(next(defended))),
        BARE: Act(lambda: start_bare(next(bare))),
        MEMBER: Act(lambda: next(members).start(now=timezone.now())),
    }


def start_defended(who: Applicant) -> None:
    """Check the form and start, as the page does it."""
    facts = replace(who.facts, now=timezone.now())
    sent = FormFields(token=who.token)
    form = check_form(sent, who.place, client_ip=facts.client_ip, now=facts.now)
    start_number_challenge(facts=facts, ask=who.ask, number=who.number, form=form)


def start_bare(who: Applicant) -> None:
    """The same rows without what the defense adds: three caps and the tenant's, the challenge, its
    delivery and its event; no form, lane, layers, budget and record."""
    facts = replace(who.facts, now=timezone.now())
    challenge = _bare_challenge(who, facts)
    velocity = settings().velocity
    counted = {
        RowName.BROWSER_DAY: facts.browser,
        RowName.NUMBER_DAY: challenge.phone_index,
        RowName.IP_HOUR: facts.client_ip,
    }
    caps = [
        cap_of(row, key, limit_of(velocity, row, key, strict=False)) for row, key in counted.items()
    ]
    with transaction.atomic():
        charged = limiter().consume(caps, challenge=challenge.pk, now=facts.now)
        assert not isinstance(charged, CapFull)
        mine = Challenge.objects.of(
            sid="", user="", tenant=facts.tenant, browser=facts.browser
        ).filter(checkpoint=challenge.checkpoint)
        cancel_open(facts, mine, "superseded")
        charge_first(challenge, now=facts.now)
        challenge.save(force_insert=True)
        enqueue_deliveries([challenge])
        channels = [step["channel"] for step in challenge.plan]
        event = ChallengeStarted(factor="", kind=PHONE.slug, channels=channels)
        record(event, Circumstances.of_ask(facts, who.ask))


def _bare_challenge(who: Applicant, facts: RequestFacts) -> Challenge:
    place = place_of(facts, who.ask.checkpoint)
    routes = number_routes(facts, who.number.e164, place.policy, place.tenant)
    return Challenge(
        id=new_id(),
        seed=os.urandom(16),
        key_id=vault.key_ids()[0],
        **columns_of(who.ask),
        browser=facts.browser,
        level=int(place.policy.required_level),
        primary=facts.primary.value,
        enrolls=True,
        destination=who.number.e164,
        phone_index=vault.blind_indexes(who.number.e164)[0],
        net=net_of(facts),
        plan=steps_of(routes, country=who.number.region),
        fallback_seconds=int(place.policy.fallback_timeout.total_seconds()),
        max_attempts=place.policy.max_attempts,
        created_at=facts.now,
        last_sent_at=facts.now,
        expires_at=facts.now + place.policy.code_ttl,
    )
