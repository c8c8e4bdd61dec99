"""Whether a tenant and an account have shown that they are no strangers."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from otpguard.account import find_user
from otpguard.core.challenge import ChallengeState
from otpguard.core.pumping.account_age import LATEST, YOUNG_TENANT, is_newcomer, shows_use
from otpguard.flows.checkpoint.step_up_options import is_strict
from otpguard.models import Challenge, Tenant
from otpguard.models.factor import FACTORS


def is_new_account(user: str, *, now: datetime) -> bool:
    """True for an account that is younger than a day and has no verified number.

    Its age is `date_joined` of the host's user model; without that column every account is new
    until it has a number. Two statements. Raises DatabaseError.
    """
    if FACTORS.filter(user_id=user, confirmed=True).exclude(phone_index="").exists():
        return False
    joined = getattr(find_user(user), "date_joined", None)
    return is_newcomer(
        joined_at=joined if isinstance(joined, datetime) else None, has_number=False, now=now
    )


def signal_usage(tenant: Tenant, *, now: datetime | None = None) -> bool:
    """Note that a tenant is in real use, which otpguard may not see. False if that was noted.

    Its caps stay strict until it is 30 days old, all the same. Joins an outer transaction.
    """
    moment = timezone.now() if now is None else now
    noted = Tenant.objects.filter(pk=tenant.pk, usage_signal_at=None).update(usage_signal_at=moment)
    return bool(noted)


def is_strict_now(tenant: Tenant | None, *, now: datetime) -> bool:
    """`is_strict`, once it is noted that the tenant has shown use, if it has.

    It has when at least half of its latest challenges were verified. One statement for a tenant
    that is old enough and of which nothing is noted, one more when it is; none after that. Raises
    DatabaseError.
    """
    if not is_strict(tenant, now=now):
        return False
    if tenant is None or now - tenant.created_at < YOUNG_TENANT or not _shows_use(tenant):
        return True
    signal_usage(tenant, now=now)
    tenant.usage_signal_at = now
    return is_strict(tenant, now=now)


def _shows_use(tenant: Tenant) -> bool:
    ended = Challenge.objects.filter(tenant=tenant).exclude(state=ChallengeState.OPEN.value)
    states = ended.order_by("-pk").values_list("state", flat=True)[:LATEST]
    return shows_use([state == ChallengeState.VERIFIED for state in states])
