"""Somebody who used another package, and is now asked to prove who they are here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.factors import passkey_rows
from otpguard.flows.challenge.answer import Answer
from otpguard.flows.challenge.start import start_challenge
from otpguard.models import Event, Factor, Notice
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped, stopped

ORIGIN = "http://acme.example"


def somebody(checkpoint: str = "billing_change") -> Stopped:
    """A member with nothing enrolled here, stopped at a checkpoint."""
    who = stopped(checkpoint)
    Factor.objects.filter(user=who.member.user).delete()
    return who


def command() -> RequestFacts:
    """What a command says about the request that it is."""
    return RequestFacts(now=timezone.now())


def begin(who: Stopped, factor: Factor) -> Any:
    """A challenge for this factor."""
    facts = replace(who.facts, now=timezone.now())
    challenge = start_challenge(facts=facts, ask=who.ask, factor_id=str(factor.pk))
    challenge.refresh_from_db()
    return challenge


def prove_by_key(who: Stopped, key: Authenticator, **lies: Any) -> Answer:
    """A step-up with the person's passkey, as a browser does it."""
    challenge = begin(who, Factor.objects.filter(user=who.member.user, kind="passkey").get())
    answer = json.dumps(key.get(passkey_rows.options_of(challenge), **lies))
    return who.answer(challenge, answer)


def events_of(user: AbstractUser, kind: str) -> list[dict[str, Any]]:
    """The data of a person's events of one kind, the oldest first."""
    rows = Event.objects.filter(subject_ref=str(user.pk), kind=kind).order_by("id")
    return [json.loads(row.body)["data"] for row in rows]


def notices_to(user: AbstractUser) -> list[str]:
    """The kinds of notices that a person was sent."""
    return list(Notice.objects.filter(user=user).values_list("kind", flat=True))
