"""What a factor is worth, in words: for the Security page and the page that offers more of them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otpguard.conf import settings
from otpguard.core.assurance import AssuranceLevel, FactorKind, Grade, Method
from otpguard.core.binding import best_of_kind, serves
from otpguard.core.decision import EnrolledFactor
from otpguard.core.facts import RequestFacts
from otpguard.labels import NOTHING, SHOWN, Text

MEANING: Mapping[AssuranceLevel, Text] = {
    AssuranceLevel.AAL1: gettext_lazy("little on its own"),
    AssuranceLevel.AAL2: gettext_lazy("enough for most actions"),
    AssuranceLevel.AAL3: gettext_lazy("enough for every action"),
}

WHY: Mapping[FactorKind, Text] = {
    FactorKind.PASSKEY: gettext_lazy(
        "Your device or security key confirms by finger, face or PIN. It works on the real site"
        " only, so nobody can trick it out of you."
    ),
    FactorKind.TOTP: gettext_lazy(
        "An app on your phone shows a code, also without a network. Nothing is sent that somebody"
        " could intercept."
    ),
    FactorKind.PHONE: gettext_lazy(
        "We send a code to your number. Nothing to install, but messages can be intercepted."
    ),
}
"""Why one would want a kind, for those that people can add by themselves."""

_METHODS: Mapping[FactorKind, Method] = {
    FactorKind.PHONE: Method.SMS,
    FactorKind.TOTP: Method.TOTP,
    FactorKind.PASSKEY: Method.PASSKEY,
    FactorKind.RECOVERY: Method.RECOVERY,
}


def level_of(factor: EnrolledFactor, facts: RequestFacts) -> AssuranceLevel | None:
    """The best that a factor proves in this login, wherever it is accepted."""
    return serves(factor, profile=settings().assurance_profile, primary=facts.primary)


def sentence(factor: EnrolledFactor, facts: RequestFacts) -> str:
    """Such as "Your phone code proves AAL2: enough for most actions."."""
    method = _METHODS[factor.kind]
    if factor.kind is FactorKind.TOTP and factor.hardware:
        method = Method.HARDWARE_TOTP
    level = level_of(factor, facts)
    shown = SHOWN[method] % {"level": level.name if level else NOTHING}
    if level is None:
        return f"{shown}."
    return _("%(shown)s: %(meaning)s.") % {"shown": shown, "meaning": MEANING[level]}


def offer(kind: FactorKind, facts: RequestFacts) -> str:
    """The same of the best factor of a kind that somebody could add."""
    return sentence(best_of_kind(kind), facts)


def is_restricted(kind: FactorKind) -> bool:
    """True for what needs an alternative beside it (NIST SP 800-63B-4, 3.2.9)."""
    return kind is FactorKind.PHONE and settings().assurance_profile.table[Grade.PHONE].restricted
