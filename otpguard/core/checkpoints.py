"""The guarded operations that ship, as values. A new one is one entry of `BUILT_IN`.

Seven come from the practice of B2B security reviews (signup to data export); the others are built
in but off until a policy asks for them, except `security_settings`, which guards changes of the
policy itself and cannot be switched off. A host adds its own by the setting `CHECKPOINTS`.

A *variant* such as `api_key.production` is a checkpoint whose policy starts from its parent's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.policy import RULES, Wishes, minutes
from otpguard.core.shipped_kinds import PHONE, RECOVERY, SHIPPED
from otpguard.core.text import gettext_noop as _

EVERY = "*"
"""In a hold or a wish: this applies to every checkpoint."""

SENSITIVE = "*sensitive"
"""In a hold: this applies to every sensitive checkpoint, a host's own ones among them."""

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?")


class CheckpointNameError(ValueError):
    """A checkpoint's slug is not of the form `name` or `name.variant`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A named guarded operation. `label` is the English message that translations start from.

    Its policy, as fields that differ from what is more general: `default` from `Policy()`,
    `enterprise` from that default in tenants of the enterprise tier and under the `enterprise`
    preset, `floor` from the floor of everything. A variant starts from those of its parent.

    `sensitive` ones ask AAL3 of enterprise tenants, and the `enterprise` preset holds all to it.
    `defensible` is what the preset of that name holds every tenant to. `anonymous` ones guard
    people who are not logged in yet, so membership is not asked. `first_factor` ones ask people
    who have no factor yet, so AAL1 is right there. `always_on` ones no policy can switch off.
    `rebinds` ones change what a person proves themselves with: there a recovery code needs a second
    proof as well (NIST SP 800-63B-4, 4.2.2.2). `user_wide` ones concern a person in all their
    tenants at once, so one tenant's wish must not decide alone.

    Raises CheckpointNameError for a bad slug, KeyError for an unknown field of the policy.
    """

    slug: str
    label: str
    default: Wishes = field(default_factory=dict, compare=False)
    enterprise: Wishes = field(default_factory=dict, compare=False)
    floor: Wishes = field(default_factory=dict, compare=False)
    defensible: Wishes = field(default_factory=dict, compare=False)
    sensitive: bool = False
    anonymous: bool = False
    first_factor: bool = False
    always_on: bool = False
    rebinds: bool = False
    user_wide: bool = False

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug):
            raise CheckpointNameError(
                f'"{self.slug}" is not a checkpoint name: use lower-case letters, digits and _,'
                " with at most one dot before a variant"
            )
        for name in {*self.default, *self.enterprise, *self.floor, *self.defensible} - set(RULES):
            raise KeyError(f"{self.slug}: no such policy field: {name}")

    @property
    def parent(self) -> str | None:
        """The slug this variant starts from, or None for a checkpoint of its own."""
        name, dot, _variant = self.slug.partition(".")
        return name if dot else None

    @property
    def lineage(self) -> tuple[str, ...]:
        """The slugs whose wishes apply here, the most specific first."""
        return (self.slug, self.parent, EVERY) if self.parent else (self.slug, EVERY)

    @property
    def is_always_enforced(self) -> bool:
        """True if no trial run softens it: it guards our own pages, or the reset of a password,
        where the person has proven nothing yet (C12)."""
        return self.always_on or (self.parent or self.slug) == "password_reset"

    @property
    def can_be_held(self) -> bool:
        """Whether a hold may stop people here: never where they come in or get their way of
        confirming back, for waiting there would lock them out of everything."""
        return not (self.anonymous or self.rebinds or self.user_wide)

    @property
    def held_by(self) -> frozenset[str]:
        """The names of the holds that stop people here; none where no hold may."""
        if not self.can_be_held:
            return frozenset()
        return frozenset({*self.lineage, SENSITIVE} if self.sensitive else self.lineage)


_AAL1, _AAL2, _AAL3 = AssuranceLevel.AAL1, AssuranceLevel.AAL2, AssuranceLevel.AAL3
_PHONE_ONLY = frozenset({PHONE.slug})
_NO_RECOVERY = frozenset(SHIPPED) - {RECOVERY.slug}
_NO_EMAIL = frozenset(Channel) - {Channel.EMAIL}
_OFF, _ON = {"active": False}, {"active": True}
_AT_AAL2, _AT_AAL3 = {"required_level": _AAL2}, {"required_level": _AAL3}
_HOUR, _DAY = timedelta(hours=1), timedelta(hours=24)


