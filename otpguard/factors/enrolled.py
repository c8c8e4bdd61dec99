"""The factors a person may use in a tenant, as values for the core."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError
from django.db.models import Exists, OuterRef, Q, QuerySet

from otpguard.conf import settings
from otpguard.core.assurance import FactorKind, Primary
from otpguard.core.binding import serves
from otpguard.core.decision import EnrolledFactor
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Factor, FactorBlock
from otpguard.models.factor import FACTORS


def counting(*, tenant: str) -> QuerySet[Factor]:
    """Confirmed, enabled factors of anybody that count in `tenant`: people's own that it has not
    blocked (C25) and those that it provisioned; never another tenant's (A1)."""
    factors = FACTORS.filter(confirmed=True, disabled_at=None)
    if not tenant:
        return factors.filter(tenant=None)
    blocked = FactorBlock.objects.filter(Q(tenant=tenant), factor=OuterRef("pk"))
    return factors.filter(Q(tenant=None) | Q(tenant=tenant)).exclude(Exists(blocked))


def usable(*, user: str, tenant: str) -> QuerySet[Factor]:
    """The factors of `user` that count in `tenant`."""
    return counting(tenant=tenant).filter(user=user)


def live_factors(*, user: str, tenant: str, to_change: bool = False) -> list[EnrolledFactor]:
    """The usable factors of somebody, in one read. Raises StoreUnavailable.

    `to_change` leaves those only that may change others. What a tenant gave serves that tenant,
    so it changes nothing that is the person's own and serves everywhere (A1); where none of their
    own counts, it may change what is the tenant's.
    """
    try:
        rows = list(usable(user=user, tenant=tenant).order_by("created_at"))
        if to_change and any(row.tenant_id is None for row in rows):
            rows = [row for row in rows if row.tenant_id is None]
        return [value_of(row) for row in rows]
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the factors cannot be read") from error


def changes_own(*, user: str, tenant: str) -> bool:
    """Whether what somebody enrolls here becomes their own, or this tenant's alone (A1).

    Their own, if the strongest of their own counts here, which then has to prove it, or if they
    have none at all anywhere. Else this tenant has blocked what they had, or another gave it: its
    word alone must not bind what serves elsewhere.
    """
    everywhere = list(FACTORS.filter(user=user, confirmed=True, disabled_at=None))
    own = [row for row in everywhere if row.tenant_id is None]
    if not own:
        return not everywhere
    here = set(usable(user=user, tenant=tenant).values_list("pk", flat=True))
    reached = [_reach(row) for row in own if row.pk in here]
    return bool(reached) and max(reached) >= max(_reach(row) for row in own)


def _reach(row: Factor) -> int:
    """The best level that a factor proves beside a password; 0 for none."""
    profile = settings().assurance_profile
    return serves(value_of(row), profile=profile, primary=Primary.PASSWORD) or 0


def value_of(row: Factor) -> EnrolledFactor:
    """One factor as a value, usable or not."""
    return EnrolledFactor(
        id=str(row.pk),
        kind=FactorKind(row.kind),
        usable_from=row.usable_from,
        hardware=row.hardware,
        user_verified=row.user_verified or row.kind != FactorKind.PASSKEY,
        backup_eligible=row.backup_eligible,
        attested=row.attested,
    )
