"""Large directories, written as rows, and what a request reads of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from otpguard.models import Membership, ScimGroup, ScimGroupMember, ScimUser, Tenant

BATCH = 2000


def crowd(tenant: Tenant, count: int, *, role: str = "", name: str = "All") -> ScimGroup:
    """A group of so many people with accounts and memberships, whom it gives `role`."""
    model: Any = get_user_model()
    given = [role] if role else []
    made = [model(username=f"{name}-{n}", email=f"{n}@{name}.example") for n in range(count)]
    users = model.objects.bulk_create(made, batch_size=BATCH)
    people = [
        ScimUser(
            tenant=tenant,
            user=user,
            user_name=user.email,
            folded=user.email.casefold(),
            given_roles=given,
        )
        for user in users
    ]
    ScimUser.objects.bulk_create(people, batch_size=BATCH)
    rows = [Membership(tenant=tenant, user=user, roles=given) for user in users]
    Membership.objects.bulk_create(rows, batch_size=BATCH)
    group = ScimGroup.objects.create(tenant=tenant, name=name, folded=name.casefold(), role=role)
    places = [ScimGroupMember(group=group, person=each) for each in people]
    ScimGroupMember.objects.bulk_create(places, batch_size=BATCH)
    return group


@dataclass
class Read:
    """How many statements ran, and how many rows they gave or changed."""

    statements: int = 0
    rows: int = 0


@contextmanager
def counted() -> Iterator[Read]:
    """Counts what the database is asked inside the block. Meanwhile no cursor is kept in the
    database: one does not say how many rows it gives."""
    found = Read()

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        found.statements += 1
        found.rows += max(context["cursor"].rowcount, 0)
        return answer

    kept = "DISABLE_SERVER_SIDE_CURSORS"
    before = connection.settings_dict.get(kept, False)
    connection.settings_dict[kept] = True
    try:
        with connection.execute_wrapper(count):
            yield found
    finally:
        connection.settings_dict[kept] = before
