"""Checks of the database: which one it is, how it is routed, and what time it stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage
from django.db import connections, router

from otpguard.checks.codes import error
from otpguard.database import alias, sqlite_mode


def check_database(
    *,
    databases: Sequence[str] | None = None,
    **_: Any,  # noqa: ANN401 (Django's signature)
) -> list[CheckMessage]:
    """E014, E015: what the database must be."""
    if not databases or alias() not in databases:
        return []
    config: dict[str, Any] = connections.settings[alias()]
    engine = str(config["ENGINE"])
    if not any(name in engine for name in ("postgresql", "postgis", "sqlite3", "spatialite")):
        return [error("otpguard.E014", "Use PostgreSQL, or SQLite for trying out.")]
    options: dict[str, Any] = dict(config.get("OPTIONS", {}))
    if sqlite_mode.is_ours():  # what is not set is set by us; what is set must be right
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20} | options
    if ("sqlite" in engine or "spatialite" in engine) and (
        options.get("transaction_mode") != "IMMEDIATE" or "timeout" not in options
    ):
        hint = 'OPTIONS: {"transaction_mode": "IMMEDIATE", "timeout": 20}'
        return [error("otpguard.E015", hint)]
    return []


def check_tables(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E085 to E087: where the tables are, and what time they store."""
    return [*_routing(), *_schemas(), *_times()]


def _routing() -> Iterable[CheckMessage]:
    """Foreign keys and transactions reach over all our tables and people's."""
    people = get_user_model()
    theirs = router.db_for_write(people)
    apart = [
        f"{model._meta.label} ({found})"  # noqa: SLF001 (Django's documented Meta API)
        for model in apps.get_app_config("otpguard").get_models()
        if (found := router.db_for_write(model)) != theirs
    ]
    if apart:
        detail = f"Write them where {people._meta.label} is ({theirs}): {', '.join(apart[:3])}."  # noqa: SLF001 (as above)
        yield error("otpguard.E085", detail)


def _schemas() -> Iterable[CheckMessage]:
    """Hosts with a PostgreSQL schema for each tenant, by the settings of django-tenants."""
    types = getattr(django_settings, "TENANT_TYPES", None)
    if types:
        public = getattr(django_settings, "PUBLIC_SCHEMA_NAME", "public")
        shared = types.get(public, {}).get("APPS", ())
        own = [app for name, each in types.items() if name != public for app in each["APPS"]]
    else:
        shared = getattr(django_settings, "SHARED_APPS", [])
        own = getattr(django_settings, "TENANT_APPS", [])
    if not shared and not own:
        return
    people = apps.get_app_config(get_user_model()._meta.app_label).name  # noqa: SLF001 (as above)
    for name in dict.fromkeys((people, "otpguard")):
        if not _lists(shared, name) or _lists(own, name):
            detail = f'List "{name}" in SHARED_APPS, and not in TENANT_APPS (docs/surroundings.md).'
            yield error("otpguard.E086", detail)


def _lists(entries: Iterable[str], name: str) -> bool:
    return any(AppConfig.create(entry).name == name for entry in entries)


def _times() -> Iterable[CheckMessage]:
    if not django_settings.USE_TZ:
        yield error("otpguard.E087", "Set USE_TZ to True; TIME_ZONE may be any.")
