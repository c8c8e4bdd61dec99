"""The whole policy of a tenant, or of the site: each value at each checkpoint, and its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from otpguard.admin.base import checkpoint_text
from otpguard.admin.tables.policy_scope import Place, bound_label
from otpguard.conf import settings
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.policy import RULES, Policy
from otpguard.core.wishes import dump_policy, dump_wishes, stored_wishes
from otpguard.forms.team.policy_text import field_label, words
from otpguard.labels import checkpoint_label
from otpguard.models import PolicyWish, Tenant
from otpguard.tenants import policies


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """One value that counts, and where it comes from."""

    label: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySection:
    """One checkpoint; without lines where no proof is asked for."""

    title: str
    url: str
    lines: tuple[PolicyLine, ...]


def whole_policy(tenant: Tenant | None, *, site: str, now: datetime) -> list[PolicySection]:
    """Every checkpoint of the site as it counts now, those that ask for proof first; `site` is the
    name of the admin site in which the sections link.

    Two statements a checkpoint. Raises StoreUnavailable and DatabaseError.
    """
    wishes = list(
        PolicyWish.objects.filter(Q(tenant=tenant) | Q(tenant=None), current=True).order_by("pk")
    )
    found = []
    for each in settings().checkpoints.values():
        url = Place(tenant=tenant, checkpoint=each.slug).url(site)
        lines = _section_lines(each, tenant, wishes, now)
        title = str(checkpoint_label(each))
        found.append(PolicySection(title=title, url=url, lines=lines))
    return sorted(found, key=lambda section: not section.lines)


def _section_lines(
    checkpoint: Checkpoint, tenant: Tenant | None, wishes: Sequence[PolicyWish], now: datetime
) -> tuple[PolicyLine, ...]:
    scope = policies.Scope.of_tenant(tenant)
    counting = policies.fresh(checkpoint, scope, now=now)
    default = dump_policy(policies.policy_pair_in(checkpoint, scope).default)
    return tuple(_lines(checkpoint, counting, default, wishes)) if counting.active else ()


def _lines(
    checkpoint: Checkpoint,
    policy: Policy,
    default: dict[str, Any],
    wishes: Sequence[PolicyWish],
) -> Iterator[PolicyLine]:
    """The fields that do something here. The tenant's own wish counts before the site's, the one
    for this checkpoint before a more general one."""
    counting, lineage = dump_policy(policy), checkpoint.lineage
    ranked = sorted(
        (row for row in wishes if row.checkpoint in lineage),
        key=lambda row: (row.tenant_id is None, lineage.index(row.checkpoint)),
    )
    asked = [(row, dump_wishes(stored_wishes(row.wishes, instead=policy)[0])) for row in ranked]
    for name, rule in RULES.items():
        if rule.is_read_at(checkpoint.slug):
            first = next(((row, given) for row, given in asked if name in given), None)
            value = default[name] if first is None else first[1][name]
            if counting[name] != value:
                source = bound_label(name) or _("the settings")
            else:
                source = _("default") if first is None else _wish(first[0], checkpoint)
            yield PolicyLine(
                label=field_label(name), value=words(name, counting[name]), source=source
            )


def _wish(row: PolicyWish, checkpoint: Checkpoint) -> str:
    """Whose wish, and for what if it is not for this checkpoint alone."""
    whose = _("the site") if row.tenant_id is None else _("the organization")
    wide = "" if row.checkpoint == checkpoint.slug else f" ({checkpoint_text(row.checkpoint)})"
    return f"{whose}{wide}"
