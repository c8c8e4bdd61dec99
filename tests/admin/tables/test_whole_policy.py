"""The whole policy stands on one page, each value with where it comes from."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.admin.tables.whole_policy import whole_policy
from otpguard.conf import settings
from otpguard.models import PolicyWish, Tenant
from tests import factories

pytestmark = pytest.mark.django_db
WHOLE = "admin:otpguard_policywish_whole"


def lines(tenant: Tenant | None, title: str) -> dict[str, tuple[str, str]]:
    """Value and source of each field at the checkpoint of that name."""
    sections = whole_policy(tenant, site="admin", now=timezone.now())
    (found,) = [each for each in sections if each.title == title]
    return {line.label: (line.value, line.source) for line in found.lines}


def test_the_most_specific_wish_is_named_as_the_source() -> None:
    tenant = factories.tenant()
    PolicyWish.objects.create(checkpoint="*", version=1, wishes={"ttl": 900, "code_ttl": 240})
    PolicyWish.objects.create(checkpoint="billing_change", version=1, wishes={"max_attempts": 3})
    PolicyWish.objects.create(tenant=tenant, checkpoint="*", version=1, wishes={"ttl": 600})
    found = lines(tenant, "Change how you pay")
    assert found["Time a proof serves"] == ("10 min", "the organization (Every checkpoint)")
    assert found["Time a code is valid"] == ("4 min", "the site (Every checkpoint)")
    assert found["Tries per code"] == ("3", "the site")
    assert found["Required level"][1] == "default"


def test_a_wish_that_gave_way_names_the_bound() -> None:
    PolicyWish.objects.create(
        checkpoint="role_grant", version=1, wishes={"required_level": "AAL1", "hold": 60}
    )
    found = lines(None, "Grant an admin role")
    assert found["Required level"] == ("a second way to confirm (AAL2)", "Floor")
    assert found["Waiting period afterwards"] == ("24 h", "Floor")


def test_another_tenants_wishes_are_no_source() -> None:
    PolicyWish.objects.create(
        tenant=factories.tenant(), checkpoint="billing_change", version=1, wishes={"ttl": 600}
    )
    found = lines(factories.tenant(), "Change how you pay")
    assert found["Time a proof serves"][1] == "default"


def test_every_checkpoint_is_there_and_what_asks_for_nothing_comes_last() -> None:
    sections = whole_policy(None, site="admin", now=timezone.now())
    assert len(sections) == len(settings().checkpoints)
    asking = [bool(each.lines) for each in sections]
    assert asking == sorted(asking, reverse=True)
    assert set(asking) == {True, False}


def test_who_may_only_look_gets_no_way_to_change(client: Client) -> None:
    tenant = factories.tenant()
    viewer = factories.user(is_staff=True)
    factories.login(client, viewer)
    url = reverse(WHOLE, args=[tenant.pk])
    assert client.get(url).status_code == 403
    viewer.user_permissions.set([Permission.objects.get(codename="view_policywish")])
    page = client.get(url).content.decode()
    assert "Change how you pay" in page
    assert "/do/set/" not in page
    factories.login(client, factories.staff())
    assert "/do/set/" in client.get(url).content.decode()
    assert client.get(reverse(WHOLE, args=["nowhere"])).status_code == 404
