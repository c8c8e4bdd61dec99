"""The one order in which rows are locked, and the locks that come first in it (A25).

A flow that proves something holds the person and the tenant as they are; one that takes proofs away
locks one of them for itself. So neither sees half of what the other does, and they cannot
deadlock:

    person, site, tenant, membership or login session,
    challenges by id, factors by id, lanes, grants

Rows that foreign keys point at are locked `no_key`: writing a grant asks for a share of its tenant
and user, and must not wait for a revocation that waits for the grant's challenge.

Every function joins the caller's transaction, which holds the lock until its end. SQLite has one
writer at a time and needs none of them.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q

from otpguard.database import connection
from otpguard.grants.evidence import tenant_key, user_key
from otpguard.models import Tenant
from otpguard.statements import prepared_cursor

_SITE = int.from_bytes(hashlib.sha256(b"otpguard site").digest()[:8], "big", signed=True)
"""The number of an advisory lock: the site has no row of its own."""


def lock_person(user: object, *, for_good: bool = False) -> None:
    """Let nobody prove anything as `user`, and nobody else change what they have, until the end.

    For flows that take something of a person away, or check what there is before they add to it.
    `for_good` is for the deletion of the person: then nobody adds a row that points at them either.
    """
    every = get_user_model()._base_manager  # noqa: SLF001 (whatever a manager hides)
    people = every.select_for_update(of=("self",), no_key=not for_good)
    list(people.filter(Q(pk=user)).order_by().values_list("pk"))


def lock_tenant(tenant: UUID | str, *, for_good: bool = False) -> Tenant:
    """The row of a tenant, in which nobody proves anything until the end; `for_good` before its
    deletion, as in `lock_person`. Raises Tenant.DoesNotExist."""
    rows = Tenant.objects.select_for_update(of=("self",), no_key=not for_good)
    return rows.get(pk=tenant)


def lock_what_is_asked(tenant: Tenant | None) -> None:
    """Let nobody else change what a tenant (or the site, without one) asks of people until the end.

    For the site, no tenant can be created until then, so the change reaches every tenant.
    Raises Tenant.DoesNotExist.
    """
    if tenant is None:
        _advisory("pg_advisory_xact_lock")
    else:
        lock_tenant(tenant.pk)


def share_site() -> None:
    """Keep what the site asks as it is until the end, for creating a tenant."""
    _advisory("pg_advisory_xact_lock_shared")


def share_person_and_tenant(*, user: str, tenant: str) -> None:
    """Keep the person, and the tenant if there is one, from being revoked until the end.

    For flows that prove something; any number of them hold it at the same time. What they check
    must be read after this, in a separate statement: a statement that had to wait sees the state
    from before.
    """
    if connection.vendor != "postgresql":
        return
    with prepared_cursor() as cursor:
        cursor.execute(*sharing(user=user, tenant=tenant))


def sharing(*, user: str, tenant: str) -> tuple[str, list[Any]]:
    """The statement of `share_person_and_tenant` on PostgreSQL, and its parameters."""
    keys = [user_key(user), *([tenant_key(tenant)] if tenant else [])]
    return _share_sql(in_tenant=bool(tenant)), keys


def _advisory(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_SITE])


@lru_cache(maxsize=2)
def _share_sql(*, in_tenant: bool) -> str:
    metas = [model._meta for model in (get_user_model(), Tenant)[: 1 + in_tenant]]  # noqa: SLF001 (Django's documented Meta API)
    quoted = connection.ops.quote_name
    tables = [quoted(meta.db_table) for meta in metas]
    wanted = [
        f"{table}.{quoted(str(meta.pk.column))} = %s"
        for table, meta in zip(tables, metas, strict=True)
    ]
    return f"SELECT 1 FROM {', '.join(tables)} WHERE {' AND '.join(wanted)} FOR SHARE"  # noqa: S608 (names of models)
