"""A project as `otpguard_init` would see it, for what is decided about it."""

from __future__ import annotations

from typing import Any

from otpguard.core.project import Part, Project, ProjectLines
from otpguard.core.project_lines import lines_for

FRESH: dict[str, Any] = {
    "package": "mysite",
    "apps": ("django.contrib.admin", "django.contrib.auth", "otpguard"),
    "middleware": ("django.contrib.auth.middleware.AuthenticationMiddleware",),
    "lists": frozenset({"INSTALLED_APPS", "MIDDLEWARE"}),
    "free_prefix": "security/",
    "url_names": {"path": True},
    "user_list": "admin:auth_user_changelist",
    "needs_login_url": True,
    "unknown_backends": {},
    "database": "postgresql",
    "debug": True,
}


def project(**changed: Any) -> Project:
    """A project of `startproject` with otpguard among its apps, and what is `changed`."""
    return Project(**{**FRESH, **changed})


def lines(*, celery: bool = False, tenants: bool = False, **changed: Any) -> ProjectLines:
    """What such a project lacks."""
    found = project(**changed)
    return lines_for(found, settings="mysite.settings", celery=celery, tenants=tenants)


def texts(found: ProjectLines) -> dict[Part, str]:
    """The lines by the part of the project."""
    return {each.part: each.text for each in found.additions}
