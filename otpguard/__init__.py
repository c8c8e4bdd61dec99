"""otpguard: step-up MFA for B2B SaaS on Django.

The house, from the ground up; each floor looks down only:

    core        pure decisions: may this pass, which way do we send
    conf, vault, labels, models
    channels, factors, limits, grants, tenants, audit, notices      drivers
    flows       use-cases, one verb a file
    http, forms, web, api, admin, management, tasks         doors
    decorators, middleware, apps, urls, testing             porch

`require`, `assurance` and the decorators are looked up lazily: they need Django's app registry,
which is not there yet when this package is imported by `INSTALLED_APPS`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # so that a host's type checker sees what is looked up lazily
    from otpguard.core.payment import Payment
    from otpguard.decorators import (
        CheckpointRequiredMixin,
        require_before_form,
        requires_checkpoint,
        requires_phone_claim,
    )
    from otpguard.factors.enrolled import phone_verified
    from otpguard.forms.email import refuse_disposable_email
    from otpguard.http.assurance import assurance
    from otpguard.http.guard import require
    from otpguard.http.host.challenge import challenge, check_challenge
    from otpguard.http.host.events import record, require_event
    from otpguard.intel.disposable import is_disposable_email
    from otpguard.web.billing.changed import billing_changed
    from otpguard.web.closure.ask import ask_closure, cancel_closure
    from otpguard.web.email_change.change import change_email
    from otpguard.web.embed.claim import use_claim_reference
    from otpguard.web.guarded.invite import require_invite
    from otpguard.web.guarded.members import require_import
    from otpguard.web.guarded.payment import require_payment
    from otpguard.web.number.claim import claim_verified_phone, use_phone_claim
    from otpguard.web.number.first_action import require_first_action
    from otpguard.web.release.ask import ask_release, record_read, write_release

__version__ = "0.1.0"

_LAZY = {
    "ask_closure": "otpguard.web.closure.ask",
    "cancel_closure": "otpguard.web.closure.ask",
    "require_import": "otpguard.web.guarded.members",
    "require_invite": "otpguard.web.guarded.invite",
    "require_payment": "otpguard.web.guarded.payment",
    "Payment": "otpguard.core.payment",
    "ask_release": "otpguard.web.release.ask",
    "assurance": "otpguard.http.assurance",
    "challenge": "otpguard.http.host.challenge",
    "check_challenge": "otpguard.http.host.challenge",
    "change_email": "otpguard.web.email_change.change",
    "claim_verified_phone": "otpguard.web.number.claim",
    "billing_changed": "otpguard.web.billing.changed",
    "is_disposable_email": "otpguard.intel.disposable",
    "phone_verified": "otpguard.factors.enrolled",
    "record_read": "otpguard.web.release.ask",
    "refuse_disposable_email": "otpguard.forms.email",
    "require": "otpguard.http.guard",
    "record": "otpguard.http.host.events",
    "require_before_form": "otpguard.decorators",
    "require_first_action": "otpguard.web.number.first_action",
    "require_event": "otpguard.http.host.events",
    "requires_checkpoint": "otpguard.decorators",
    "requires_phone_claim": "otpguard.decorators",
    "use_claim_reference": "otpguard.web.embed.claim",
    "use_phone_claim": "otpguard.web.number.claim",
    "write_release": "otpguard.web.release.ask",
    "CheckpointRequiredMixin": "otpguard.decorators",
}

__all__ = [
    "CheckpointRequiredMixin",
    "Payment",
    "__version__",
    "ask_closure",
    "ask_release",
    "assurance",
    "billing_changed",
    "cancel_closure",
    "challenge",
    "change_email",
    "check_challenge",
    "claim_verified_phone",
    "is_disposable_email",
    "phone_verified",
    "record",
    "record_read",
    "refuse_disposable_email",
    "require",
    "require_before_form",
    "require_event",
    "require_first_action",
    "require_import",
    "require_invite",
    "require_payment",
    "requires_checkpoint",
    "requires_phone_claim",
    "use_claim_reference",
    "use_phone_claim",
    "write_release",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (PEP 562: what is looked up has its own type)
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'otpguard' has no attribute {name!r}")
