"""Which lines a Django project lacks for otpguard: the decision behind `otpguard_init`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from otpguard.core.project import (
    MIDDLEWARE,
    OWN_APPS,
    Addition,
    Part,
    Project,
    ProjectLines,
)
from otpguard.core.project_tenants import tenant_advice, tenant_keys, tenant_module

CELERY = '''"""The Celery application of {package}."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")
app = Celery("{package}")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
'''
BROKER = "redis://localhost:6379/0"


def lines_for(project: Project, *, settings: str, celery: bool, tenants: bool) -> ProjectLines:
    """The lines for this project, by file, with what it has and what is left to decide.

    `settings` is the dotted name of its settings. `celery` and `tenants` ask for the lines of a
    worker and of tenants as well.
    """
    keys = _keys(project, tenants=tenants)
    additions = [
        *_settings(project, keys, celery=celery),
        *_urls(project),
        *(_celery(project, settings) if celery else ()),
        *(tenant_module(project) if tenants else ()),
    ]
    return ProjectLines(
        additions=tuple(additions),
        present=tuple(_present(project, celery=celery)),
        advice=tuple(_advice(project, celery=celery, tenants=tenants)),
    )


def _keys(project: Project, *, tenants: bool) -> dict[str, str]:
    """The keys that OTPGUARD lacks, with their values as Python."""
    wanted: dict[str, str] = {}
    if project.keys is None and project.user_list:
        wanted["URL_CHECKPOINTS"] = f'{{"{project.user_list}": "data_export"}}'
    if tenants:
        wanted |= tenant_keys(project)
    return {key: value for key, value in wanted.items() if key not in (project.keys or ())}


def _settings(project: Project, keys: Mapping[str, str], *, celery: bool) -> Iterator[Addition]:
    lines: list[str] = []
    names = {"INSTALLED_APPS"}  # a file that does not set it is not where the settings are
    needs: set[Part] = set()
    for name, present, wanted in (
        ("SHARED_APPS", project.shared_apps, OWN_APPS),
        ("INSTALLED_APPS", project.apps, OWN_APPS),
        ("MIDDLEWARE", project.middleware, (MIDDLEWARE,)),
    ):
        lacking = [each for each in wanted if present is not None and each not in present]
        if lacking:
            names.add(name)
            lines.append(_added(name, lacking, is_list=name in project.lists))
    if project.needs_login_url:
        lines.append('LOGIN_URL = "admin:login"')
    if project.keys is None:
        pairs = ", ".join(f'"{key}": {value}' for key, value in keys.items())
        lines.append(f"OTPGUARD = {{{pairs}}}")
    elif keys:
        names.add("OTPGUARD")
        lines += [f'OTPGUARD["{key}"] = {value}' for key, value in keys.items()]
    if celery and not project.names_broker:
        lines.append(f'CELERY_BROKER_URL = "{BROKER}"')
        needs |= set() if project.celery_app else {Part.CELERY}
    if "TENANT_DIRECTORY" in keys:
        needs.add(Part.DIRECTORY)
    if lines:
        yield Addition(
            part=Part.SETTINGS,
            text=_text(lines),
            names=frozenset(names),
            needs=frozenset(needs),
        )


def _added(name: str, values: list[str], *, is_list: bool) -> str:
    """A line that adds to a setting. What is no list of its own becomes a new one."""
    quoted = ", ".join(f'"{value}"' for value in values)
    return f"{name} += [{quoted}]" if is_list else f"{name} = [*{name}, {quoted}]"


def _urls(project: Project) -> Iterator[Addition]:
    if project.has_pages:
        return
    lacking = [name for name in ("include", "path") if name not in project.url_names]
    lines = [f"from django.urls import {', '.join(lacking)}", ""] if lacking else []
    prefix = project.free_prefix or "security/"
    lines.append(f'urlpatterns += [path("{prefix}", include("otpguard.urls"))]')
    yield Addition(
        part=Part.URLS,
        text=_text(lines),
        names=frozenset({"urlpatterns"}),
        problem=_urls_problem(project),
    )


def _urls_problem(project: Project) -> str:
    foreign = [name for name, is_djangos in project.url_names.items() if not is_djangos]
    if project.urls_problem:
        return project.urls_problem
    if foreign:
        return f"{' and '.join(foreign)} is something else there than in django.urls"
    if not project.free_prefix:
        return "a pattern there answers every path: put these lines above it"
    return ""


def _celery(project: Project, settings: str) -> Iterator[Addition]:
    if project.celery_app:
        return
    package = project.named_package
    text = CELERY.format(package=package, settings=settings)
    problem = project.package_problem
    yield Addition(part=Part.CELERY, text=text, is_new=True, problem=problem)
    line = f"from {package}.celery import app as celery_app"
    needs = frozenset({Part.CELERY})
    yield Addition(part=Part.PACKAGE, text=_text([line]), problem=problem, needs=needs)


def _present(project: Project, *, celery: bool) -> Iterator[str]:
    yield from (f'"{app}" in INSTALLED_APPS' for app in OWN_APPS if app in project.apps)
    if MIDDLEWARE in project.middleware:
        yield f'"{MIDDLEWARE}" in MIDDLEWARE'
    if project.keys is not None:
        yield "OTPGUARD"
    if project.has_pages:
        yield "the URLs of otpguard"
    if celery and project.celery_app:
        yield f"the Celery application {project.celery_app}"
    if celery and project.names_broker:
        yield "a broker of Celery"


def _advice(project: Project, *, celery: bool, tenants: bool) -> Iterator[str]:
    if project.database == "sqlite" and project.debug:
        yield "SQLite is for trying things out. Use PostgreSQL before you go live."
    elif project.database == "sqlite":
        options = '"OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}'
        yield f"SQLite needs {options} in DATABASES while DEBUG is off."
    elif project.database != "postgresql":
        yield f"The database {project.database} is not supported: PostgreSQL is."
    for backend, line in project.unknown_backends.items():
        yield (
            f"A login by {backend} proves nothing until you list it:"
            f' {line}, with "password", "sso" or "none".'
        )
    if celery and not project.has_redis and not project.names_broker:
        yield 'The broker needs Redis and its client: pip install "otpguard[redis]".'
    if not celery and not project.names_broker and not project.debug:
        yield "Nobody would send messages while DEBUG is off: see --celery."
    yield from tenant_advice(project, asked=tenants)


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
