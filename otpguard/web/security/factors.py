"""The factors of somebody as the Security page lists them: words and masked numbers, no rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from otpguard.channels import opt_outs
from otpguard.conf import factor_kinds
from otpguard.core.choose import strength as strength_of
from otpguard.core.facts import RequestFacts
from otpguard.core.shipped_kinds import RECOVERY
from otpguard.factors import recovery
from otpguard.factors.catalog import driver_of
from otpguard.factors.enrolled import value_of
from otpguard.labels import Text, factor_kind_label
from otpguard.models import Factor, FactorBlock
from otpguard.models.factor import FACTORS
from otpguard.notices.opt_out_text import restart_text, stopped_text
from otpguard.vault import UndecryptableError
from otpguard.web.security import strength

FEW_CODES = 3
"""From so few recovery codes on, making new ones is advised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorLine:
    """One factor. `waits_until` is set while a new number does not count yet, `replaces` then names
    what it takes over from. `provider` is the tenant that gave it, `blocked_by` those that do
    not accept it. `stopped` says which channels are off for its number and why. Only one's own can
    be changed."""

    id: str
    kind: str
    icon: str
    label: Text
    name: str
    number: str
    strength: str
    restricted: bool
    added: datetime
    used: datetime | None
    waits_until: datetime | None
    replaces: str
    disabled: bool
    sends_codes: bool
    provider: str
    blocked_by: tuple[str, ...]
    stopped: tuple[str, ...]

    @property
    def own(self) -> bool:
        """True for what the person may rename and remove."""
        return not self.provider

    @property
    def can_change_number(self) -> bool:
        """True for a phone that is in use."""
        return self.sends_codes and not self.disabled


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
        .exclude(kind=RECOVERY.slug)
        .select_related("tenant", "replaces")
        .order_by("created_at")
    )
    found = sorted(rows, key=_rank)
    blocks = _blocks(found)
    stopped = opt_outs.stopped_by_factor(found, tenant=facts.tenant, now=facts.now)
    return [
        line_of(
            row,
            facts,
            blocked_by=blocks.get(str(row.pk), ()),
            stopped=tuple(
                f"{stopped_text(each)} {restart_text(each)}" for each in stopped.get(row.pk, ())
            ),
        )
        for row in found
    ]


def line_of(
    row: Factor,
    facts: RequestFacts,
    *,
    blocked_by: tuple[str, ...] = (),
    stopped: tuple[str, ...] = (),
) -> FactorLine:
    """One factor in words."""
    driver = driver_of(row)
    number = number_of(row)
    waits = row.usable_from if row.usable_from and row.usable_from > facts.now else None
    return FactorLine(
        id=str(row.pk),
        kind=row.kind,
        icon=driver.kind.icon if driver else "stop",
        label=driver.label_of(row) if driver else row.kind,
        name=_own_name(row, number),
        number=number,
        strength=strength.sentence(value_of(row), facts) if driver else "",
        restricted=driver is not None and strength.is_restricted(driver.kind),
        added=row.created_at,
        used=row.last_used_at,
        waits_until=waits,
        replaces=name_of(row.replaces) if waits and row.replaces else "",
        disabled=driver is None or row.disabled_at is not None,
        sends_codes=driver is not None and driver.kind.sends_codes,
        provider=row.tenant.name if row.tenant else "",
        blocked_by=blocked_by,
        stopped=stopped,
    )


def codes_line(facts: RequestFacts) -> CodesLine | None:
    """The recovery codes of the person; None for somebody who has made none."""
    row = FACTORS.filter(user=facts.user, tenant=None, kind=RECOVERY.slug, disabled_at=None).first()
    return CodesLine(left=recovery.left(row), made=row.created_at) if row else None


def name_of(row: Factor) -> str:
    """What a person calls a factor: its name, else its masked number, else its kind."""
    return row.name or number_of(row) or str(factor_kind_label(row.kind))


def number_of(row: Factor) -> str:
    """The masked number of a phone, or what else tells it from others of its kind; empty for
    nothing."""
    driver = driver_of(row)
    if driver is None:
        return ""
    try:
        return driver.hint_of(row)
    except UndecryptableError:
        return "••"


def _own_name(row: Factor, number: str) -> str:
    """Its name, unless that says no more than the number or the label beside it."""
    driver = driver_of(row)
    name = driver.own_name_of(row) if driver is not None else row.name
    return name if name != number else ""


def _rank(row: Factor) -> tuple[bool, tuple[int, str]]:
    """The strongest kind first; what is not installed any more comes last."""
    kind = factor_kinds().get(row.kind)
    return kind is None, strength_of(kind) if kind else (0, row.kind)


def _blocks(rows: Iterable[Factor]) -> dict[str, tuple[str, ...]]:
    """The tenants that do not accept each of `rows`, by its id."""
    found: dict[str, tuple[str, ...]] = {}
    blocks = FactorBlock.objects.filter(factor__in=[row.pk for row in rows])
    for factor, name in blocks.order_by("tenant__name").values_list("factor_id", "tenant__name"):
        found[str(factor)] = (*found.get(str(factor), ()), name)
    return found
