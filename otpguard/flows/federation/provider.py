"""Set up a tenant's identity provider: its own administrators do, or the site.

What a tenant names is spoken to as a stranger's host. And where it names another place, who is
linked must link again: else one administrator could sign in as everybody else, in all their
organizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.session import IdpChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import LONGEST_VALUE, MOST_VALUES, Protocol
from otpguard.core.federation.profiles import IDP_PROFILES, StatementPlace
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.scope import check_tenant, is_site
from otpguard.grants import store
from otpguard.models import FederatedIdentity, Grant, IdentityProvider, Tenant

PROVIDER_FIELDS = (
    *("name", "profile", "protocol", "issuer", "metadata", "client_id"),
    *("accepted", "phishing_resistant", "max_age", "asks_for"),
)
"""What an operator chooses, besides the secret."""
_PLACE = frozenset({"protocol", "issuer", "metadata", "client_id"})
"""What says who vouches for people."""
MOST_PROVIDERS = 10
"""Of one tenant."""
_ONLY_NAMES = frozenset({"name", "asks_for"})
"""What may change without ending what was proven."""


def add_provider(
    *, facts: RequestFacts, tenant: Tenant, values: Mapping[str, Any], secret: str = ""
) -> IdentityProvider:
    """Set up an identity provider of `tenant`; `values` are columns of PROVIDER_FIELDS.

    Locks the tenant. Raises NotAllowed in another tenant; InvalidInput for a value that the profile
    never counts, for a provider that is there already and for one too many (`name`).
    """
    _check(facts, tenant.pk, values)
    try:
        with transaction.atomic():
            lock_tenant(tenant.pk)
            if IdentityProvider.objects.filter(tenant=tenant).count() >= MOST_PROVIDERS:
                raise InvalidInput("name", str(_("There are %d already.") % MOST_PROVIDERS))
            row = IdentityProvider.objects.create(
                tenant=tenant,
                outside=not is_site(facts),
                client_secret=secret,
                created_at=facts.now,
                changed_at=facts.now,
                **values,
            )
            _record(facts, row, changed=sorted(values))
    except IntegrityError:
        raise InvalidInput("issuer", str(_("This provider is set up already."))) from None
    return row


def change_provider(
    *,
    facts: RequestFacts,
    provider: IdentityProvider,
    values: Mapping[str, Any],
    secret: str = "",
) -> tuple[str, ...]:
    """Change columns of PROVIDER_FIELDS, and the secret if one is given; returns the names of those
    that are different now.

    What the provider proved ends, unless only names have changed: people sign in again. Where the
    tenant itself names another place, all links end too. Locks the row. Raises NotAllowed and
    InvalidInput as `add_provider` does.
    """
    with transaction.atomic():
        row = _locked(provider)
        now = {name: getattr(row, name) for name in PROVIDER_FIELDS}
        _check(facts, row.tenant_id, {**now, **values})
        changed = [name for name in values if getattr(row, name) != values[name]]
        for name in changed:
            setattr(row, name, values[name])
        if secret:
            row.client_secret = secret
            changed.append("client_secret")
        if not changed:
            return ()
        row.changed_at = facts.now
        unlinked = 0
        if not is_site(facts) and not _PLACE.isdisjoint(changed):
            row.outside = True
            unlinked, _by_model = FederatedIdentity.objects.filter(provider=row).delete()
        row.save()
        ended = 0 if _ONLY_NAMES.issuperset(changed) else _end_proofs(row, facts)
        _record(facts, row, changed=sorted(changed), count=ended, unlinked=unlinked)
    return tuple(changed)


def switch_provider(*, facts: RequestFacts, provider: IdentityProvider, reason: str) -> bool:
    """Switch a provider off, or on again; returns whether it is on now. What it proved ends with
    the switch. Locks the row. Raises NotAllowed in another tenant."""
    check_tenant(facts, provider.tenant_id)
    with transaction.atomic():
        row = _locked(provider)
        row.enabled = not row.enabled
        row.changed_at = facts.now
        row.save(update_fields=["enabled", "changed_at"])
        ended = _end_proofs(row, facts)
        _record(facts, row, changed=["enabled"], count=ended, reason=reason)
    return row.enabled


def capture_next(*, facts: RequestFacts, provider: IdentityProvider) -> None:
    """Write down what the provider says of the next sign-in. Locks the row. Raises NotAllowed
    in another tenant."""
    check_tenant(facts, provider.tenant_id)
    with transaction.atomic():
        row = _locked(provider)
        row.capture_next, row.captured, row.captured_at = True, None, None
        row.save(update_fields=["capture_next", "captured", "captured_at"])
        _record(facts, row, changed=["capture_next"])


def remove_provider(*, facts: RequestFacts, provider: IdentityProvider, reason: str) -> bool:
    """Remove a provider with the identities there; what it proved ends. False if it was gone.
    Locks the row. Raises NotAllowed in another tenant."""
    check_tenant(facts, provider.tenant_id)
    with transaction.atomic():
        row = IdentityProvider.objects.select_for_update().filter(pk=provider.pk).first()
        if row is None:
            return False
        ended = _end_proofs(row, facts)
        _record(facts, row, count=ended, removed=True, reason=reason)
        row.delete()
    return True


def _locked(provider: IdentityProvider) -> IdentityProvider:
    return IdentityProvider.objects.select_for_update(no_key=True).get(pk=provider.pk)


def _end_proofs(row: IdentityProvider, facts: RequestFacts) -> int:
    """A sign-in that is being taken in holds the row, so none slips in behind this."""
    return store.revoke(Grant.objects.filter(factor_id=row.pk), now=facts.now)


def _check(facts: RequestFacts, tenant: UUID, values: Mapping[str, Any]) -> None:
    check_tenant(facts, tenant)
    if set(values) - set(PROVIDER_FIELDS):
        raise ValueError(f"no columns of a provider: {sorted(set(values) - set(PROVIDER_FIELDS))}")
    profile, protocol = IDP_PROFILES[values["profile"]], Protocol(values["protocol"])
    if len(values.get("asks_for", ())) > MOST_VALUES:
        raise InvalidInput("asks_for", str(_("These are too many values.")))
    for place, listed in values.get("accepted", {}).items():
        if len(listed) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in listed):
            raise InvalidInput(place, str(_("These are too many values.")))
        for value in listed:
            if not profile.may_list(StatementPlace(place), value, protocol):
                text = str(_('"%(value)s" never shows more than one factor at %(name)s.'))
                raise InvalidInput(place, text % {"value": value, "name": profile.label})


def _record(facts: RequestFacts, row: IdentityProvider, **known: Any) -> None:  # noqa: ANN401 (fields of the event)
    event = IdpChanged(provider=str(row.pk), name=row.name, **known)
    record(event, Circumstances.of(facts, tenant=str(row.tenant_id)))
