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
    from otpguard.decorators import (
        CheckpointRequiredMixin,
        require_before_form,
        requires_checkpoint,
        requires_phone_claim,
    )
    from otpguard.http.assurance import assurance
    from otpguard.http.guard import require
    from otpguard.web.number.claim import use_phone_claim

__version__ = "0.1.0"

_LAZY = {
    "assurance": "otpguard.http.assurance",
    "require": "otpguard.http.guard",
    "require_before_form": "otpguard.decorators",
    "requires_checkpoint": "otpguard.decorators",
    "requires_phone_claim": "otpguard.decorators",
    "use_phone_claim": "otpguard.web.number.claim",
    "CheckpointRequiredMixin": "otpguard.decorators",
}

__all__ = [
    "CheckpointRequiredMixin",
    "__version__",
    "assurance",
    "require",
    "require_before_form",
    "requires_checkpoint",
    "requires_phone_claim",
    "use_phone_claim",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (PEP 562: what is looked up has its own type)
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'otpguard' has no attribute {name!r}")
