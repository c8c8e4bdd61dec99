"""The guarded operations that ship, as values.

Seven come from the practice of B2B security reviews (signup to data export); the others are built
in but off until a policy asks for them, except `security_settings`, which guards changes of the
policy itself and cannot be switched off. A host adds its own by the setting `CHECKPOINTS`.

A *variant* such as `api_key.production` is a checkpoint whose policy starts from its parent's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from otpguard.core.text import gettext_noop as _

EVERY = "*"
"""In a hold or a wish: this applies to every checkpoint."""

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?")


class CheckpointNameError(ValueError):
    """A checkpoint's slug is not of the form `name` or `name.variant`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A named guarded operation.

    `sensitive` ones are raised to AAL3 by the `enterprise` preset. `anonymous` ones guard people
    who are not logged in yet, so membership is not asked. `always_on` ones no policy can switch
    off. `rebinds` ones change what a person proves themselves with: there a recovery code needs a
    second proof beside it (NIST SP 800-63B-4, 4.2.2.2). `label` is the English message that
    translations start from; `defaults` are the policy fields in which a host's own checkpoint
    differs from the base.
    """

    slug: str
    label: str
    sensitive: bool = False
    anonymous: bool = False
    always_on: bool = False
    rebinds: bool = False
    shipped: bool = True
    defaults: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug):
            raise CheckpointNameError(
                f'"{self.slug}" is no checkpoint name: use lower-case letters, digits and _,'
                " with at most one dot before a variant"
            )

    @property
    def parent(self) -> str | None:
        """The slug this variant starts from, or None for a checkpoint of its own."""
        name, dot, _variant = self.slug.partition(".")
        return name if dot else None

    @property
    def lineage(self) -> tuple[str, ...]:
        """The slugs whose wishes and holds apply here, the most specific first."""
        return (self.slug, self.parent, EVERY) if self.parent else (self.slug, EVERY)


SEVEN: tuple[Checkpoint, ...] = (
    Checkpoint(slug="signup", label=_("Sign up"), anonymous=True),
    Checkpoint(slug="password_reset", label=_("Reset a password"), anonymous=True),
    Checkpoint(slug="role_grant", label=_("Grant an admin role"), sensitive=True),
    Checkpoint(slug="billing_change", label=_("Change how you pay"), sensitive=True),
    Checkpoint(slug="api_key", label=_("Create or rotate an API key"), sensitive=True),
    Checkpoint(slug="audit_log_export", label=_("Export the audit log"), sensitive=True),
    Checkpoint(slug="data_export", label=_("Export customer data"), sensitive=True),
)

OTHERS: tuple[Checkpoint, ...] = (
    Checkpoint(
        slug="api_key.production",
        label=_("Create or rotate a production API key"),
        sensitive=True,
    ),
    Checkpoint(
        slug="security_settings",
        label=_("Change security settings"),
        sensitive=True,
        always_on=True,
    ),
    Checkpoint(
        slug="security_settings.factor_reset",
        label=_("Reset how a member confirms"),
        sensitive=True,
        always_on=True,
    ),
    Checkpoint(
        slug="factor_change",
        label=_("Change how you confirm"),
        always_on=True,
        rebinds=True,
    ),
    Checkpoint(
        slug="factor_change.strong",
        label=_("Change your strongest way of confirming"),
        always_on=True,
        rebinds=True,
    ),
    Checkpoint(slug="login", label=_("Log in")),
    Checkpoint(slug="first_action", label=_("Use the product for the first time")),
    Checkpoint(slug="team_invite", label=_("Invite a team member")),
    Checkpoint(slug="sensitive_setting", label=_("Change a sensitive setting"), sensitive=True),
    Checkpoint(slug="transaction_flow", label=_("Change where money goes"), sensitive=True),
    Checkpoint(slug="account_closure", label=_("Close the account"), sensitive=True),
    Checkpoint(slug="audit_log_view", label=_("View the audit log")),
)

BUILT_IN: Mapping[str, Checkpoint] = MappingProxyType(
    {checkpoint.slug: checkpoint for checkpoint in SEVEN + OTHERS}
)
