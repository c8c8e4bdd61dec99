"""Find one of the person's own factors, if they may change it in this tenant."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.factors.enrolled import changes_own
from otpguard.models import Factor
from otpguard.models.factor import FACTORS


def own_factor(facts: RequestFacts, factor_id: UUID | str) -> Factor:
    """One of the person's own confirmed factors. Raises NotAllowed for any other id, with the same
    text whether it exists or not, and in a tenant that accepts none of the person's own factors."""
    check_place(facts)
    found = FACTORS.filter(pk=factor_id, user=facts.user, tenant=None, confirmed=True).first()
    if found is None:
        raise NotAllowed(str(_("This way of confirming does not exist.")))
    return found


def check_place(facts: RequestFacts) -> None:
    """Raises NotAllowed in a tenant that accepts none of the person's own factors: factors that
    count only there must not change those that count elsewhere (A1)."""
    if not changes_own(user=facts.user, tenant=facts.tenant):
        raise NotAllowed(str(_("This organization does not accept what you had set up before.")))
