"""Rename one of the person's own factors. The door guards this by `factor_change`."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.factor import FactorRenamed
from otpguard.core.facts import RequestFacts
from otpguard.core.plain_text import plain_text
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.factor.own_factor import own_factor
from otpguard.models.factor import FACTORS, NAME_LENGTH


def rename_factor(*, facts: RequestFacts, factor_id: UUID | str, name: str) -> str:
    """Rename one of the person's own factors; returns the name as it is stored.

    Raises NotAllowed for somebody else's factor and InvalidInput (`name`) for an empty name.
    """
    factor = own_factor(facts, factor_id)
    kept = plain_text(name)[:NAME_LENGTH]
    if not kept:
        raise InvalidInput("name", str(_("Enter a name.")))
    with transaction.atomic():
        FACTORS.filter(pk=factor.pk).update(name=kept)
        record(FactorRenamed(factor=str(factor.pk)), Circumstances.of(facts))
    return kept
