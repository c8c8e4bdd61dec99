"""The factors a person may use in a tenant, as values for the core."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.db.models import Exists, OuterRef, Q, QuerySet

from otpguard.conf import factor_kinds, settings
from otpguard.core.assurance import Primary
from otpguard.core.choose import best_level
from otpguard.core.decision import EnrolledFactor
from otpguard.database import alias
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.trusted_makers import still_counts
from otpguard.models import Factor, FactorBlock
from otpguard.models.factor import FACTORS, DisabledBy

WORTH_COLUMNS = (
    "kind",
    "hardware",
    "user_verified",
    "backup_eligible",
    "attested",
    "aaguid",
)
"""What decides what proving a factor is worth."""


def counting(*, tenant: str) -> QuerySet[Factor]:
    """Confirmed, enabled factors of anybody that count in `tenant`: people's own that it has not
    blocked (C25) and those that it provisioned; never another tenant's (A1), nor one whose kind is
    not installed any more: that proves nothing, like one that was switched off."""
    factors = enabled()
    if not tenant:
        return factors.filter(tenant=None)
    blocked = FactorBlock.objects.filter(Q(tenant=tenant), factor=OuterRef("pk"))
    return factors.filter(Q(tenant=None) | Q(tenant=tenant)).exclude(Exists(blocked))


def enabled() -> QuerySet[Factor]:
    """Confirmed factors that nobody has switched off, of the installed kinds."""
    return FACTORS.filter(confirmed=True, disabled_at=None, kind__in=tuple(factor_kinds()))


def switched_off() -> QuerySet[Factor]:
    """Confirmed factors that prove nothing any more: the others of `enabled`."""
    return FACTORS.filter(confirmed=True).exclude(disabled_at=None, kind__in=tuple(factor_kinds()))


def phone_verified(
    user: Any,  # noqa: ANN401 (the host's own user model, or its key)
) -> bool:
    """Whether a person has a phone of their own that they have confirmed and that counts. One read;
    raises StoreUnavailable."""
    try:
        return phones_of(user).exists()
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the phones cannot be read") from error


def phones_of(
    user: Any,  # noqa: ANN401 (as above)
) -> QuerySet[Factor]:
    """A person's own phones that they have confirmed and that count."""
    kinds = [kind.slug for kind in factor_kinds().values() if kind.sends_codes]
    return counting(tenant="").filter(user=getattr(user, "pk", user), kind__in=kinds)


def usable(*, user: str, tenant: str) -> QuerySet[Factor]:
    """The factors of `user` that count in `tenant`."""
    return counting(tenant=tenant).filter(user=user)


def live_factors(*, user: str, tenant: str, to_change: bool = False) -> list[EnrolledFactor]:
    """The usable factors of somebody: `live_rows` as values. Raises StoreUnavailable."""
    return [value_of(row) for row in live_rows(user=user, tenant=tenant, to_change=to_change)]


def live_rows(*, user: str, tenant: str, to_change: bool = False) -> list[Factor]:
    """The usable factors of somebody, in one read. Raises StoreUnavailable.

    `to_change` leaves those only that may change others. What a tenant gave serves that tenant,
    so it changes nothing that is the person's own and serves everywhere (A1); where none of their
    own counts, it may change what is the tenant's.
    """
    try:
        rows = list(usable(user=user, tenant=tenant).order_by("created_at"))
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the factors cannot be read") from error
    return that_change_others(rows) if to_change else rows


def that_change_others(rows: Sequence[Factor]) -> list[Factor]:
    """Those of somebody's usable factors that may change others; see `live_rows`."""
    own = [row for row in rows if row.tenant_id is None]
    return own or list(rows)


def select_live(*, user: str, tenant: str) -> tuple[str, tuple[Any, ...]]:
    """SQL of a column with the usable factors of somebody as JSON, for PostgreSQL, and its values:
    `live_rows` for a statement that reads something else besides."""
    rows = usable(user=user, tenant=tenant).order_by("created_at")
    chosen = rows.values("id", *WORTH_COLUMNS, "usable_from")
    sql, values = chosen.query.get_compiler(using=alias()).as_sql()
    return f"(SELECT CAST(coalesce(json_agg(f), '[]') AS text) FROM ({sql}) f)", values  # noqa: S608 (the ORM's own text)


def selected(column: str) -> list[EnrolledFactor]:
    """What `select_live` has read, as values. Raises KeyError for a kind that is not installed."""
    return [
        replace(
            worth_value({**row, "aaguid": UUID(row["aaguid"]) if row["aaguid"] else None}),
            id=row["id"],
            usable_from=datetime.fromisoformat(row["usable_from"]) if row["usable_from"] else None,
        )
        for row in json.loads(column)
    ]


def changes_own(*, user: str, tenant: str) -> bool:
    """Whether what somebody enrolls here becomes their own, or this tenant's alone (A1).

    Their own, if the strongest of their own counts here, which then has to prove it, or if they
    have none at all anywhere. Else this tenant has blocked what they had, or another gave it: its
    word alone must not bind what serves elsewhere.
    """
    everywhere = list(enabled().filter(user=user))
    own = [row for row in everywhere if row.tenant_id is None]
    if not own:
        return not everywhere
    here = set(usable(user=user, tenant=tenant).values_list("pk", flat=True))
    reached = [_reach(row) for row in own if row.pk in here]
    return bool(reached) and max(reached) >= max(_reach(row) for row in own)


def _reach(row: Factor) -> int:
    """The best level that a factor proves together with a password; 0 if none."""
    profile = settings().assurance_profile
    return best_level(value_of(row), profile=profile, primary=Primary.PASSWORD) or 0


def stays_off(row: Factor) -> bool:
    """True for a factor that an operator has switched off: its holder cannot undo that by binding,
    replacing or removing it, as after too many wrong answers (A26)."""
    return row.disabled_at is not None and row.disabled_by != DisabledBy.GUESSES


def value_of(row: Factor) -> EnrolledFactor:
    """One factor as a value, usable or not. Raises KeyError for a kind that is not installed."""
    worth = worth_value({column: getattr(row, column) for column in WORTH_COLUMNS})
    return replace(worth, id=str(row.pk), usable_from=row.usable_from)


def worth_value(columns: Mapping[str, Any]) -> EnrolledFactor:
    """What `WORTH_COLUMNS` say, as a value without an id: the one reading of these columns.

    Raises KeyError for a kind that is not installed.
    """
    kind = factor_kinds()[columns["kind"]]
    return EnrolledFactor(
        id="",
        kind=kind,
        hardware=columns["hardware"],
        # Not known yet (None) counts as the weaker of both.
        user_verified=bool(columns["user_verified"]) or not kind.has_webauthn_flags,
        backup_eligible=columns["backup_eligible"] is not False,
        attested=columns["attested"] and still_counts(columns["aaguid"]),
    )
