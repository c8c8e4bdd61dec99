"""What a project says about itself."""

from __future__ import annotations

import pytest

from tests.core.projects import project


@pytest.mark.parametrize(
    ("package", "named", "problem"),
    [
        ("mysite", "mysite", ""),
        ("", "mysite", "the settings are in no package"),
        ("my-site", "my-site", "my-site cannot be imported by name"),
    ],
)
def test_a_module_can_be_added_to_a_package_with_a_name(
    package: str, named: str, problem: str
) -> None:
    found = project(package=package)
    assert (found.named_package, found.package_problem) == (named, problem)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (None, False),
        (frozenset({"BRAND"}), False),
        (frozenset({"TENANCY"}), True),
        (frozenset({"TENANT_DIRECTORY"}), True),
    ],
)
def test_a_project_has_said_how_its_tenants_are_found(
    keys: frozenset[str] | None, said: bool
) -> None:
    assert project(keys=keys).has_said_tenants is said
