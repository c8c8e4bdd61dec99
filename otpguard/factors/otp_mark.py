"""Whether a factor that django-otp calls verified still stands for anything (C24)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from otpguard.factors.enrolled import usable
from otpguard.models import Factor, FactorBlock, Grant


def is_still_verified(factor: Factor, *, user: str, tenant: str, sid: str) -> bool:
    """True while `factor` counts in `tenant` and what this login session proved there is not taken
    back. One read.

    False for a factor that is gone, disabled, unconfirmed, another tenant's or blocked in this one,
    and when no grant of the session is left: all are revoked when it is ended or repudiated, and
    when an operator or the loss of a factor ends them. How old a grant is plays no part here.
    """
    where = Q(tenant=tenant) if tenant else Q(tenant=None)
    blocked = FactorBlock.objects.filter(where, factor=OuterRef("pk"))
    proven = Grant.objects.filter(where, sid=sid, user_id=user, revoked_at=None)
    counts = usable(user=user, tenant=tenant).filter(~Exists(blocked), Exists(proven))
    return counts.filter(pk=factor.pk).exists()
