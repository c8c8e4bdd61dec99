"""The one tenant of a product without customer organizations: TENANCY = "single".

It is an ordinary row with a fixed id, and its members are ordinary rows. What differs is where
roles come from: the accounts, by the map SINGLE_ROLES. An account is read each time, in the
guard's own statement, so that nothing remembered hides a role that came or went.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.database import alias

SINGLE_ID = UUID("6f747067-7561-5264-8000-000000000001")
"""The id of the one tenant, the same in every project."""

GROUP = "group:"
"""How a source of roles that is a group begins."""

_FLAGS = "otpguard_flags"


def is_single() -> bool:
    """True while the project has the one tenant only."""
    return settings().tenancy == "single"


def is_the_one(tenant: object) -> bool:
    """True for the id of the one tenant while there is no other."""
    return str(tenant) == str(SINGLE_ID) and is_single()


def with_flags(people: QuerySet[Any]) -> QuerySet[Any]:
    """The same people with a column that says which of the sources of SINGLE_ROLES they have."""
    given = [Case(When(_has(source), then=Value("1")), default=Value("0")) for source in _sources()]
    found: QuerySet[Any] = people.annotate(**{_FLAGS: Concat(Value(""), Value(""), *given)})
    return found


def flags_of(people: QuerySet[Any]) -> QuerySet[Any]:
    """The keys of people with their flags."""
    return with_flags(people).values_list("pk", _FLAGS)


@lru_cache(maxsize=4096)
def select_flags(user: str) -> tuple[str, tuple[Any, ...]]:
    """SQL of a column with the flags of an account, and its values. What is kept is the question,
    never the answer."""
    rows = with_flags(everybody().filter(pk=user)).order_by().values(_FLAGS)
    sql, values = rows.query.get_compiler(using=alias()).as_sql()
    return f"({sql})", tuple(values)


def roles_from(flags: str | None) -> frozenset[str]:
    """The roles that flags give; none for an account that is gone."""
    roles: Mapping[str, tuple[str, ...]] = settings().single_roles
    pairs = zip(flags or "", _sources(), strict=False)
    return frozenset(role for flag, source in pairs if flag == "1" for role in roles[source])


def roles_of(user: str) -> frozenset[str]:
    """The roles of an account now. One read."""
    found = flags_of(everybody().filter(pk=user)).order_by().first()
    return roles_from(found[1] if found else None)


def everybody() -> QuerySet[Any]:
    """All accounts, whatever a manager of the host's hides."""
    people: QuerySet[Any] = get_user_model()._base_manager.using(alias())  # noqa: SLF001 (documented)
    return people


def _sources() -> list[str]:
    return sorted(settings().single_roles)


def _has(source: str) -> Any:  # noqa: ANN401 (a condition of the ORM's)
    if not source.startswith(GROUP):
        return Q(**{source: True})
    named = {"pk": OuterRef("pk"), "groups__name": source.removeprefix(GROUP)}
    return Exists(everybody().filter(**named))


forget_on_change(select_flags)
