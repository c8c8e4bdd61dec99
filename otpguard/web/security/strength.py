"""The strength of a factor in words, for the Security page and the page that adds factors."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.choose import best_level, best_of_kind
from otpguard.core.decision import EnrolledFactor
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.labels import Text

MEANING: Mapping[AssuranceLevel, Text] = {
    AssuranceLevel.AAL1: _("Little on its own."),
    AssuranceLevel.AAL2: _("Enough for most actions."),
    AssuranceLevel.AAL3: _("Enough for every action."),
}

_NOTHING = _("Counts for nothing here.")


def level_of(factor: EnrolledFactor, facts: RequestFacts) -> AssuranceLevel | None:
    """The best that a factor proves in this login, wherever it is accepted."""
    return best_level(factor, profile=settings().assurance_profile, primary=facts.primary)


def sentence(factor: EnrolledFactor, facts: RequestFacts) -> str:
    """What a factor is good for: "Enough for most actions."."""
    level = level_of(factor, facts)
    return str(MEANING[level] if level else _NOTHING)


def offer(kind: FactorKind, facts: RequestFacts) -> str:
    """The same of the best factor of a kind that somebody could add."""
    return sentence(best_of_kind(kind), facts)


def is_restricted(kind: FactorKind) -> bool:
    """True for a kind that must have an alternative (NIST SP 800-63B-4, 3.2.9)."""
    table = settings().assurance_profile.table
    return any(method.grade in table and table[method.grade].restricted for method in kind.methods)
