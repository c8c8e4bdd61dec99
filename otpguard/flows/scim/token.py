"""Tokens of customers' directories: made, rotated with an overlap, revoked and found.

The secret is returned once. It has 192 random bits, so its SHA-256 needs no salt and no slow hash.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.account import known_id
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.api_key import SANDBOX, SECRET_BYTES, is_key_text, make_key_text, shown_part
from otpguard.core.events.provisioning.scim import (
    ScimTokenCreated,
    ScimTokenRevoked,
    ScimTokenRotated,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import HiddenText
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, StoreUnavailable
from otpguard.flows.scope import check_tenant
from otpguard.models import ScimToken, Tenant
from otpguard.store_errors import STORE_ERRORS

LONGEST_LIFE = timedelta(days=366)
LONGEST_OVERLAP = timedelta(days=30)
USE_NOTED_EVERY = timedelta(minutes=1)
"""A token that is used all the time is written this often, not with each request."""

_MARK, _PREFIX_LENGTH = "scim", 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token and its secret, which is not kept."""

    row: ScimToken
    secret: HiddenText


def create_token(
    *, facts: RequestFacts, tenant: Tenant, name: str, scope: str, lifetime: timedelta
) -> NewToken:
    """A token for a tenant's directory. The door has asked for a proof.

    One transaction that joins an outer one. Raises NotAllowed in another tenant, InvalidInput for
    no `name`, an unknown `scope`, and a `lifetime` of nothing or of more than LONGEST_LIFE.
    """
    check_tenant(facts, tenant.pk)
    if not name.strip():
        raise InvalidInput("name", str(_("Enter a name.")))
    if scope not in ScimToken.Scope.values:
        raise InvalidInput("scope", str(_("There is no such scope.")))
    if not timedelta() < lifetime <= LONGEST_LIFE:
        raise InvalidInput("lifetime", str(_("A token can be valid for 1 to 366 days.")))
    with transaction.atomic():
        new = _make(facts, tenant, name, scope, facts.now + lifetime)
        record(ScimTokenCreated(**_said(new.row)), _where(facts, new.row))
    return new


def rotate_token(
    *, facts: RequestFacts, token: ScimToken, overlap: timedelta, lifetime: timedelta
) -> NewToken:
    """A successor of a token, of the same name and scope; the token itself ends after `overlap`.

    Locks the token; joins an outer transaction. Raises NotAllowed in another tenant, InvalidInput
    for a token that has ended (`token`), an `overlap` below zero or above LONGEST_OVERLAP, and a
    `lifetime` as `create_token` does.
    """
    check_tenant(facts, token.tenant_id)
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput("overlap", str(_("The old token can stay valid for 0 to 30 days.")))
    if not timedelta() < lifetime <= LONGEST_LIFE:
        raise InvalidInput("lifetime", str(_("A token can be valid for 1 to 366 days.")))
    with transaction.atomic():
        row = _locked(facts, token)
        new = _make(facts, row.tenant, row.name, row.scope, facts.now + lifetime)
        row.expires_at, row.rotated_at = min(row.expires_at, facts.now + overlap), facts.now
        row.save(update_fields=["expires_at", "rotated_at"])
        until = row.expires_at.isoformat()
        said = ScimTokenRotated(**_said(new.row), before=str(row.pk), overlaps_until=until)
        record(said, _where(facts, new.row))
    return new


def revoke_token(*, facts: RequestFacts, token: ScimToken, reason: str = "") -> None:
    """End a token at once; its row stays. Locks it. Raises NotAllowed in another tenant,
    InvalidInput for one that has ended (`token`)."""
    check_tenant(facts, token.tenant_id)
    with transaction.atomic():
        row = _locked(facts, token)
        row.revoked_at = facts.now
        row.save(update_fields=["revoked_at"])
        record(ScimTokenRevoked(**_said(row), reason=reason), _where(facts, row))


def live_tokens(facts: RequestFacts) -> QuerySet[ScimToken]:
    """The tokens of the request's tenant that open something, the newest first; for its doors."""
    rows = ScimToken.objects.filter(Q(tenant=facts.tenant), revoked_at=None)
    return rows.filter(expires_at__gt=facts.now).select_related("tenant", "created_by")


def find_token(*, secret: str, slug: str, now: datetime) -> ScimToken | None:
    """The token that a directory shows at the URL of the tenant `slug`; None for one that opens
    nothing there.

    That is one of another form, unknown, expired, revoked, of another tenant, and every token of a
    tenant that is not active. Notes the use. Raises StoreUnavailable.
    """
    if not is_key_text(secret):
        return None
    try:
        live = ScimToken.objects.select_related("tenant").filter(
            digest=_digest(secret), revoked_at=None, expires_at__gt=now
        )
        row = live.filter(tenant__slug=slug, tenant__status=Tenant.Status.ACTIVE).first()
        if row is not None and (row.used_at is None or row.used_at <= now - USE_NOTED_EVERY):
            stale = Q(used_at=None) | Q(used_at__lte=now - USE_NOTED_EVERY)
            ScimToken.objects.filter(stale, pk=row.pk).update(used_at=now)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the token cannot be read") from error
    return row


def _make(
    facts: RequestFacts, tenant: Tenant, name: str, scope: str, expires_at: datetime
) -> NewToken:
    secret = make_key_text(
        settings().api_keys.prefix[:_PREFIX_LENGTH] + _MARK,
        production=tenant.environment != SANDBOX,
        entropy=os.urandom(SECRET_BYTES),
    )
    row = ScimToken.objects.create(
        tenant=tenant,
        name=name.strip(),
        scope=scope,
        prefix=shown_part(secret),
        digest=_digest(secret),
        created_at=facts.now,
        created_by_id=known_id(facts.user),
        expires_at=expires_at,
    )
    return NewToken(row=row, secret=secret)


def _locked(facts: RequestFacts, token: ScimToken) -> ScimToken:
    rows = ScimToken.objects.select_related("tenant").select_for_update(of=("self",))
    row = rows.get(pk=token.pk)
    if row.revoked_at is not None or row.expires_at <= facts.now:
        raise InvalidInput("token", str(_("This token has ended.")))
    return row


def _said(row: ScimToken) -> dict[str, str]:
    return {
        "token": str(row.pk),
        "name": row.name,
        "scope": row.scope,
        "expires_at": row.expires_at.isoformat(),
    }


def _where(facts: RequestFacts, row: ScimToken) -> Circumstances:
    return Circumstances.of(facts, tenant=str(row.tenant_id), subject="", target=str(row))


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
