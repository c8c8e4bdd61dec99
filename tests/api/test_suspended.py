"""An admin of a suspended tenant, or a suspended admin, reads and changes nothing by the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from otpguard.api import urls
from otpguard.models import Membership, Tenant
from otpguard.testing import pass_step_up
from tests.host import Host

pytestmark = pytest.mark.django_db
API = {"Accept": "application/json"}
VALUES: dict[str, Any] = {
    "checkpoint": "api_key",
    "role": "admin",
    "factor_id": uuid4(),
    "approval_id": uuid4(),
    "release_id": uuid4(),
    "exception_id": uuid4(),
    "event_id": uuid4(),
    "stream_id": uuid4(),
    "token_id": uuid4(),
    "group_id": uuid4(),
    "domain_id": uuid4(),
    "access_id": uuid4(),
    "verification_id": uuid4(),
}
LOSSES: dict[str, Callable[[Host], Any]] = {
    "the tenant is suspended": lambda host: Tenant.objects.update(status="suspended"),
    "the membership has ended": lambda host: Membership.objects.update(active=False),
    "the role is gone": lambda host: Membership.objects.update(roles=["member"]),
    "the account is closed": lambda host: type(host.user).objects.update(is_active=False),
}


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("pattern", urls.VIEWS, ids=lambda pattern: pattern.name)
def test_no_url_of_the_api_answers_them(host: Host, pattern: Any, loss: str) -> None:
    names = pattern.pattern.converters
    values = {**VALUES, "user_id": str(host.user.pk)}
    url = reverse(f"otpguard:{pattern.name}", kwargs={name: values[name] for name in names})
    pass_step_up(host.client)
    LOSSES[loss](host)
    for method in ("get", "put", "patch", "post", "delete"):
        answer = getattr(host.client, method)(url, headers=API)
        assert answer.status_code in {401, 403}, (method, answer.status_code)
        assert b"Only an admin" in answer.content or b"credentials" in answer.content
