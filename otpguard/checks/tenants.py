"""Checks of tenants: the host's own, as TENANT_MODEL says, and the industries that they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import DatabaseError, InterfaceError
from django.db.models import Model
from django.utils import timezone

from otpguard.checks.codes import info, warning
from otpguard.core.industries import Industry
from otpguard.database import alias, transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.tenant.below_defensible import all_below_defensible
from otpguard.models import Tenant
from otpguard.tenants.directory import SessionDirectory, directory

READ = 10_000
"""How many of the host's tenants are looked at."""

COMPARED = 100
"""How many tenants of an industry are compared: `migrate` runs this check, too."""

NAMED = 3


def check_tenant_model(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """I081: that the host's tenants are found by `external_id`."""
    if _hosts_model() is None:
        return []
    detail = f"{_model_name()}: give each organization its external_id."
    return [info("otpguard.I081", detail)]


def check_external_ids(
    *,
    databases: Sequence[str] | None = None,
    **_: Any,  # noqa: ANN401 (Django's signature)
) -> list[CheckMessage]:
    """W081: which of the host's tenants have no organization here."""
    model = _hosts_model()
    if model is None or not databases or alias() not in databases:
        return []
    try:
        with transaction.atomic():
            missing = _missing(model)
    except (DatabaseError, InterfaceError):
        return []  # there are no tables yet
    if not missing:
        return []
    names = ", ".join(missing[:NAMED]) + (" and more" if len(missing) > NAMED else "")
    detail = f"Requests of {names} are no_tenant: set external_id to their primary keys."
    return [warning("otpguard.W081", detail)]


def _model_name() -> str:
    return str(getattr(django_settings, "TENANT_MODEL", ""))


def _hosts_model() -> type[Model] | None:
    """The model of `request.tenant`, if it is the host's and the shipped directory reads it."""
    name = _model_name()
    try:
        if not name or not isinstance(directory(), SessionDirectory):
            return None
        model = apps.get_model(name)
    except (LookupError, ValueError, ImportError, TypeError, ImproperlyConfigured):
        return None  # check_settings, or the package of the setting, says so
    return None if model is Tenant else model


def _missing(model: type[Model]) -> list[str]:
    known = set(Tenant.objects.exclude(external_id="").values_list("external_id", flat=True))
    rows = model._base_manager.order_by("pk")  # noqa: SLF001 (documented; whatever a manager hides)
    try:
        model._meta.get_field("schema_name")  # noqa: SLF001 (Django's documented Meta API)
        # The schema of the site itself is not a customer (django-tenants).
        rows = rows.exclude(schema_name=getattr(django_settings, "PUBLIC_SCHEMA_NAME", "public"))
    except FieldDoesNotExist:
        pass
    keys = (str(key) for key in rows.values_list("pk", flat=True)[:READ])
    return [key for key in keys if key not in known]


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
        for each in all_below_defensible(timezone.now(), of_industry=True, most=COMPARED)
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
