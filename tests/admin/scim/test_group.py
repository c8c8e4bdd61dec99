"""A person says in the admin which role a group gives."""

from __future__ import annotations

import pytest
from django.urls import reverse

from otpguard.core.scim import GroupChange
from otpguard.flows.scim.group import create_group
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db


def test_a_group_gets_a_role_after_a_proof(act: Act) -> None:
    tenant = factories.tenant()
    facts = factories.facts(None, tenant)
    group = create_group(facts=facts, tenant=tenant, change=GroupChange(name="Sales"))
    url = reverse("admin:otpguard_scimgroup_do_map", args=[group.pk])
    assert "role was set" in act(url, role="editor", reason="sales edits").content.decode()
    group.refresh_from_db()
    assert group.role == "editor"
