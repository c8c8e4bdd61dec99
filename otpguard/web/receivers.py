"""Django's signals, as doors: logins, logouts, the deletion of people and tenants, `migrate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from otpguard.audit.append_only import set_triggers
from otpguard.database import alias, connection
from otpguard.flows import erase
from otpguard.flows.audit.seal import begin_sealing
from otpguard.flows.session.wrong_password import note_wrong_password
from otpguard.flows.tenant.single import follow_account, make_single
from otpguard.http import current_request, login
from otpguard.http.login_record import typed_names
from otpguard.http.sign_in.login_refusal import check_login
from otpguard.models import Membership, SealCursor, Tenant
from otpguard.tenants.single import is_single


def logged_in(*, request: HttpRequest | None, user: Any, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Begin a login session. A login without a request or session has no browser to mark. Raises
    RequestRefused where people must log in at their organization."""
    if request is not None and hasattr(request, "session"):
        check_login(request, user)
        follow_account(facts=login.begin_login(request, seen=True, user=user))


def login_failed(*, credentials: Mapping[str, Any], **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Count a wrong password for the name that was typed."""
    names = typed_names(credentials)
    if names:
        note_wrong_password(names=names, now=timezone.now())


def logged_out(*, request: HttpRequest | None, user: Any, **_: Any) -> None:  # noqa: ANN401 (the signal's)
    """End the login session and what was proven in it."""
    if request is not None and user is not None and hasattr(request, "session"):
        login.end_login(request)


def migrated(*, using: str, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Once its tables are there, begin the audit log, guard it, and make the one tenant of
    TENANCY = "single"."""
    if using != alias():
        return
    there = connection.introspection.table_names()
    if SealCursor._meta.db_table in there:  # noqa: SLF001 (documented)
        begin_sealing()
        set_triggers()
    if is_single() and Membership._meta.db_table in there:  # noqa: SLF001 (documented)
        make_single(facts=current_request.facts_now())


def person_deleted(*, instance: Any, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Delete what is the person's, before Django does. Raises ErasureRefused."""
    erase.erase_person(facts=current_request.facts_now(), user_id=str(instance.pk))


def tenant_deleted(*, instance: Tenant, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Delete what is the tenant's, before Django does. Raises ErasureRefused."""
    erase.erase_tenant(facts=current_request.facts_now(), tenant=instance)
