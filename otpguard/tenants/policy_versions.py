"""Policy versions: the part of a cache's key that moves with policy wishes and enrollment rules.

A version is random and so never used twice: not after a change that was rolled back, and not by two
changes at once. What a process has cached under a version that was rolled back is never asked for.
"""

from __future__ import annotations

from otpguard.models import Tenant
from otpguard.models.policy import new_stamp


def move_version(tenant: Tenant | None) -> None:
    """Give a tenant, or without one all of them, a new version in the caller's transaction.

    Joins it after the change itself, and after `lock_tenant` or `lock_site`.
    """
    moved = Tenant.objects.filter(pk=tenant.pk) if tenant else Tenant.objects.all()
    moved.update(policy_version=new_stamp())
