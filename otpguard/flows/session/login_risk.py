"""Evaluate the risk of a login when it happens: two statements beside those of the login itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from otpguard.conf import settings
from otpguard.core.challenge import ChallengeState
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.attempt import NetworkFacts
from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery
from otpguard.core.risk import IdpRisk, LoginFacts, LoginRisk, SeenPlace, login_risk
from otpguard.core.shipped_kinds import PHONE
from otpguard.factors import phone
from otpguard.factors.devices import current
from otpguard.flows.checkpoint.login_risk import risk_of_session
from otpguard.flows.pumping.intel.look_up_number import look_up_number
from otpguard.flows.pumping.network import network_behind
from otpguard.intel.number import known_facts
from otpguard.limits.wrong_passwords import counted_since_a_day
from otpguard.models import Challenge, LoginPlace, LoginSession
from otpguard.models.factor import FACTORS

MOST_PLACES = 100
"""The latest places that a login is compared with."""

FAILURES_WITHIN = timedelta(days=1)


def evaluate_login(
    facts: RequestFacts, *, idp: IdpRisk | None, names: Sequence[str] = ()
) -> LoginRisk:
    """The risk of the login that is happening, and remember where it came from.

    `idp` is what the identity provider says, None if none is asked. `names` are the person's login
    names, for which wrong passwords were counted. Reads once and writes once, in
    the caller's transaction. The IP address is looked up in files and not kept.
    """
    network = network_behind(facts.client_ip)
    rows = _earlier(facts, names)
    risk = login_risk(
        LoginFacts(
            now=facts.now,
            recognized=bool(rows and rows[0]["recognized"]),
            network=network,
            places=[
                SeenPlace(country=row["country"], asn=row["asn"], at=row["last_seen_at"])
                for row in rows
            ],
            wrong_answers=rows[0]["wrong"] if rows else 0,
            wrong_passwords=rows[0]["passwords"] if rows else 0,
            idp=idp,
        ),
        settings().login_risk.terms,
    )
    _remember_place(facts, network)
    return risk


def _earlier(facts: RequestFacts, names: Sequence[str]) -> list[dict[str, Any]]:
    """The places of earlier logins, each with what is known of the browser, of wrong answers and of
    wrong passwords.

    Somebody who has never logged in before has none, and no browser of theirs is known.
    """
    since = facts.now - settings().login_risk.remembered
    device = current(facts).filter(last_seen_at__gt=since)
    tried = Challenge.objects.filter(
        Q(user_id=OuterRef("user_id")), created_at__gt=facts.now - FAILURES_WITHIN
    ).exclude(state=ChallengeState.VERIFIED.value)
    wrong = tried.order_by().values("user").annotate(sum=Sum("attempts")).values("sum")
    counted = counted_since_a_day(names, now=facts.now).order_by()
    passwords = counted.annotate(all=Value(1)).values("all").annotate(sum=Sum("count"))
    recognized = Exists(device) if facts.device else Value(False)  # noqa: FBT003 (an SQL value)
    rows = LoginPlace.objects.filter(Q(user_id=facts.user)).annotate(
        recognized=recognized,
        wrong=Coalesce(Subquery(wrong, output_field=IntegerField()), 0),
        passwords=Coalesce(Subquery(passwords.values("sum"), output_field=IntegerField()), 0),
    )
    found = rows.order_by("-last_seen_at").values(
        "country", "asn", "last_seen_at", "recognized", "wrong", "passwords"
    )
    return [dict(row) for row in found[:MOST_PLACES]]


def _remember_place(facts: RequestFacts, network: NetworkFacts) -> None:
    place = LoginPlace(
        user_id=facts.user,
        country=network.country,
        asn=network.asn,
        first_seen_at=facts.now,
        last_seen_at=facts.now,
    )
    LoginPlace.objects.bulk_create(
        [place],
        update_conflicts=True,
        unique_fields=["user", "country", "asn"],
        update_fields=["last_seen_at"],
    )


def ask_about_sim(facts: RequestFacts) -> None:
    """Ask the vendors whether the SIM cards of somebody who has logged in on a new device were
    changed lately, and write down at the login session if all are known not to be.

    Does nothing on a device that is recognized, without a vendor that knows of SIM swaps and
    without a phone. Commits, or joins. Raises StoreUnavailable.
    """
    if IntelFact.SIM_SWAP not in known_facts() or not risk_of_session(facts).risk.new_device:
        return
    config = settings().number_intel
    phones = FACTORS.filter(
        Q(user_id=facts.user), kind=PHONE.slug, confirmed=True, disabled_at=None
    )
    reports = [
        look_up_number(
            NumberQuery(
                e164=phone.number_of(row),
                wanted=frozenset({IntelFact.SIM_SWAP}),
                now=facts.now,
                swap_days=config.swap_days,
            ),
            phone_index=row.phone_index,
        )
        for row in phones
    ]
    if reports and all(report.swapped is False for report in reports):
        LoginSession.objects.filter(pk=facts.sid).update(sim_unchanged=True)
