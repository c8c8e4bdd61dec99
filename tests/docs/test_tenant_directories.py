"""The page docs/tenant-directories.md: its examples keep the contract by their own tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings

from otpguard.checks.options import check_settings
from otpguard.tenants.directory import members_are_ours
from tests import factories
from tests.checks.projects import ours
from tests.docs.pages import modules_of

page = modules_of("tenant-directories.md")

TestBySubdomain = page["tests.test_directory"].TestBySubdomain
TestByGroup = page["tests.test_members"].TestByGroup


def test_the_members_of_the_example_are_the_hosts_own() -> None:
    with override_settings(**ours(TENANT_DIRECTORY="acme.members.ByGroup")):
        assert check_settings() == []
        assert not members_are_ours()
    with override_settings(**ours(**page["settings"].OTPGUARD)):
        assert members_are_ours()


def test_the_settings_of_the_page_pass_the_checks() -> None:
    with override_settings(**ours(**page["settings"].OTPGUARD)):
        assert check_settings() == []


OWN_TENANTS = {
    "ByCustomer": ("17", lambda key: SimpleNamespace(customer_id=int(key))),
    "BySchema": ("globex", lambda key: SimpleNamespace(tenant=SimpleNamespace(schema_name=key))),
    "ByOrganization": ("17", lambda key: SimpleNamespace(session={"organization": int(key)})),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", OWN_TENANTS)
def test_tenants_that_the_host_has_already_are_found_by_their_own_key(name: str) -> None:
    key, request_about = OWN_TENANTS[name]
    directory: Any = getattr(page["acme.directories"], name)()
    assert directory.tenant_for(request_about(key)) == ""
    factories.tenant("other", external_id="18")
    made = factories.tenant("globex", external_id=key)
    assert directory.tenant_for(request_about(key)) == str(made.pk)
    assert directory.tenant_for(SimpleNamespace()) == ""


def test_the_public_schema_is_no_tenant() -> None:
    request = SimpleNamespace(tenant=SimpleNamespace(schema_name="public"))
    assert page["acme.directories"].BySchema().tenant_for(request) == ""
