"""Checks of the industries that tenants name, as the tables tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from otpguard.checks.codes import warning
from otpguard.core.industries import Industry
from otpguard.database import alias, transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.tenant.below_defensible import all_below_defensible
from otpguard.models import Tenant

NAMED = 5
"""So many tenants are named; the list in the admin has all of them."""

READ = 100
"""So many are looked at: `migrate` runs this check, too."""


def check_industries(
    *,
    databases: Sequence[str] | None = None,
    **_: Any,  # noqa: ANN401 (Django's signature)
) -> list[CheckMessage]:
    """W233, W234: tenants that name an industry, and what it leaves them below."""
    if not databases or alias() not in databases:
        return []
    try:
        with transaction.atomic():
            return [*_below(), *_unknown()]
    except (ImproperlyConfigured, StoreUnavailable, DatabaseError, InterfaceError):
        return []  # check_settings has said so, or there are no tables yet


def _below() -> Iterable[CheckMessage]:
    """W233, for those alone that name an industry: the shipped default is lower by intent."""
    lines = [
        f"{each.tenant.slug} ({each.tenant.industry}): {', '.join(each.fields)}"
        for each in all_below_defensible(timezone.now(), of_industry=True, most=READ)
    ]
    if lines:
        yield warning("otpguard.W233", f'{_short(lines, "; ")}. PRESET = "defensible" asks more.')


def _unknown() -> Iterable[CheckMessage]:
    """W234: a word that this release does not know holds nothing."""
    named = Tenant.objects.exclude(industry__in=["", *(each.value for each in Industry)])
    found = [f"{slug}: {word}" for slug, word in named.values_list("slug", "industry")]
    if found:
        yield warning("otpguard.W234", f"{_short(found, ', ')}.")


def _short(lines: list[str], between: str) -> str:
    more = f"{between}and {len(lines) - NAMED} more" if len(lines) > NAMED else ""
    return between.join(lines[:NAMED]) + more
