"""Look at the host's project. Reads its settings, URLs and models; no database, no OTPGUARD values.

It must work before otpguard is set up, so nothing here may ask for settings that could be wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from celery.app import app_or_default
from django.apps import AppConfig, apps
from django.conf import settings as django_settings
from django.db.models import Model
from django.urls import NoReverseMatch, Resolver404, get_resolver, include, path, resolve, reverse

from otpguard.conf.people.login_backends import RECORDED, SHIPPED, line_for
from otpguard.core.project import DJANGO_TENANTS, Project
from otpguard.database import connection
from otpguard.flows.project.source_file import is_installed

PREFIXES = ("security/", "otpguard/", "step-up/")
"""Where the pages may be: the first that no view of the project answers."""

TENANT_NAMES = ("tenant", "organization", "organisation", "workspace", "company", "customer")
"""What models of a customer are called, the likeliest first."""

DEFAULT_LOGIN_URL = "/accounts/login/"
BROKER = "CELERY_BROKER_URL"

CELERYS_OWN = "default"
"""The application that Celery makes where a project has none."""


def settings_name() -> str:
    """The dotted name of the settings; empty where they are of no module."""
    return str(getattr(django_settings, "SETTINGS_MODULE", None) or "")


def package_folder() -> Path | None:
    """The folder of the package that the settings are in; None where they are in none."""
    name = settings_name().rpartition(".")[0].partition(".")[0]
    file = getattr(sys.modules.get(name), "__file__", None)
    return Path(file).parent if file else None


def look_at_project() -> Project:
    """The project that runs, as it is set up now. Imports its URLs; what they raise is noted."""
    urls_problem = _urls_problem()
    return Project(
        package=settings_name().rpartition(".")[0].partition(".")[0],
        apps=tuple(config.name for config in apps.get_app_configs()),
        middleware=tuple(django_settings.MIDDLEWARE),
        lists=_lists(),
        shared_apps=_shared_apps(),
        keys=_keys(),
        urls_problem=urls_problem,
        unknown_backends=_unknown_backends(),
        tenant_model=_tenant_model(),
        celery_app=_celery_app(),
        names_broker=_names_broker(),
        has_redis=find_spec("redis") is not None,
        database=connection.vendor,
        debug=django_settings.DEBUG,
        **({"url_names": {}} if urls_problem else _urls()),
    )


def _lists() -> frozenset[str]:
    named = {
        name: getattr(django_settings, name, None)
        for name in ("SHARED_APPS", "TENANT_APPS", "INSTALLED_APPS", "MIDDLEWARE")
    }
    ids = [id(value) for value in named.values()]
    return frozenset(
        name
        for name, value in named.items()
        if isinstance(value, list) and ids.count(id(value)) == 1
    )


def _shared_apps() -> tuple[str, ...] | None:
    if not apps.is_installed(DJANGO_TENANTS):
        return None
    return _app_names(getattr(django_settings, "SHARED_APPS", ()))


def _app_names(entries: Iterable[str]) -> tuple[str, ...]:
    """The names of apps, of which a list may hold the class of the config instead."""
    return tuple(AppConfig.create(entry).name for entry in entries)


def _keys() -> frozenset[str] | None:
    given = getattr(django_settings, "OTPGUARD", None)
    return None if given is None else frozenset(given if isinstance(given, Mapping) else ())


def _urls_problem() -> str:
    if not getattr(django_settings, "ROOT_URLCONF", None):
        return "ROOT_URLCONF is not set"
    try:
        _ = get_resolver().namespace_dict
        patterns = getattr(import_module(django_settings.ROOT_URLCONF), "urlpatterns", None)
    except Exception as error:  # noqa: BLE001 (the project's own code runs: whatever it raises)
        return f"it cannot be imported ({type(error).__name__}: {' '.join(str(error).split())})"
    return "" if isinstance(patterns, list) else "its urlpatterns are no list"


def _urls() -> dict[str, Any]:
    """What the URLs of the project say."""
    model = django_settings.AUTH_USER_MODEL.lower().replace(".", "_")
    user_list = f"admin:{model}_changelist"
    lacks_login = django_settings.LOGIN_URL == DEFAULT_LOGIN_URL and not _answers(DEFAULT_LOGIN_URL)
    return {
        "has_pages": _leads("otpguard:security"),
        "free_prefix": next((each for each in PREFIXES if not _is_taken(each)), ""),
        "url_names": _url_names(),
        "user_list": user_list if _leads(user_list) else "",
        "needs_login_url": lacks_login and _leads("admin:login"),
    }


def _leads(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def _answers(url: str) -> bool:
    try:
        resolve(url)
    except Resolver404:
        return False
    return True


def _is_taken(prefix: str) -> bool:
    """Whether the project answers below it already, by a page of its own or one for every path."""
    return any(_answers(f"/{prefix}{below}") for below in ("", "add/", "challenge/0/again/"))


def _url_names() -> dict[str, bool]:
    module = sys.modules.get(str(django_settings.ROOT_URLCONF))
    djangos = {"include": include, "path": path}
    return {
        name: getattr(module, name) is found
        for name, found in djangos.items()
        if hasattr(module, name)
    }


def _unknown_backends() -> dict[str, str]:
    given = getattr(django_settings, "OTPGUARD", None)
    listed = given.get("LOGIN_BACKENDS") if isinstance(given, Mapping) else None
    known = {*SHIPPED, *RECORDED, *(listed if isinstance(listed, Mapping) else ())}
    backends = django_settings.AUTHENTICATION_BACKENDS
    return {backend: line_for(backend) for backend in backends if backend not in known}


def _tenant_model() -> str:
    named = getattr(django_settings, "TENANT_MODEL", None)
    if named:
        return str(named)
    own = [model for model in apps.get_models() if _is_the_projects(model)]
    by_name = {model.__name__.lower(): model._meta.label for model in reversed(own)}  # noqa: SLF001 (Django's documented Meta API)
    return next((by_name[name] for name in TENANT_NAMES if name in by_name), "")


def _is_the_projects(model: type[Model]) -> bool:
    file = getattr(sys.modules.get(model.__module__), "__file__", None)
    if file is None or model._meta.app_label == "otpguard":  # noqa: SLF001 (as above)
        return False
    return not is_installed(file)


def _celery_app() -> str:
    """One that is loaded, or one that stands beside the package's other files."""
    name = app_or_default().main
    if name != CELERYS_OWN:
        return str(name or "without a name")
    folder = package_folder()
    for file in sorted(folder.glob("*.py")) if folder else ():
        if b"Celery(" in file.read_bytes():
            return f"{folder.name}/{file.name}" if folder else file.name
    return ""


def _names_broker() -> bool:
    return bool(app_or_default().conf.broker_url or getattr(django_settings, BROKER, None))
