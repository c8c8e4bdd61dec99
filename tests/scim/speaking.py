"""A customer's directory that speaks SCIM, as Okta and Entra ID do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from otpguard.flows.scim.token import create_token
from otpguard.models import Tenant
from tests import factories

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ENROLLMENT = "urn:otpguard:params:scim:schemas:extension:2.0:Enrollment"


@dataclass
class Directory:
    """The directory of one tenant, with a token for it."""

    tenant: Tenant
    secret: str
    client: Client = field(default_factory=Client)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """One request; `body` is JSON, or bytes as they are."""
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        made: HttpResponse = self.client.generic(
            method,
            f"/scim/v2/{self.tenant.slug}{path}",
            raw,
            content_type="application/scim+json",
            headers={"Authorization": f"Bearer {self.secret}", **headers},
        )
        return made

    def get(self, path: str, **query: object) -> Any:
        """What a GET answers, which is well."""
        found = self.client.get(
            f"/scim/v2/{self.tenant.slug}{path}",
            query,
            headers={"Authorization": f"Bearer {self.secret}"},
        )
        assert found.status_code == 200, found.content
        return found.json()

    def post(self, path: str, body: Any) -> Any:
        """What a POST has made."""
        made = self.send("POST", path, body)
        assert made.status_code == 201, made.content
        return json.loads(made.content)

    def patch(self, path: str, *operations: dict[str, Any]) -> HttpResponse:
        """Several operations in one PATCH."""
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def person(self, login: str, /, **attributes: Any) -> Any:
        """A new person."""
        email = f"{login}@{self.tenant.slug}.example"
        emails = [{"type": "work", "value": email, "primary": True}]
        return self.post(
            "/Users", {"schemas": [USER], "userName": email, "emails": emails, **attributes}
        )

    def group(self, name: str, *members: Any) -> Any:
        """A new group of these people."""
        rows = [{"value": each["id"]} for each in members]
        return self.post("/Groups", {"schemas": [GROUP], "displayName": name, "members": rows})


def directory(tenant: Tenant | None = None, *, scope: str = "full") -> Directory:
    """The directory of a tenant, which is new unless given."""
    tenant = tenant or factories.tenant()
    facts = factories.facts(None, tenant)
    made = create_token(
        facts=facts, tenant=tenant, name="test", scope=scope, lifetime=timedelta(days=1)
    )
    return Directory(tenant=tenant, secret=made.secret)