def by_slug(*checkpoints: Checkpoint) -> Mapping[str, Checkpoint]:
    """The checkpoints by their slugs. Raises CheckpointNameError for two of one name."""
    found: dict[str, Checkpoint] = {}
    for checkpoint in checkpoints:
        if checkpoint.slug in found:
            raise CheckpointNameError(f'"{checkpoint.slug}" is declared twice')
        found[checkpoint.slug] = checkpoint
    return MappingProxyType(found)


BUILT_IN = by_slug(
    Checkpoint(
        slug="signup",
        label=_("Sign up"),
        default={"required_level": _AAL1, "allowed_factors": _PHONE_ONLY},
        anonymous=True,
        first_factor=True,
    ),
    Checkpoint(
        slug="password_reset",
        label=_("Reset a password"),
        default={"allowed_channels": _NO_EMAIL},
        floor={"required_level": _AAL2, "allowed_channels": _NO_EMAIL},
        anonymous=True,
        user_wide=True,
    ),
    Checkpoint(
        slug="password_reset.admin",
        label=_("Reset an administrator's password"),
        sensitive=True,
        anonymous=True,
        user_wide=True,
    ),
    Checkpoint(
        slug="role_grant",
        label=_("Grant an admin role"),
        default={"binds_intent": True, "hold": _DAY},
        floor={"required_level": _AAL2, "binds_intent": True, "hold": _DAY},
        sensitive=True,
        defensible=_AT_AAL3,
    ),
    Checkpoint(
        slug="billing_change",
        label=_("Change how you pay"),
        floor={"required_level": _AAL2},
        sensitive=True,
        defensible=_AT_AAL3,
    ),
    Checkpoint(
        slug="api_key",
        label=_("Create or rotate an API key"),
        floor={"required_level": _AAL2},
        sensitive=True,
    ),
    Checkpoint(
        slug="audit_log_export",
        label=_("Export the audit log"),
        floor={"required_level": _AAL2},
        sensitive=True,
        defensible=_AT_AAL3,
    ),
    Checkpoint(
        slug="data_export",
        label=_("Export customer data"),
        default={"hold": _HOUR},
        floor={"required_level": _AAL2, "hold": _HOUR},
        sensitive=True,
    ),
    Checkpoint(
        slug="api_key.production",
        label=_("Create or rotate a production API key"),
        default={"required_level": _AAL3},
        sensitive=True,
        defensible=_AT_AAL3,
    ),
    Checkpoint(
        slug="security_settings",
        label=_("Change security settings"),
        default={"binds_intent": True},
        floor={"required_level": _AAL2, "binds_intent": True},
        sensitive=True,
        always_on=True,
    ),
    Checkpoint(
        slug="security_settings.factor_reset",
        label=_("Reset how a member confirms"),
        default={"hold": _DAY},
        sensitive=True,
        always_on=True,
    ),
    Checkpoint(
        slug="factor_change",
        label=_("Change how you confirm"),
        default={"binds_intent": True, "hold": _DAY},
        floor={"required_level": _AAL2, "binds_intent": True, "hold": _HOUR},
        always_on=True,
        rebinds=True,
        user_wide=True,
    ),
    Checkpoint(
        slug="factor_change.strong",
        label=_("Change your strongest way of confirming"),
        default={"required_level": _AAL3, "ttl": minutes(15)},
        # What AAL3 lost, an administrator restores, not a saved code
        # (NIST SP 800-63B-4, 4.2.2.3).
        enterprise={"allowed_factors": _NO_RECOVERY},
        floor={"required_level": _AAL3},
        always_on=True,
        rebinds=True,
        user_wide=True,
    ),
    Checkpoint(slug="login", label=_("Log in"), default=_OFF, user_wide=True),
    Checkpoint(
        slug="first_action",
        label=_("Use the product for the first time"),
        default={**_OFF, "required_level": _AAL1, "allowed_factors": _PHONE_ONLY},
        first_factor=True,
    ),
    Checkpoint(slug="team_invite", label=_("Invite a team member"), default=_OFF),
    Checkpoint(
        slug="team_invite.privileged",
        label=_("Invite somebody as an administrator"),
        enterprise=_ON,
        sensitive=True,
    ),
    Checkpoint(
        slug="sensitive_setting",
        label=_("Change a sensitive setting"),
        default=_OFF,
        enterprise=_ON,
        sensitive=True,
    ),
    Checkpoint(
        slug="transaction_flow",
        label=_("Change where money goes"),
        default=_OFF,
        enterprise=_ON,
        sensitive=True,
    ),
    Checkpoint(
        slug="account_closure",
        label=_("Close the account"),
        default=_OFF,
        enterprise=_ON,
        sensitive=True,
    ),
    Checkpoint(
        slug="audit_log_view",
        label=_("View the audit log"),
        default=_OFF,
        enterprise=_ON,
        defensible=_AT_AAL2,
        sensitive=True,
    ),
)
