"""Who an access token is about, in the tenant of a request."""

from __future__ import annotations

from typing import Any

from otpguard.conf.people.token_issuers import TokenIssuer, person_finder
from otpguard.models import FederatedIdentity
from otpguard.tenants.administrators import open_accounts

_MOST = 16
"""How many links of one subject are looked at. Linked to two people, it names no one."""


def person_of_token(*, issuer: TokenIssuer, subject: str, tenant: str) -> Any:  # noqa: ANN401 (the host's own user model)
    """The active account that `subject` of `issuer` stands for, or None.

    The host's PERSON says so; without it, it is who has linked this subject at an identity
    provider of `tenant` with this issuer, never of another tenant (A1). Whether they are a member
    is the guard's question.
    """
    finder = person_finder(issuer)
    if finder is not None:
        found = finder(issuer.issuer, subject)
        return found if found is not None and found.is_active else None
    if not tenant or not subject:
        return None
    known = FederatedIdentity.objects.select_related("user").filter(
        open_accounts("user__"),
        provider__tenant_id=tenant,
        provider__issuer=issuer.issuer,
        provider__enabled=True,
        subject=subject,
    )
    people = {each.user_id: each.user for each in known[:_MOST]}
    return people.popitem()[1] if len(people) == 1 else None
