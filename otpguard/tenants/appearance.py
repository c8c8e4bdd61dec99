"""What pages call a tenant, and the picture that they show beside it."""

from __future__ import annotations

from otpguard.core.logo import UNNAMED, TenantLook
from otpguard.models import Tenant


def look_of(tenant: str | None) -> TenantLook:
    """Name, brand and logo of the tenant with that id, in one statement; empty for none."""
    if not tenant:
        return UNNAMED
    row = Tenant.objects.filter(pk=tenant).values_list("name", "brand", "logo").first()
    return TenantLook(*row) if row else UNNAMED
