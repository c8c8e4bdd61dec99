"""The guarded operations that ship, as values. A new one is one entry of `BUILT_IN`.

Seven come from the practice of B2B security reviews; the others are off until a policy asks, but
`security_settings`, which guards changes of the policy itself. `CHECKPOINTS` adds a host's own. A
*variant* such as `api_key.production` is a checkpoint whose policy starts from its parent's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.policy import RULES, Wishes
from otpguard.core.policy_caps import minutes
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

    `sensitive` ones ask AAL3 of enterprise tenants, and the `enterprise` preset holds all to it;
    `defensible` is what the preset of that name does. `anonymous` ones guard people who are not
    logged in, so membership is not asked. `first_factor` ones ask people without a factor, so AAL1
    is right. `always_on` ones no policy can switch off. `rebinds` ones change what a person proves
    themselves with: a recovery code needs a second proof (NIST SP 800-63B-4, 4.2.2.2). `user_wide`
    ones concern all tenants of a person at once, so no wish of one decides alone. `asks_by_risk`
    ones look at the risk of the login, also without a tenant. `signs` ones name what is signed, and
    a message with a code names it too: a way that cannot is not used.

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
    asks_by_risk: bool = False
    first_factor: bool = False
    always_on: bool = False
    rebinds: bool = False
    user_wide: bool = False
    signs: bool = False

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug):
            rule = "use lower-case letters, digits and _, with at most one dot before a variant"
            raise CheckpointNameError(f'"{self.slug}" is not a checkpoint name: {rule}')
        for name in {*self.default, *self.enterprise, *self.floor, *self.defensible} - {*RULES}:
            raise KeyError(f"{self.slug}: no such policy field: {name}")

    @property
    def parent(self) -> str | None:
        """The slug this variant starts from, or None for a checkpoint of its own."""
        return self.slug.partition(".")[0] if "." in self.slug else None

    @property
    def lineage(self) -> tuple[str, ...]:
        """The slugs whose wishes apply here, the most specific first."""
        return (self.slug, self.parent, EVERY) if self.parent else (self.slug, EVERY)

    @property
    def is_always_enforced(self) -> bool:
        """True if no trial run softens it: it guards our own pages or a password's reset (C12)."""
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
_PHONE_ONLY, _NO_RECOVERY = frozenset({PHONE.slug}), frozenset(SHIPPED) - {RECOVERY.slug}
_NO_EMAIL = frozenset(Channel) - {Channel.EMAIL}
_OFF, _ON, _BOUND = {"active": False}, {"active": True}, {"binds_intent": True}
_AT_AAL2, _AT_AAL3 = {"required_level": _AAL2}, {"required_level": _AAL3}
_BY_TWO, _HOUR, _DAY = {"approvals": 1}, timedelta(hours=1), timedelta(hours=24)
# Templates of WhatsApp have room for a code only.
_SIGNED = {**_BOUND, "allowed_channels": frozenset(Channel) - {Channel.WHATSAPP}}


def by_slug(*checkpoints: Checkpoint) -> Mapping[str, Checkpoint]:
    """Checkpoints by slug. Raises CheckpointNameError for two of one name."""
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
        default={"allowed_channels": _NO_EMAIL, "hold": _DAY},
        floor={**_ON, **_AT_AAL2, "allowed_channels": _NO_EMAIL, "hold": _DAY},
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
        slug="api_key", label=_("Create or rotate an API key"), floor=_AT_AAL2, sensitive=True
    ),
    Checkpoint(
        slug="audit_log_export",
        label=_("Export the audit log"),
        default={"hold": _HOUR},
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
        default=_BOUND,
        floor={**_AT_AAL2, **_BOUND},
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
        slug="security_settings.lift_hold",
        label=_("End somebody's wait"),
        enterprise=_BY_TWO,
        sensitive=True,
        always_on=True,
    ),
    Checkpoint(
        slug="break_glass",
        label=_("Open the emergency envelope"),
        default={"binds_intent": True, **_BY_TWO},
        floor={"required_level": _AAL2, "binds_intent": True, **_BY_TWO},
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
        # What AAL3 lost, an administrator restores (NIST SP 800-63B-4, 4.2.2.3).
        enterprise={"allowed_factors": _NO_RECOVERY},
        floor={"required_level": _AAL3},
        always_on=True,
        rebinds=True,
        user_wide=True,
    ),
    Checkpoint(
        slug="login",
        label=_("Log in"),
        default=_OFF,
        enterprise={"sso_required": True},
        user_wide=True,
        asks_by_risk=True,
    ),
    Checkpoint(
        slug="first_action",
        label=_("Use the product for the first time"),
        default={"required_level": _AAL1, "allowed_factors": _PHONE_ONLY},
        # Whose people come by single sign-on may do without.
        floor=_OFF,
        first_factor=True,
    ),
    Checkpoint(slug="team_invite", label=_("Invite a team member"), default=_OFF),
    Checkpoint(
        slug="team_invite.privileged",
        label=_("Invite somebody as an administrator"),
        default=_BOUND,
        floor=_BOUND,
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
        slug="sensitive_setting.payroll",
        label=_("Change payroll"),
        default=_BOUND,
        floor=_BOUND,
        sensitive=True,
    ),
    Checkpoint(
        slug="sensitive_setting.compensation_export",
        label=_("Export compensation data"),
        sensitive=True,
    ),
    Checkpoint(
        slug="sensitive_setting.deal_edit",
        label=_("Change a deal"),
        default=_BOUND,
        floor=_BOUND,
        sensitive=True,
    ),
    Checkpoint(
        slug="transaction_flow",
        label=_("Change where money goes"),
        default={**_OFF, **_AT_AAL3, **_SIGNED},
        enterprise=_ON,
        floor={**_AT_AAL2, **_SIGNED},
        sensitive=True,
        signs=True,
    ),
    Checkpoint(
        slug="account_closure",
        label=_("Close the account"),
        default={**_OFF, **_BOUND, "hold": 3 * _DAY},
        enterprise=_ON,
        floor={**_AT_AAL2, **_BOUND, "hold": _DAY},
        sensitive=True,
    ),
    Checkpoint(slug="logged_action", label=_("Do something that the log lists"), default=_OFF),
    Checkpoint(
        slug="audit_log_view",
        label=_("View the audit log"),
        default=_OFF,
        enterprise=_ON,
        defensible=_AT_AAL2,
        sensitive=True,
    ),
)
