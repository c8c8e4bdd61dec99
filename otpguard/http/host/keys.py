"""API keys as doors call them: the guard of an action on a key, and then the action itself.

The checkpoint follows from the key's environment and the tenant's: `api_key.production` for a
production key of a production tenant, `api_key` otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.api_key import KeyAction, KeyFacts, checkpoint_for_key
from otpguard.core.decision import Allow
from otpguard.core.secrets import HiddenText
from otpguard.flows.key import ledger, own_key
from otpguard.http import guard as door
from otpguard.http.facts import facts_of, inner_of
from otpguard.labels import Text
from otpguard.models import KeyRecord, Tenant
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.directory import directory

ACTIONS: dict[KeyAction, Text] = {
    KeyAction.CREATE: _("Create %(environment)s key '%(name)s'"),
    KeyAction.ROTATE: _("Give a new secret to %(environment)s key '%(name)s'"),
    KeyAction.CHANGE_SCOPE: _("Change what %(environment)s key '%(name)s' may do"),
    KeyAction.REVEAL: _("Show %(environment)s key '%(name)s'"),
    KeyAction.DELETE: _("Delete %(environment)s key '%(name)s'"),
}
"""What the step-up page names."""


def require_for_key(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    action: KeyAction | str,
    *,
    name: str,
    environment: str,
    scope: str = "",
    form: Any = None,  # noqa: ANN401 (a form of Django's, or None)
) -> Allow:
    """Let this request act on an API key, or raise. Call it before anything is done.

    A word for the environment that is not known counts as production. Where the policy binds
    proofs, one is bound to the action, the key's name, environment and scope. Reads the tenant's
    environment. Raises as `otpguard.require`, and ValueError for an unknown action.
    """
    wanted = KeyAction(action)
    checkpoint = checkpoint_for_key(environment, tenant_environment=_environment_of(request))
    target = str(ACTIONS[wanted]) % {"environment": environment, "name": name}
    return door.require(
        request,
        checkpoint,
        target=target,
        body={"action": str(wanted), "name": name, "environment": environment, "scope": scope},
        form=form,
    )


def record_key(
    request: Any,  # noqa: ANN401 (see require_for_key)
    action: KeyAction | str,
    key: KeyFacts,
    *,
    passed: Allow | None = None,
) -> KeyRecord:
    """Write an action on a key of the host's into the ledger and the log. Joins the transaction.

    `passed` is what `require_for_key` returned: it tells when the person confirmed. Raises
    NotAllowed outside a tenant, InvalidInput without a reference.
    """
    return ledger.record_key_action(
        facts=facts_of(request),
        action=KeyAction(action),
        key=key,
        stepped_up_at=_moment_of(passed),
    )


def record_use(
    request: Any,  # noqa: ANN401 (see require_for_key)
    reference: str,
) -> None:
    """Tell the ledger that a key of the host's was used in the request's tenant; once a minute is
    written. A reference that is not known changes nothing."""
    tenant = facts_of(request).tenant
    if tenant:
        ledger.record_key_use(tenant=tenant, reference=reference, now=timezone.now())


def create(
    request: Any,  # noqa: ANN401 (see require_for_key)
    *,
    name: str,
    environment: str,
    scope: str = "",
    form: Any = None,  # noqa: ANN401 (a form of Django's, or None)
) -> tuple[KeyRecord, HiddenText]:
    """Guard, then make a key of ours; returns its record, and its secret, to be shown once.

    Raises as `require_for_key`, and NotAllowed outside a tenant.
    """
    passed = require_for_key(
        request, KeyAction.CREATE, name=name, environment=environment, scope=scope, form=form
    )
    return own_key.create_key(
        facts=facts_of(request),
        name=name,
        environment=environment,
        scope=scope,
        stepped_up_at=_moment_of(passed),
    )


def rotate(
    request: Any,  # noqa: ANN401 (see require_for_key)
    key: KeyRecord,
) -> HiddenText:
    """Guard, then give a key of ours a new secret; returns it. The old one stops working.

    Raises as `require_for_key`, NotAllowed in another tenant, InvalidInput for a deleted key.
    """
    passed = _require(request, KeyAction.ROTATE, key, key.scope)
    return own_key.rotate_key(facts=facts_of(request), key=key, stepped_up_at=_moment_of(passed))


def change_scope(
    request: Any,  # noqa: ANN401 (see require_for_key)
    key: KeyRecord,
    scope: str,
) -> KeyRecord:
    """Guard, then let a key of ours do something else. Raises as `rotate`."""
    passed = _require(request, KeyAction.CHANGE_SCOPE, key, scope)
    return own_key.change_key_scope(
        facts=facts_of(request), key=key, scope=scope, stepped_up_at=_moment_of(passed)
    )


def delete(
    request: Any,  # noqa: ANN401 (see require_for_key)
    key: KeyRecord,
) -> KeyRecord:
    """Guard, then end a key of ours. Raises as `rotate`."""
    passed = _require(request, KeyAction.DELETE, key, key.scope)
    return own_key.delete_key(facts=facts_of(request), key=key, stepped_up_at=_moment_of(passed))


def _require(request: Any, action: KeyAction, key: KeyRecord, scope: str) -> Allow:  # noqa: ANN401 (see require_for_key)
    return require_for_key(request, action, name=key.name, environment=key.environment, scope=scope)


def _moment_of(passed: Allow | None) -> datetime | None:
    """When the person confirmed; None where no policy asked, or where it is not told."""
    return passed.proof.verified_at if passed and passed.proof else None


def _environment_of(request: Any) -> str:  # noqa: ANN401 (see require_for_key)
    """The environment of the request's tenant; empty, which counts as production, for none, and
    while the store does not answer: the guard then refuses by itself."""
    inner: HttpRequest = inner_of(request)
    try:
        tenant = UUID(directory().tenant_for(inner))
        row = Tenant.objects.filter(pk=tenant).values_list("environment", flat=True).first()
    except (ValueError, *STORE_ERRORS):
        return ""
    return row or ""
