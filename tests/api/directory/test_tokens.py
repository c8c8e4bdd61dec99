"""Tokens of a directory over the API: made after a proof, told once, each tenant's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.scim.token import create_token, find_token
from otpguard.models import ScimToken, Tenant
from tests import factories
from tests.api.directory.speaking import call, proven
from tests.host import Host

pytestmark = pytest.mark.django_db(transaction=True)
BODY = {"name": "Okta", "scope": "users", "days": 30}


def opens(secret: object, tenant: Tenant) -> bool:
    return find_token(secret=str(secret), slug=tenant.slug, now=timezone.now()) is not None


def test_a_token_is_made_after_a_proof_rotated_and_ended(host: Host) -> None:
    made = proven(host.client, "POST", "tokens/", BODY)
    assert made.status_code == 201
    first = made.json()
    assert opens(first["secret"], host.tenant)
    listed = call(host.client, "GET", "tokens/")
    assert [each["id"] for each in listed.json()["tokens"]] == [first["id"]]
    assert first["secret"] not in listed.content.decode()
    second = proven(host.client, "POST", f"tokens/{first['id']}/", {"overlap": 0}).json()
    assert opens(second["secret"], host.tenant)
    assert not opens(first["secret"], host.tenant)
    ended = proven(host.client, "DELETE", f"tokens/{second['id']}/")
    assert ended.json() == {"ended": True}
    assert not opens(second["secret"], host.tenant)
    assert call(host.client, "DELETE", f"tokens/{second['id']}/").status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"days": 367}, "days"),
        ({"days": [1]}, "days"),
        ({"scope": "all"}, "scope"),
        ({"name": ""}, "name"),
        ({"tenant": "other"}, "tenant"),
    ],
)
def test_a_wrong_value_is_told_before_a_proof(
    host: Host, changed: dict[str, Any], field: str
) -> None:
    answer = call(host.client, "POST", "tokens/", {**BODY, **changed})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not ScimToken.objects.exists()


def test_a_token_of_another_tenant_is_not_there(host: Host) -> None:
    other = factories.tenant()
    theirs = create_token(
        facts=factories.facts(), tenant=other, name="x", scope="full", lifetime=timedelta(days=1)
    )
    assert call(host.client, "GET", "tokens/").json() == {"tokens": []}
    path = f"tokens/{theirs.row.pk}/"
    assert call(host.client, "POST", path, {"overlap": 0}).status_code == 404
    assert call(host.client, "DELETE", path).status_code == 404
    assert opens(theirs.secret, other)
