"""Which lines a Django project needs for its tenants, by the way in which it has them."""

from __future__ import annotations

from collections.abc import Iterator

from otpguard.core.project import (
    DJANGO_ORGANIZATIONS,
    DJANGO_TENANTS,
    Addition,
    Part,
    Project,
)

DIRECTORY = '''"""Which tenant of otpguard a request is about."""

from typing import Any

from otpguard.models import Tenant
from otpguard.tenants.directory import SessionDirectory


class Directory(SessionDirectory):
    """Finds the tenant whose `external_id` is the key of your {model}."""

    def tenant_for(self, request: Any) -> str:
        # Change this line if a request has its {model} elsewhere.
        key = {key}
        if not key:
            return super().tenant_for(request)
        if not hasattr(request, "otpguard_tenant_id"):
            ids = Tenant.objects.filter(external_id=str(key)).values_list("pk", flat=True)
            request.otpguard_tenant_id = str(ids.first() or "")
        return request.otpguard_tenant_id
'''
IN_SESSION = 'getattr(request, "session", {}).get("organization")'
MODULE = "tenant_directory"
"""The module in the project's package that is made for it."""


def tenant_keys(project: Project) -> dict[str, str]:
    """The keys of OTPGUARD that say how the tenant of a request is found, with their values.

    None where the shipped directory finds it: django-tenants sets `request.tenant`. Nothing is
    added to a project that has said TENANCY or TENANT_DIRECTORY.
    """
    if project.has_said_tenants or DJANGO_TENANTS in project.apps:
        return {}
    if _needs_module(project):
        return {"TENANT_DIRECTORY": f'"{project.named_package}.{MODULE}.Directory"'}
    return {"TENANCY": '"single"'}


def tenant_module(project: Project) -> Iterator[Addition]:
    """The tenant directory of a project whose tenants no middleware sets on the request."""
    if project.has_said_tenants or not _needs_module(project):
        return
    if DJANGO_ORGANIZATIONS in project.apps:
        model, key = "Organization", IN_SESSION
    else:
        model = project.tenant_model
        name = model.rpartition(".")[2].lower()
        key = f'getattr(getattr(request, "{name}", None), "pk", None)'
    text = DIRECTORY.format(model=model, key=key)
    yield Addition(part=Part.DIRECTORY, text=text, is_new=True, problem=project.package_problem)


def tenant_advice(project: Project, *, asked: bool) -> Iterator[str]:
    """What was found, and what is still to be done; `asked` says that lines for it were wanted."""
    found = _found(project)
    if not found:
        if not asked and not project.has_said_tenants:
            yield (
                "No tenants were found. Users who are neither staff nor members are refused"
                ' (no_tenant): --tenants adds "TENANCY": "single", and docs/tenants.md says how to'
                " make tenants."
            )
        return
    yield f"Your tenants: {found}. Give each otpguard tenant the key of yours as external_id."
    if _needs_module(project) and not asked and not project.has_said_tenants:
        yield "--tenants adds a tenant directory that finds them."
    if project.shared_apps is None:
        return
    yield "Add the URL to PUBLIC_SCHEMA_URLCONF as well, if you have one."


def _found(project: Project) -> str:
    if DJANGO_TENANTS in project.apps:
        return f"django-tenants ({project.tenant_model})"
    if DJANGO_ORGANIZATIONS in project.apps:
        return "django-organizations"
    return project.tenant_model


def _needs_module(project: Project) -> bool:
    if DJANGO_TENANTS in project.apps:
        return False
    return DJANGO_ORGANIZATIONS in project.apps or bool(project.tenant_model)
