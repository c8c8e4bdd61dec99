"""Django's signals, as doors: logins, logouts, the deletion of people and tenants, `migrate`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from otpguard.database import alias, connection
from otpguard.flows import erase
from otpguard.flows.tenant.single import follow_account, make_single
from otpguard.http import current_request, login
from otpguard.models import Membership, Tenant
from otpguard.tenants.single import is_single


def logged_in(*, request: HttpRequest | None, user: Any, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Begin a login session. A login without a request or session has no browser to mark."""
    if request is not None and hasattr(request, "session"):
        follow_account(facts=login.begin_login(request, seen=True, user=user))


def logged_out(*, request: HttpRequest | None, user: Any, **_: Any) -> None:  # noqa: ANN401 (the signal's)
    """End the login session and what was proven in it."""
    if request is not None and user is not None and hasattr(request, "session"):
        login.end_login(request)


def migrated(*, using: str, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Make the one tenant of TENANCY = "single", once its tables are there."""
    if using != alias() or not is_single():
        return
    if Membership._meta.db_table in connection.introspection.table_names():  # noqa: SLF001 (documented)
        make_single(facts=current_request.facts_now())


def person_deleted(*, instance: Any, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Delete what is the person's, before Django does. Raises ErasureRefused."""
    erase.erase_person(facts=current_request.facts_now(), user_id=str(instance.pk))


def tenant_deleted(*, instance: Tenant, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Delete what is the tenant's, before Django does. Raises ErasureRefused."""
    erase.erase_tenant(facts=current_request.facts_now(), tenant=instance)
