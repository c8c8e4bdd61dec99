"""Which factors reach a level, as a condition for statements about many people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from django.db.models import Q

from otpguard.conf import factor_kinds, settings
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.decision import EnrolledFactor
from otpguard.core.enrollment import reach
from otpguard.core.factor_kind import FactorKind
from otpguard.factors.trusted_makers import still_counting

_NONE = Q(pk__in=())
_FLAGS = ("hardware", "user_verified", "backup_eligible", "attested")


def reaching(level: AssuranceLevel | None) -> Q:
    """A condition on factors: with a password they prove `level` or more; anything at all for None.

    It says of each row what `core.enrollment.reach` says of its value. Recovery codes alone never
    count.
    """
    found = _NONE
    for kind in factor_kinds().values():
        if not kind.recovers:
            found |= _of_kind(kind, level)
    return found


def _of_kind(kind: FactorKind, level: AssuranceLevel | None) -> Q:
    """Every combination of the columns that reaches the level; the kind alone, if all do."""
    columns = _FLAGS if kind.has_webauthn_flags else _FLAGS[:1]
    every = [dict(zip(columns, each, strict=True)) for each in _each(len(columns))]
    good = [flags for flags in every if _reaches(kind, flags, level)]
    if len(good) == len(every):
        return Q(kind=kind.slug)
    found = _NONE
    for flags in good:
        found |= _row(flags)
    return Q(kind=kind.slug) & found


def _each(length: int) -> Iterator[tuple[bool, ...]]:
    return product((False, True), repeat=length)


def _reaches(kind: FactorKind, flags: dict[str, bool], level: AssuranceLevel | None) -> bool:
    value = EnrolledFactor(
        id="",
        kind=kind,
        hardware=flags["hardware"],
        user_verified=flags.get("user_verified", True),
        backup_eligible=flags.get("backup_eligible", True),
        attested=flags.get("attested", False),
    )
    reached = reach(value, settings().assurance_profile)
    return reached is not None and (level is None or reached >= level)


def _row(flags: dict[str, bool]) -> Q:
    """Rows with these flags. One that was attested counts as such while its model is trusted."""
    found = Q()
    for column, value in flags.items():
        if column != "attested":
            found &= Q(**{column: value})
    if "attested" not in flags:
        return found
    trusted = Q(attested=True) & still_counting()
    return found & (trusted if flags["attested"] else ~trusted)
