"""Set up the stream by which an identity provider tells a tenant of security events. The site does:
its addresses are fetched by our servers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.provisioning.signal import SignalStreamChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import HiddenText
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.scope import check_site
from otpguard.models import SignalStream, Tenant
from otpguard.transport.exchange import checked_url

STREAM_FIELDS = ("name", "dialect", "issuer", "audience", "jwks", "poll_url")
"""What an operator chooses, besides the secret for polls."""


def add_signal_stream(
    *, facts: RequestFacts, tenant: Tenant, values: Mapping[str, Any], poll_secret: str = ""
) -> SignalStream:
    """Set up a stream of `tenant`; `values` are columns of STREAM_FIELDS. It has no secret for
    pushes yet.

    Raises NotAllowed unless the site acts; InvalidInput for an address that is not https, and for a
    stream that is there already.
    """
    _check(facts, values)
    try:
        with transaction.atomic():
            row = SignalStream.objects.create(
                tenant=tenant,
                poll_secret=poll_secret,
                created_at=facts.now,
                changed_at=facts.now,
                **values,
            )
            _record(facts, row, changed=sorted(values))
    except IntegrityError:
        raise InvalidInput("issuer", str(_("This stream is set up already."))) from None
    return row


def change_signal_stream(
    *,
    facts: RequestFacts,
    stream: SignalStream,
    values: Mapping[str, Any],
    poll_secret: str = "",
) -> tuple[str, ...]:
    """Change columns of STREAM_FIELDS, and the secret for polls if one is given; returns the names
    of those that are different now. Locks the row. Raises as `add_signal_stream` does."""
    try:
        with transaction.atomic():
            row = _locked(stream)
            _check(facts, values)
            changed = [name for name in values if getattr(row, name) != values[name]]
            for name in changed:
                setattr(row, name, values[name])
            if poll_secret:
                row.poll_secret = poll_secret
                changed.append("poll_secret")
            if changed:
                row.changed_at = facts.now
                row.save()
                _record(facts, row, changed=sorted(changed))
    except IntegrityError:
        raise InvalidInput("issuer", str(_("This stream is set up already."))) from None
    return tuple(changed)


def switch_signal_stream(*, facts: RequestFacts, stream: SignalStream, reason: str) -> bool:
    """Switch a stream off, or on again; returns whether it is on now. Locks the row. Raises
    NotAllowed unless the site acts."""
    check_site(facts)
    with transaction.atomic():
        row = _locked(stream)
        row.enabled = not row.enabled
        row.changed_at = facts.now
        row.save(update_fields=["enabled", "changed_at"])
        _record(facts, row, changed=["enabled"], reason=reason)
    return row.enabled


def renew_push_secret(*, facts: RequestFacts, stream: SignalStream) -> HiddenText:
    """A new secret with which the transmitter pushes; the one before opens nothing from now on.

    It is returned once: only its SHA-256 is kept. Locks the row. Raises NotAllowed unless the site
    acts.
    """
    check_site(facts)
    secret = HiddenText(secrets.token_urlsafe(32))
    with transaction.atomic():
        row = _locked(stream)
        row.push_digest = sha256(secret.encode()).hexdigest()
        row.changed_at = facts.now
        row.save(update_fields=["push_digest", "changed_at"])
        _record(facts, row, changed=["push_digest"])
    return secret


def await_verification(*, facts: RequestFacts, stream: SignalStream) -> str:
    """A state that the transmitter is asked to bring back in a verification; another one is refused
    from now on. Locks the row. Raises NotAllowed unless the site acts."""
    check_site(facts)
    with transaction.atomic():
        row = _locked(stream)
        row.state = secrets.token_urlsafe(16)
        row.save(update_fields=["state"])
        _record(facts, row, changed=["state"])
    return row.state


def remove_signal_stream(*, facts: RequestFacts, stream: SignalStream, reason: str) -> bool:
    """Remove a stream; what it has ended stays ended. False if it was gone. Locks the row. Raises
    NotAllowed unless the site acts."""
    check_site(facts)
    with transaction.atomic():
        row = SignalStream.objects.select_for_update().filter(pk=stream.pk).first()
        if row is None:
            return False
        _record(facts, row, removed=True, reason=reason)
        row.delete()
    return True


def _locked(stream: SignalStream) -> SignalStream:
    return SignalStream.objects.select_for_update(no_key=True).get(pk=stream.pk)


def _check(facts: RequestFacts, values: Mapping[str, Any]) -> None:
    check_site(facts)
    if set(values) - set(STREAM_FIELDS):
        raise ValueError(f"no columns of a stream: {sorted(set(values) - set(STREAM_FIELDS))}")
    for name in ("jwks", "poll_url"):
        if values.get(name):
            try:
                checked_url(values[name])
            except ValueError:
                raise InvalidInput(name, str(_("Enter an https URL."))) from None


def _record(facts: RequestFacts, row: SignalStream, **known: Any) -> None:  # noqa: ANN401 (fields of the event)
    event = SignalStreamChanged(stream=str(row.pk), name=row.name, **known)
    record(event, Circumstances.of(facts, tenant=str(row.tenant_id)))
