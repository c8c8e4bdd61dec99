"""Checks of a project that keeps tenants of its own, as its setting TENANT_MODEL says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import DatabaseError, InterfaceError
from django.db.models import Model

from otpguard.checks.codes import info, warning
from otpguard.database import alias, transaction
from otpguard.models import Tenant
from otpguard.tenants.directory import SessionDirectory, directory

READ = 10_000
"""How many of the host's tenants are looked at."""

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
