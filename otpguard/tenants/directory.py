"""The tenant directory: which tenant a request is about. A public extension point.

A host that knows its tenant by sub-domain or path writes a class with the one method below and
names it in OTPGUARD["TENANT_DIRECTORY"]. Whatever it says, membership is checked by the guard.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol, cast

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from otpguard.conf import settings

SESSION_KEY = "otpguard_tenant"


class TenantDirectory(Protocol):
    """Says which tenant a request is about."""

    def tenant_for(self, request: Any) -> str:  # noqa: ANN401 (a driver does not know HTTP)
        """The id of the request's tenant as text, empty when it has none. Never raises."""


class SessionDirectory:
    """`request.tenant` when the host's middleware set one, else the tenant kept in the session."""

    def tenant_for(self, request: Any) -> str:  # noqa: ANN401 (a driver does not know HTTP)
        """See TenantDirectory."""
        tenant = getattr(request, "tenant", None)
        if tenant is not None:
            return str(getattr(tenant, "pk", tenant))
        return str(request.session.get(SESSION_KEY, ""))


@lru_cache(maxsize=1)
def directory() -> TenantDirectory:
    """The configured directory, made once."""
    return cast("TenantDirectory", import_string(settings().tenant_directory)())


def _forget(*, setting: str, **_: object) -> None:
    if setting == "OTPGUARD":
        directory.cache_clear()


setting_changed.connect(_forget, dispatch_uid="otpguard.tenants.directory")
