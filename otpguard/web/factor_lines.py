"""The factors of somebody as the Security page lists them: words and masked numbers, no rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from otpguard.core.assurance import Channel, FactorKind
from otpguard.core.decision import STRENGTH
from otpguard.core.facts import RequestFacts
from otpguard.factors import recovery
from otpguard.factors.enrolled import value_of
from otpguard.factors.phone import masked_destination
from otpguard.labels import FACTOR_KINDS, Text
from otpguard.models import Factor, FactorBlock
from otpguard.models.factor import FACTORS
from otpguard.vault import UndecryptableError
from otpguard.web import worth

FEW_CODES = 3
"""From so few recovery codes on, making new ones is advised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLine:
    """One factor. `waits_until` is set while a new number does not count yet, `replaces` then names
    what it takes over from. `provider` is the organization that gave it, `blocked_by` those that do
    not accept it. Only one's own can be changed."""

    id: str
    kind: str
    label: Text
    name: str
    number: str
    worth: str
    restricted: bool
    added: datetime
    used: datetime | None
    waits_until: datetime | None
    replaces: str
    disabled: bool
    provider: str
    blocked_by: tuple[str, ...]

    @property
    def own(self) -> bool:
        """True for what the person may rename and remove."""
        return not self.provider


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesLine:
    """The saved recovery codes: how many are left, since when; `few` advises new ones."""

    left: int
    made: datetime

    @property
    def few(self) -> bool:
        """True when it is time for new ones."""
        return self.left <= FEW_CODES


def factor_lines(facts: RequestFacts) -> list[FactorLine]:
    """The confirmed factors of the person, but the recovery codes; the strongest first."""
    rows = (
        FACTORS.filter(user=facts.user, confirmed=True)
        .exclude(kind=FactorKind.RECOVERY.value)
        .select_related("tenant", "replaces")
        .order_by("created_at")
    )
    found = sorted(rows, key=lambda row: STRENGTH.index(FactorKind(row.kind)))
    blocks = _blocks(found)
    return [line_of(row, facts, blocked_by=blocks.get(str(row.pk), ())) for row in found]


def line_of(row: Factor, facts: RequestFacts, *, blocked_by: tuple[str, ...] = ()) -> FactorLine:
    """One factor in words."""
    kind = FactorKind(row.kind)
    number = number_of(row)
    waits = row.usable_from if row.usable_from and row.usable_from > facts.now else None
    return FactorLine(
        id=str(row.pk),
        kind=kind.value,
        label=FACTOR_KINDS[kind],
        name=row.name if row.name != number else "",
        number=number,
        worth=worth.sentence(value_of(row), facts),
        restricted=worth.is_restricted(kind),
        added=row.created_at,
        used=row.last_used_at,
        waits_until=waits,
        replaces=name_of(row.replaces) if waits and row.replaces else "",
        disabled=row.disabled_at is not None,
        provider=row.tenant.name if row.tenant else "",
        blocked_by=blocked_by,
    )


def codes_line(facts: RequestFacts) -> CodesLine | None:
    """The recovery codes of the person; None for somebody who has made none."""
    row = FACTORS.filter(
        user=facts.user, tenant=None, kind=FactorKind.RECOVERY.value, disabled_at=None
    ).first()
    return CodesLine(left=recovery.left(row), made=row.created_at) if row else None


def name_of(row: Factor) -> str:
    """What a person calls a factor: its name, else its masked number, else its kind."""
    return row.name or number_of(row) or str(FACTOR_KINDS[FactorKind(row.kind)])


def number_of(row: Factor) -> str:
    """The masked number of a phone; empty for any other kind."""
    if row.kind != FactorKind.PHONE:
        return ""
    try:
        return masked_destination(Channel.SMS, number=row.secret.reveal(), email="")
    except UndecryptableError:
        return "••"


def _blocks(rows: Iterable[Factor]) -> dict[str, tuple[str, ...]]:
    """The organizations that do not accept each of `rows`, by its id."""
    found: dict[str, tuple[str, ...]] = {}
    blocks = FactorBlock.objects.filter(factor__in=[row.pk for row in rows])
    for factor, name in blocks.order_by("tenant__name").values_list("factor_id", "tenant__name"):
        found[str(factor)] = (*found.get(str(factor), ()), name)
    return found
