"""Checks of TENANCY = "single": what contradicts it, where its roles come from, and its row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, InterfaceError
from django.db.models import BooleanField

from otpguard.checks.codes import error, warning
from otpguard.conf import Settings, settings
from otpguard.database import alias, transaction
from otpguard.models import Tenant
from otpguard.tenants.single import GROUP, SINGLE_ID, is_single


def single(mine: Settings) -> Iterable[CheckMessage]:
    """E088, E089, W088: the settings."""
    given = getattr(django_settings, "OTPGUARD", {})
    if mine.tenancy != "single":
        if "SINGLE_ROLES" in given:
            yield warning("otpguard.W088", 'Set TENANCY to "single", or take it out.')
        return
    if "TENANT_DIRECTORY" in given:
        yield error("otpguard.E088", "TENANT_DIRECTORY is not asked: take it out.")
    if getattr(django_settings, "TENANT_MODEL", ""):
        yield error("otpguard.E088", "TENANT_MODEL names organizations: take TENANCY out.")
    people = get_user_model()
    for source in mine.single_roles:
        wanted = "groups" if source.startswith(GROUP) else source
        try:
            field = people._meta.get_field(wanted)  # noqa: SLF001 (Django's documented Meta API)
        except FieldDoesNotExist:
            field = None
        if field is None or (wanted == source and not isinstance(field, BooleanField)):
            detail = f'{source}: name a boolean column of {people._meta.label}, or "{GROUP}<name>".'  # noqa: SLF001 (as above)
            yield error("otpguard.E089", detail)


def check_single_row(
    *,
    databases: Sequence[str] | None = None,
    **_: Any,  # noqa: ANN401 (Django's signature)
) -> list[CheckMessage]:
    """W089: that the one tenant is there."""
    if not databases or alias() not in databases or settings().tenancy != "single":
        return []
    try:
        with transaction.atomic():
            there = not is_single() or Tenant.objects.filter(pk=SINGLE_ID).exists()
    except (DatabaseError, InterfaceError):
        return []  # there are no tables yet
    return [] if there else [warning("otpguard.W089", "Run `manage.py migrate`: it makes the row.")]
