"""How a project has its tenants says which lines it is given for them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from otpguard.core.project import Part
from otpguard.core.project_tenants import DIRECTORY
from otpguard.models import Tenant
from otpguard.testing.tenant_directory_contract import TenantDirectoryContract
from tests import factories
from tests.core.projects import lines, texts

ORGANIZATIONS: dict[str, Any] = {"apps": ("organizations", "otpguard")}
SCHEMAS: dict[str, Any] = {
    "apps": ("django_tenants", "otpguard"),
    "shared_apps": ("otpguard",),
    "tenant_model": "crm.Client",
}
OWN: dict[str, Any] = {"tenant_model": "crm.Company"}


def settings_of(**changed: Any) -> str:
    return texts(lines(tenants=True, **changed))[Part.SETTINGS]


def made(**changed: Any) -> Any:
    """The tenant directory that such a project is given."""
    names: dict[str, Any] = {"__name__": "mysite.tenant_directory"}
    exec(texts(lines(tenants=True, **changed))[Part.DIRECTORY], names)
    return names["Directory"]()


def test_a_project_without_tenants_is_for_one() -> None:
    assert '"TENANCY": "single"}' in settings_of()
    assert Part.DIRECTORY not in texts(lines(tenants=True))
    assert settings_of(keys=frozenset({"BRAND"})).endswith('OTPGUARD["TENANCY"] = "single"\n')


def test_no_tenants_are_assumed_unless_asked() -> None:
    found = lines()
    assert "TENANCY" not in texts(found)[Part.SETTINGS]
    assert "No tenants were found" in " ".join(found.advice)


@pytest.mark.parametrize("key", ["TENANCY", "TENANT_DIRECTORY"])
@pytest.mark.parametrize("project", [{}, ORGANIZATIONS, OWN])
def test_what_a_project_has_said_about_tenants_stays(key: str, project: dict[str, Any]) -> None:
    found = lines(tenants=True, keys=frozenset({key}), **project)
    assert "OTPGUARD" not in texts(found)[Part.SETTINGS]
    assert Part.DIRECTORY not in texts(found)


def test_django_tenants_needs_no_directory() -> None:
    found = lines(tenants=True, **SCHEMAS)
    assert Part.DIRECTORY not in texts(found)
    assert "TENAN" not in texts(found)[Part.SETTINGS]
    said = " ".join(found.advice)
    assert "django-tenants (crm.Client)" in said
    assert "PUBLIC_SCHEMA_URLCONF" in said


@pytest.mark.parametrize(("project", "name"), [(ORGANIZATIONS, "Organization"), (OWN, "crm.Comp")])
def test_others_are_given_a_directory_that_the_settings_name(
    project: dict[str, Any], name: str
) -> None:
    found = lines(tenants=True, **project)
    assert '"mysite.tenant_directory.Directory"' in texts(found)[Part.SETTINGS]
    assert name in texts(found)[Part.DIRECTORY]
    needs = {each.part: each.needs for each in found.additions}
    assert needs[Part.SETTINGS] == {Part.DIRECTORY}
    assert "--tenants" in " ".join(lines(**project).advice)
    assert "--tenants" not in " ".join(found.advice)


REQUESTS: dict[str, tuple[dict[str, Any], Callable[[str], Any]]] = {
    "organizations": (ORGANIZATIONS, lambda key: SimpleNamespace(session={"organization": key})),
    "own": (OWN, lambda key: SimpleNamespace(company=SimpleNamespace(pk=int(key)))),
}


@pytest.mark.parametrize("name", REQUESTS)
class TestDirectory(TenantDirectoryContract):
    """What is written keeps the contract."""

    @pytest.fixture
    def directory(self, name: str) -> Any:
        return made(**REQUESTS[name][0])

    @pytest.fixture
    def tenant(self, db: None) -> Tenant:
        factories.tenant("other", external_id="18")
        return factories.tenant("globex", external_id="17")

    @pytest.fixture(autouse=True)
    def _about(self, name: str) -> None:
        self.about = REQUESTS[name][1]

    def request_about(self, tenant: Tenant) -> Any:
        return self.about(tenant.external_id)

    def request_about_nothing(self) -> Any:
        return self.about("99")


def test_the_directory_says_what_to_change() -> None:
    assert "Change this line" in DIRECTORY
